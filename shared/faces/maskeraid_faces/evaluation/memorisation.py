"""Whether a model shows the faces it learned from, and whether it may be shared publicly because of that."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil
from typing import Literal, cast

import numpy as np
from numpy.typing import NDArray

from maskeraid_faces.evaluation.samples import draw_samples
from maskeraid_faces.face_model import Basis, FaceModel, Floats
from maskeraid_faces.image_rows import ManyImages, choose
from maskeraid_faces.images import Image
from maskeraid_faces.metrics.copying import NEAR, Copying, copying
from maskeraid_faces.metrics.wilson import wilson_interval
from maskeraid_faces.training.basis import coefficients_of
from maskeraid_faces.training.verdicts import Flag

SAMPLES = 1000
MOST_NEAR = 0.05  # the share of near copies from which a model copies
FEWEST_OWNERS = 8  # persons, or pictures of unknown ones, that a face can be another's than
FEWEST_IMAGES = 100  # of a model that may be shared publicly

Verdict = Literal["copying", "healthy", "cannot_tell"]
Gate = Literal["passes", "blocks", "reports_only"]


@dataclass(frozen=True)
class Memorisation:
    """A verdict in a word and a sentence, and what it rests on; `measured` is None where nothing could be."""

    verdict: Verdict
    reason: str
    samples: int
    training_images: int
    held_out: int
    measured: Copying | None

    def gate(self, *, is_generated: bool) -> Gate:
        """What stands in the way of public sharing; generated sets hold no person, so there it only reports."""
        if is_generated:
            return "reports_only"
        return "passes" if self.verdict == "healthy" and self.distinct_faces >= FEWEST_IMAGES else "blocks"

    @property
    def distinct_faces(self) -> int:
        """About how many faces the training images show: variations of one picture are one."""
        return self.training_images if self.measured is None else round(self.measured.distinct)

    def flag(self) -> Flag | None:
        """What its owner must know before the model is used."""
        if self.verdict != "copying":
            return None
        return Flag("copying", f"The model may show the people it learned from: {self.reason}. Use more images.")

    def to_dict(self) -> dict[str, object]:
        """Plain JSON values; distances are root mean squares over a face's values, in grey levels."""
        counts = {"samples": self.samples, "training_images": self.training_images, "held_out": self.held_out}
        found: dict[str, object] = {"verdict": self.verdict, "reason": self.reason, **counts}
        if self.measured is None:
            return found
        measured = self.measured
        return found | {
            "distinct_faces": self.distinct_faces,
            "near_share": round(measured.near_share, 4),
            "near_share_95": [round(end, 4) for end in interval_of(measured)],
            "near_share_of_unseen": round(measured.near_share_of_unseen, 4),
            "most_near_share": MOST_NEAR,
            "median_distance": round(float(np.median(measured.distances)), 3),
            "authenticity": round(measured.authenticity, 4),
            "authenticity_of_unseen": round(measured.authenticity_of_unseen, 4),
            "c_t": None if measured.c_t is None else round(measured.c_t, 2),
        }


def measure_memorisation(
    model: FaceModel,
    training: ManyImages,
    held_out: ManyImages,
    groups: Sequence[str] | None = None,
    *,
    n: int = SAMPLES,
    seed: int = 0,
) -> Memorisation:
    """Compare how near n samples come to single training faces with how near faces do that were not learned from.

    Args:
        model: of any architecture.
        training: the faces it learned from, uint8 (m, size, size, 3); their mirror images count as training faces too.
        held_out: faces of the same kind that it did not see, uint8 (k, size, size, 3), perhaps none; those that equal a
            training face are left out, for they would excuse every copy.
        groups: the person of each training face; by default each is another one.
        n: samples.
        seed: of the samples.

    Distances are taken within the model's basis: outside of it a generator of components has nothing, a face has noise.
    """
    unseen = choose(held_out, rows_unknown(held_out, training))
    if why_not := _why_not(model, training, groups, len(unseen)):
        return Memorisation("cannot_tell", why_not, n, len(training), len(unseen), None)
    owners = np.unique(np.arange(len(training)) if groups is None else np.asarray(groups), return_inverse=True)[1]
    samples, unseen_faces = (_features(images, model.basis) for images in (draw_samples(model, n, seed), unseen))
    both = _features(training, model.basis, is_mirrored=True)
    pictures = np.arange(len(training))
    measured = copying(samples, both, unseen_faces, *(np.concatenate([of, of]) for of in (owners, pictures)))
    verdict, reason = judge(measured, is_collapsed=is_collapsed(model))
    found = Memorisation(verdict, reason, n, len(training), len(unseen), measured)
    if found.distinct_faces == len(training):
        return found
    return replace(
        found,
        reason=f"{reason}; its {len(training):,} images show about {found.distinct_faces:,} faces, "
        "the others are variations of these",
    )


