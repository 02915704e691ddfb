"""Chooses a model for a covered face: `choose_model`. Tone decides; looks, visible fit, and soundness break ties."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal

import numpy as np

from maskeraid_faces.errors import BadSettings
from maskeraid_faces.face_model import FaceModel, Kind, Prototype
from maskeraid_faces.images import Covering, Floats, Image, check_covering, check_image
from maskeraid_faces.selection.chosen import Chosen, Offer, Reasons, VisibleAttribute
from maskeraid_faces.selection.colour_names import EYE_COLOURS, HAIR_COLOURS, nearest_name
from maskeraid_faces.selection.face_colours import ColourFound, FaceColours, face_colours, kind_of
from maskeraid_faces.selection.lab import lab_differences
from maskeraid_faces.selection.visible_fit import visible_fit

Method = Literal["attributes", "cnn"]

METHODS = ("attributes",)
# A score is in dE00 of tone. At most hair and eyes (about 60 dE00 apart) and the fit weigh 3 + 1.2 + 2, less than
# stands between the tones of any two plain sets, so a blond wig cannot make a dark face light (thesis, Fig. 24, 25).
HAIR_WEIGHT, EYES_WEIGHT = 0.05, 0.02
FIT_WEIGHT, LARGEST_FIT = 0.1, 20.0  # a grey level of visible error; above the cap all are equally wrong
OTHER_KIND = 10.0  # dE00 that a drawn model stands behind for a photograph, and the other way round
FLAGGED, FEW = 0.5, 0.5  # dE00 that a flagged model, and one of hardly any images, stand behind: that breaks ties
ENOUGH_IMAGES = 100
TEMPERATURE = 2.0  # dE00
MOST_RERANKED = 20
AS_IT_IS, ADAPTABLE, SUITABLE = 2.0, 6.0, 15.0  # dE00 of tone


@dataclass(frozen=True)
class ModelSummary:
    """What Selection knows of a model without loading it."""

    id: str
    name: str
    prototypes: tuple[Prototype, ...]
    kind: Kind | None = None
    load: Callable[[], FaceModel] | None = None  # for the visible fit of the nearest 20
    images: int | None = None  # that it learned from
    is_flagged: bool = False  # it repeats itself, is undertrained, or may show the people it learned from


def choose_model(
    image: Image, covering: Covering, models: Sequence[ModelSummary], *, method: Method = "attributes"
) -> Chosen:
    """Choose the model whose training faces look most like what is visible of this one.

    Args:
        image: uint8 (side, side, 3) RGB, aligned; any side that `check_image` takes.
        covering: bool (side, side); nothing under it is looked at.
        models: to choose from; ids differ.
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
    kind = kind_of(image, covering)
    colours = face_colours(image, covering, kind)
    reasons = {model.id: _judge(colours, kind, model) for model in models if model.prototypes}
    reasons |= _reranked(image, covering, models, reasons)
    images = {model.id: model.images or 0 for model in models}
    ranked = sorted(reasons, key=lambda model: (reasons[model].score, -images[model]))
    nearest = ranked[0] if ranked else None
    best = nearest if nearest is not None and reasons[nearest].offer != "unsuitable" else None
    return Chosen(
        best,
        nearest,
        MappingProxyType(_distribution({model: reasons[model].score for model in ranked})),
        MappingProxyType({model: reasons[model] for model in ranked}),
        MappingProxyType(_visible(colours, models, reasons)),
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


def _judge(colours: FaceColours, kind: Kind, model: ModelSummary) -> Reasons:
    behind = (OTHER_KIND if model.kind not in (None, kind) else 0.0) + _doubt(model)
    return min((_compare(colours, prototype, behind) for prototype in model.prototypes), key=lambda one: one.score)


def _doubt(model: ModelSummary) -> float:
    """How far a model stands behind an equal one that is sound: less than the eye tells apart, 1 dE00."""
    share = 1.0 if model.images is None else min(model.images / ENOUGH_IMAGES, 1.0)
    return FLAGGED * model.is_flagged + FEW * (1 - share)


def _compare(colours: FaceColours, prototype: Prototype, behind: float) -> Reasons:
    tone = _difference(colours.tone, prototype.tone)
    hair = _difference(colours.hair, prototype.hair)
    eyes = _difference(colours.eyes, prototype.eyes)
    score = (tone or 0) + HAIR_WEIGHT * (hair or 0) + EYES_WEIGHT * (eyes or 0) + behind
    return Reasons(tone, hair, eyes, None, score, _offer(tone))


def _difference(found: ColourFound | None, wanted: Floats) -> float | None:
    if found is None:
        return None
    return float(lab_differences(found.lab, wanted[None])[0])


def _offer(tone: float | None) -> Offer:
    if tone is None or tone <= AS_IT_IS:
        return "as it is"
    if tone <= ADAPTABLE:
        return "with colour adaptation"
    return "far" if tone <= SUITABLE else "unsuitable"


def _reranked(
    image: Image, covering: Covering, models: Sequence[ModelSummary], reasons: Mapping[str, Reasons]
) -> dict[str, Reasons]:
    """The visible fit in the score, when all of the nearest 20 can be loaded; those behind count as fitting badly."""
    loads = {model.id: model.load for model in models}
    fits: dict[str, float] = {}
    for model in sorted(reasons, key=lambda one: reasons[one].score)[:MOST_RERANKED]:
        load = loads[model]
        if load is None:
            return {}
        fits[model] = visible_fit(image, covering, load())
    return {model: _with_fit(known, fits.get(model)) for model, known in reasons.items()}


def _with_fit(reasons: Reasons, fit: float | None) -> Reasons:
    worse = LARGEST_FIT if fit is None else min(fit, LARGEST_FIT)
    return replace(reasons, fit=fit, score=reasons.score + FIT_WEIGHT * worse)


def _distribution(scores: Mapping[str, float]) -> dict[str, float]:
    if not scores:
        return {}
    values = np.array(list(scores.values()))
    shares = np.exp(-(values - values.min()) / TEMPERATURE)
    return dict(zip(scores, (shares / shares.sum()).tolist(), strict=True))


def _visible(
    colours: FaceColours, models: Sequence[ModelSummary], reasons: Mapping[str, Reasons]
) -> dict[str, VisibleAttribute]:
    visible = {}
    named = [model for model in models if model.id in reasons]
    if colours.tone is not None and named:
        nearest = min(named, key=lambda model: reasons[model.id].tone_de00 or 0.0)
        visible["tone"] = _attribute(nearest.name, colours.tone)
    if colours.hair is not None:
        visible["hair_colour"] = _attribute(nearest_name(colours.hair.lab, HAIR_COLOURS), colours.hair)
    if colours.eyes is not None:
        visible["eye_colour"] = _attribute(nearest_name(colours.eyes.lab, EYE_COLOURS), colours.eyes)
    return visible


def _attribute(value: str, found: ColourFound) -> VisibleAttribute:
    lightness, green_red, blue_yellow = (float(channel) for channel in found.lab)
    return VisibleAttribute(value, (lightness, green_red, blue_yellow), found.confidence)
