"""Finds the covering of a face: `find_covering`, by the learned detector or by the colour rule."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

import cv2
import numpy as np
from scipy.ndimage import binary_fill_holes

from maskeraid_faces.coverings.colour_rule import Colour, covered_by_colour, without_specks
from maskeraid_faces.coverings.detector import KINDS, Detector
from maskeraid_faces.coverings.detector_files import generic_detector
from maskeraid_faces.coverings.second_look import look_again, residual, strangeness
from maskeraid_faces.coverings.seeing import seen_image
from maskeraid_faces.errors import BadSettings
from maskeraid_faces.face_model import FaceModel
from maskeraid_faces.filling.tone import to_models_tone
from maskeraid_faces.images import Covering, Floats, Image, check_image
from maskeraid_faces.sizes import fit_image

Method = Literal["learned", "colour"]

# Mean probability of a part that counts. On photographs false alarms fell from 0.22 to 0.09 of the bare faces, and no
# covering was lost by it; from 0.8 on coverings are.
LEAST_SURE = 0.75

# Share of the face that a second look may mark where the first one saw nothing: more than it ever was on faces that the
# model knows (0.05 of 150), and less than on nearly all others, of which it explains so little that all looks covered.
MOST_FOUND_ANEW = 0.1

# By how much (log-odds) the expected overlap of a first look is too high. Fitted on drawn and painted faces and
# photographs, each left out in turn: what it says is then 0.04 off (0.13 on photographs, of which it has seen none).
OVERRATED = 0.67


@dataclass(frozen=True)
class Found:
    """A covering that was found; all False when there is none."""

    covering: Covering
    probability: Floats  # (H, W), 0 to 1; the colour rule is sure: 0 or 1
    share: float  # of the image's area, 0 to 1
    kind: str | None = (
        None  # mask, scarf, glasses, hand, hat, other; None when nothing was found, or by the colour rule
    )
    confidence: float | None = None  # expected overlap (IoU) of what is marked with what is covered, 0 to 1

    def to_dict(self) -> dict[str, object]:
        """Plain values, the arrays apart."""
        return {"share": self.share, "kind": self.kind, "confidence": self.confidence}


def find_covering(
    image: Image,
    model: FaceModel | None = None,
    *,
    method: Method = "learned",
    colours: Sequence[Colour] = (),
    tolerance: int = 24,
) -> Found:
    """Find what hides part of a face, exactly as seen: callers widen it with `grow` before they fill.

    Args:
        image: uint8 (side, side, 3) RGB, an aligned face.
        model: whose detector looks; the generic one where it has none, or without a model. Not for the colour rule.
        method: "learned", a network (section 6.1 of the thesis asks for one), or "colour", its rule.
        colours: RGB 0..255, those of the covering; at least one, for the colour rule.
        tolerance: of the colour rule: largest difference a channel, in grey levels, 0..255.

    Raises:
        BadImage: not such an image.
        BadSettings: no such method, no colour, or a value out of range; `facts` say which are allowed.

    Source: Desentz 2021, section 6.1.
    """
    check_image(image)
    methods = get_args(Method)
    if method not in methods:
        raise BadSettings(f"method must be one of {methods}, found {method!r}", field="method", allowed=list(methods))
    if method == "learned":
        return find_learned(image, [model] if model else [])
    covering = covered_by_colour(image, colours, tolerance)
    return Found(covering, covering.astype(np.float32), float(covering.mean()))


def find_learned(image: Image, models: Sequence[FaceModel]) -> Found:
    """By networks, on a square image of any size; of several models the one says that finds the face least strange."""
    looked = min((_look_as(image, model) for model in models), key=lambda one: one.strangeness, default=None)
    if looked is None:
        looked = _Look(*first_look(image, generic_detector()), 0.0, is_first=True)
    logits = resized(looked.logits, image.shape[0])
    covering = covering_from(logits)
    probability = _probability(logits)
    if not covering.any():
        return Found(covering, probability, 0.0)
    kind = KINDS[int(looked.kinds.argmax())]
    confidence = _expected_overlap(covering, probability, overrated=OVERRATED if looked.is_first else 0.0)
    return Found(covering, probability, float(covering.mean()), kind, round(confidence, 4))


def first_look(image: Image, detector: Detector) -> tuple[Floats, Floats]:
    """Logits (side, side), above 0 where it is covered, and probabilities of the kinds."""
    seen = detector.look(seen_image(image)[None])
    return resized(seen.logits[0] - np.float32(detector.threshold), image.shape[0]), seen.kinds[0]


class _Look(NamedTuple):
    """What one model, or none, sees."""

    logits: Floats  # (side, side)
    kinds: Floats
    strangeness: float  # of the face to the model
    is_first: bool


def _look_as(image: Image, model: FaceModel) -> _Look:
    """The same by a model, in its own size, and twice if it can and knows such faces."""
    picture = fit_image(image, model.size)
    logits, kinds = first_look(picture, model.detector or generic_detector())
    if model.second_look is not None:
        covering = covering_from(logits)
        toned = picture
        if covering.any() and not covering.all():
            toned, _ = to_models_tone(picture, covering, model)
        again = look_again(toned, logits, model.basis, model.kind, model.second_look)
        if (covering_from(again.logits) & (logits < 0)).mean() <= MOST_FOUND_ANEW:
            return _Look(again.logits, kinds, again.strangeness, is_first=False)
    strange = strangeness(logits, residual(picture, logits, model.basis, model.kind))
    return _Look(logits, kinds, strange, is_first=True)


def _expected_overlap(covering: Covering, probability: Floats, *, overrated: float) -> float:
    """Intersection over union with the truth, as the probabilities of all pixels have it."""
    hit, missed = float(probability[covering].sum()), float(probability[~covering].sum())
    overlap = min(hit / (covering.sum() + missed), 1 - 1e-6)
    return float(1 / (1 + np.exp(overrated) * (1 - overlap) / overlap))


def covering_from(logits: Floats) -> Covering:
    """What lies above 0, without specks, holes, and parts that the network is in doubt of: (H, W)."""
    whole = without_specks(np.asarray(binary_fill_holes(without_specks(logits > 0)), np.bool_))
    _, labels = cv2.connectedComponents(whole.astype(np.uint8), connectivity=8)
    probability = _probability(logits)
    sums, sizes = (np.bincount(labels.ravel(), values) for values in (probability.ravel(), np.ones(labels.size)))
    kept = sums >= LEAST_SURE * sizes
    kept[0] = False  # what is not covered
    covering: Covering = kept[labels]
    return covering


def _probability(logits: Floats) -> Floats:
    return (1 / (1 + np.exp(-np.clip(logits, -30, 30)))).astype(np.float32)


def resized(logits: Floats, side: int) -> Floats:
    """A map in another size."""
    if side == logits.shape[0]:
        return logits
    way = cv2.INTER_AREA if side < logits.shape[0] else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(logits, (side, side), interpolation=way), np.float32)