def judge(measured: Copying, *, is_collapsed: bool = False) -> tuple[Verdict, str]:
    """The verdict and its reason in words.

    It copies when more of its samples are near copies than may be, and than of unseen faces are, both beyond chance:
    by the ends of the 95 % intervals. A model that repeats itself shows too little to be acquitted.
    """
    low, high = interval_of(measured)
    _, high_of_unseen = wilson_interval(ceil(measured.near_share_of_unseen * measured.owners), measured.owners)
    reason = (
        f"of {len(measured.nearness):,} samples {measured.near_share:.1%} are near copies of a training face"
        f" ({low:.1%} to {high:.1%} with 95% confidence, at most {MOST_NEAR:.0%} may be), of faces that it has not seen"
        f" {measured.near_share_of_unseen:.1%}"
    )
    if low > max(MOST_NEAR, high_of_unseen):
        return "copying", reason
    if round(measured.distinct) < FEWEST_OWNERS:
        return "cannot_tell", f"fewer than {FEWEST_OWNERS} different faces are too few to compare them; {reason}"
    if is_collapsed:
        return "cannot_tell", f"it repeats itself, so its samples show too little of what it has learned; {reason}"
    if high <= MOST_NEAR:
        return "healthy", reason
    if low > MOST_NEAR:
        return "cannot_tell", f"{reason}, of whom too few could be compared (by chance alone {high_of_unseen:.1%})"
    return "cannot_tell", f"{reason}; more samples would tell"


def interval_of(measured: Copying) -> tuple[float, float]:
    """The 95 % interval of the share of near copies."""
    return wilson_interval(int((measured.nearness < NEAR).sum()), len(measured.nearness))


def is_collapsed(model: FaceModel) -> bool:
    """Whether its training found that it repeats itself."""
    flags = cast(Sequence[Mapping[str, object]], model.facts.get("flags", ()))
    return any(flag["code"] == "collapse" for flag in flags)


def _why_not(model: FaceModel, training: ManyImages, groups: Sequence[str] | None, held_out: int) -> str | None:
    """Why nothing can be measured, if so. Of a drawn set that is complete each face is there: all draws are copies."""
    if held_out == 0 and model.kind == "drawn":
        return "all combinations were training images"
    owners, whose = (len(training), "faces") if groups is None else (len(set(groups)), "persons")
    if owners < FEWEST_OWNERS:
        return f"it learned from {owners} {whose}, and at least {FEWEST_OWNERS} are needed to compare them"
    return None


def rows_unknown(faces: ManyImages, known: ManyImages) -> NDArray[np.intp]:
    """Which of the faces equal no known one, nor the mirror image of one."""
    seen = {_digest(shown) for face in known for shown in (face, face[:, ::-1])} if len(faces) else set()
    return np.flatnonzero([_digest(face) not in seen for face in faces])


def _digest(face: Image) -> bytes:
    return hashlib.sha256(np.ascontiguousarray(face).data).digest()


def _features(images: ManyImages, basis: Basis, *, is_mirrored: bool = False) -> Floats:
    """Coordinates float32 (n, rank) in which a distance is the root mean square difference in grey levels."""
    features = coefficients_of(images, basis, is_mirrored=is_mirrored)
    features *= np.float32(127.5 / np.sqrt(basis.mean.size)) * basis.deviations[: basis.gan_rank]
    return features
