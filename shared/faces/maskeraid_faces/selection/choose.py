"""Chooses a model for a covered face: `choose_model`. Tone decides; hair, eyes, fit, and soundness break ties."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np

from maskeraid_faces.errors import BadSettings
from maskeraid_faces.face_model import Kind
from maskeraid_faces.images import Covering, Floats, Image, check_covering, check_image
from maskeraid_faces.selection.chosen import Chosen, Reasons, VisibleAttribute
from maskeraid_faces.selection.colour_names import EYE_COLOURS, HAIR_COLOURS, nearest_name
from maskeraid_faces.selection.face_colours import ColourFound, FaceColours, face_colours, kind_of
from maskeraid_faces.selection.lab import lab_differences
from maskeraid_faces.selection.offers import judge, offer_of
from maskeraid_faces.selection.p_values import p_value
from maskeraid_faces.selection.pool import ModelPool, ModelSummary
from maskeraid_faces.selection.rerank import UNSEEN, Seen, look_with, worse_by

Method = Literal["attributes", "cnn"]

METHODS = ("attributes",)
# A score is in dE00 of tone. At most hair and eyes (about 60 dE00 apart) and the fit weigh 3 + 1.2 + 2, less than
# stands between the tones of any two plain sets, so a blond wig cannot make a dark face light (thesis, Fig. 24, 25).
HAIR_WEIGHT, EYES_WEIGHT = 0.05, 0.02
LARGEST_DIFFERENCE = 120.0  # dE00: no two sRGB colours lie further apart
OTHER_KIND = 10.0  # dE00 that a drawn model stands behind for a photograph, and the other way round
# dE00, by negative log-likelihood: see docs/science.md. Photographs' colours are less certain than drawn ones.
TEMPERATURES: Mapping[Kind, float] = MappingProxyType({"drawn": 1.0, "photo": 3.5})
MOST_TOLD = 50  # models whose reasons are told; a distribution has all of them


def choose_model(
    image: Image, covering: Covering, models: Sequence[ModelSummary] | ModelPool, *, method: Method = "attributes"
) -> Chosen:
    """Choose the model whose training faces look most like what is visible of this one.

    Args:
        image: uint8 (side, side, 3) RGB, aligned; any side that `check_image` takes.
        covering: bool (side, side); nothing under it is looked at.
        models: to choose from; ids differ. A pool of them saves making it anew for each face.
        method: "attributes".

    Raises:
        BadImage, BadCovering, ShapeMismatch, NothingCovered, TooMuchCovered: see `images`.
        BadSettings: an unknown method.

    Source: Desentz 2021, sections 6.2 and 6.3, by colours in place of its CNN.
    """
    if method not in METHODS:
        raise BadSettings(f"method must be one of {METHODS}, found {method!r}", field="method", allowed=list(METHODS))
    check_image(image)
    check_covering(covering, image)
    pool = models if isinstance(models, ModelPool) else ModelPool.of(models)
    kind = kind_of(image, covering)
    colours = face_colours(image, covering, kind)
    if not pool.models:
        return Chosen(None, None, MappingProxyType({}), MappingProxyType({}), MappingProxyType(_visible(colours, None)))
    found = _differences_of(colours, pool)
    behind = pool.doubts + np.float32(OTHER_KIND) * (pool.is_drawn if kind == "photo" else pool.is_photo)
    scores = np.asarray(np.minimum.reduceat(found.score, pool.starts) + behind, np.float32)
    seen = look_with(image, covering, pool, scores)
    scores = scores + worse_by(seen, len(scores))
    order = np.lexsort((-pool.images, scores))
    reasons = {
        pool.models[place].id: _reasons(found, pool, place, float(scores[place]), seen.get(place, UNSEEN))
        for place in order[:MOST_TOLD].tolist()
    }
    shares = np.exp(-(scores[order] - scores[order[0]]).astype(np.float64) / TEMPERATURES[kind])
    ids: list[str] = pool.ids[order].tolist()
    return Chosen(
        _best(reasons),
        ids[0],
        MappingProxyType(dict(zip(ids, (shares / shares.sum()).tolist(), strict=True))),
        MappingProxyType(reasons),
        MappingProxyType(_visible(colours, _nearest_in_tone(found, pool))),
    )


def _best(reasons: Mapping[str, Reasons]) -> str | None:
    """The first that is suitable; where one that was loaded finds the face strange, of those that were loaded."""
    is_strange = any("looks" in why.strange for why in reasons.values())
    return next(
        (model for model, why in reasons.items() if why.offer != "unsuitable" and not (is_strange and why.fit is None)),
        None,
    )


def parts_of_lead(chosen: Chosen) -> dict[str, float]:
    """What share of the nearest model's lead over the next one `tone`, `hair`, and `eyes` have, summing to 1.

    Where nothing but other reasons lead, or there is no other model, an attribute has the share of its weight.
    """
    ranked = [chosen.reasons[model] for model in chosen.distribution][:2]
    weights = {"tone": 1.0, "hair": HAIR_WEIGHT, "eyes": EYES_WEIGHT}
    found = {name: [getattr(reasons, f"{name}_de00") for reasons in ranked] for name in weights}
    seen = {name: weight for name, weight in weights.items() if found[name] and found[name][0] is not None}
    if len(ranked) == 2:
        leads = {name: max(0.0, weight * (found[name][1] - found[name][0])) for name, weight in seen.items()}
        seen = leads if sum(leads.values()) > 0 else seen
    total = sum(seen.values())
    return {name: part / total for name, part in seen.items()}


@dataclass(frozen=True, eq=False)
class _Differences:
    """A face beside every prototype, dE00 (p,); None where the feature is hidden. A lower score is better."""

    tone: Floats | None
    hair: Floats | None
    eyes: Floats | None
    score: Floats


def _differences_of(colours: FaceColours, pool: ModelPool) -> _Differences:
    """Hair and eyes are compared only where they could make a prototype its model's best; elsewhere all is infinite."""
    tone = None if colours.tone is None else lab_differences(colours.tone.lab, pool.tone)
    score = np.zeros(len(pool.tone), np.float32) if tone is None else tone.copy()
    hair = _compared(score, pool, colours.hair, pool.hair, HAIR_WEIGHT, HAIR_WEIGHT + EYES_WEIGHT)
    eyes = _compared(score, pool, colours.eyes, pool.eyes, EYES_WEIGHT, EYES_WEIGHT)
    return _Differences(tone, hair, eyes, score)


def _compared(
    score: Floats, pool: ModelPool, feature: ColourFound | None, of_models: Floats, weight: float, left: float
) -> Floats | None:
    """The differences, which are also added to the score. `left` are the weights of all that is still to come."""
    if feature is None:
        return None
    nearest = np.minimum.reduceat(score, pool.starts)[pool.owners]
    near = np.flatnonzero(score <= nearest + np.float32(left * LARGEST_DIFFERENCE))
    differences = np.full(len(score), np.inf, np.float32)
    differences[near] = lab_differences(feature.lab, of_models[near])
    added = score[near] + np.float32(weight) * differences[near]
    score.fill(np.inf)
    score[near] = added
    return differences


def _reasons(found: _Differences, pool: ModelPool, place: int, score: float, seen: Seen) -> Reasons:
    """Those of the model's prototype that is nearest to the face."""
    rows = pool.prototypes_of(place)
    row = rows.start + int(np.argmin(found.score[rows]))
    tone, hair, eyes = (None if one is None else float(one[row]) for one in (found.tone, found.hair, found.eyes))
    p_colours = p_value(float(found.score[row]), pool.models[place].held_out)
    p, strange = judge(p_colours, seen.p_looks, seen.share_of_looks)
    return Reasons(tone, hair, eyes, seen.fit, score, offer_of(tone, strange), p, p_colours, seen.p_looks, strange)


def _nearest_in_tone(found: _Differences, pool: ModelPool) -> str:
    """The name of the model that has the nearest tone."""
    if found.tone is None:
        return pool.models[0].name
    return pool.models[int(np.searchsorted(pool.starts, np.argmin(found.tone), "right")) - 1].name


def _visible(colours: FaceColours, nearest: str | None) -> dict[str, VisibleAttribute]:
    """`nearest` is the name of the model with the nearest tone, the word for that tone."""
    visible = {}
    if colours.tone is not None and nearest is not None:
        visible["tone"] = _attribute(nearest, colours.tone)
    if colours.hair is not None:
        visible["hair_colour"] = _attribute(nearest_name(colours.hair.lab, HAIR_COLOURS), colours.hair)
    if colours.eyes is not None:
        visible["eye_colour"] = _attribute(nearest_name(colours.eyes.lab, EYE_COLOURS), colours.eyes)
    return visible


def _attribute(value: str, found: ColourFound) -> VisibleAttribute:
    lightness, green_red, blue_yellow = (float(channel) for channel in found.lab)
    return VisibleAttribute(value, (lightness, green_red, blue_yellow), found.confidence)
