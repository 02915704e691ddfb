"""Which model version fills a face: the one that the user chose, or Selection's answer with its reasons."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np

from maskeraid_core.documents.models import ModelVersion
from maskeraid_faces.blending.skin_tone import from_lab
from maskeraid_faces.errors import NoSuitableModel
from maskeraid_faces.face_model import FaceModel
from maskeraid_faces.images import LARGEST_SIDE, SIDE_STEP, Covering, Image
from maskeraid_faces.selection.averaging import MOST_LOST, share_lost
from maskeraid_faces.selection.choose import choose_model, parts_of_lead
from maskeraid_faces.selection.chosen import Chosen
from maskeraid_faces.selection.network import SelectorNetwork, logits
from maskeraid_faces.sizes import fit_covering, fit_image
from maskeraid_inference.candidates import Candidates

NEAREST_TOLD = 5  # models named when none fits
Facts = Mapping[str, Any]  # plain JSON values
NOTHING_LIKE_IT = "no model was trained on pictures that look like this one, if it shows a face"
LIKE_IT: Facts = {"attribute": "looks", "value": "faces of the same kind of picture: pose, light, sharpness, style"}
REASONS = {
    "cnn": "of your models, the one that the thesis's network takes this face for",
    "attributes": "of your models, the one whose faces are most like this one",
    "user": "the model that you named",
    "default": "the service's default model, for you have none of your own",
}


@dataclass(frozen=True)
class Choice:
    """The version that was chosen, and why."""

    version: ModelVersion
    by: Literal["attributes", "cnn", "user", "default"]
    distribution: tuple[Facts, ...] = ()  # a model each, likeliest first
    visible: tuple[Facts, ...] = ()  # attributes of the face that can be seen
    compared: Mapping[str, Sequence[Facts]] | None = None  # both ways' distributions, when that is to be explained
    parts: Mapping[str, float] = field(default_factory=dict)  # of the attributes, in the chosen model's lead; likewise

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values for the job's result."""
        return {
            "selection": {
                "by": self.by,
                "reason": REASONS[self.by],
                "model": self.version.name,
                "model_id": self.version.model_id,
                "version": self.version.version,
                "distribution": list(self.distribution),
                **({"compared": {way: list(rows) for way, rows in self.compared.items()}} if self.compared else {}),
            },
            "visible": list(self.visible),
        }


def no_model_yet() -> NoSuitableModel:
    return NoSuitableModel(
        "there is no model yet: train one first, or name one that others share", nearest=[], collect=[]
    )


def choose(
    image: Image,
    covering: Covering,
    versions: Sequence[ModelVersion],
    load: Callable[[ModelVersion], FaceModel],
    *,
    is_override: bool,
    is_default: bool = False,
    by_network: bool = False,
    network: SelectorNetwork | None = None,
    is_explained: bool = False,
) -> Choice:
    """Choose among the versions; with `is_override` there is one, and it is taken as it is.

    With `is_default` there is one too, the service's; it must fit like any other. With `by_network` the thesis's
    network chooses, which always answers. Explained, both ways say what they think, as far as there is a network.

    Raises: NoSuitableModel, with the nearest models, what differs, and which faces to collect.
    """
    if is_override:
        return Choice(versions[0], "user")
    if not versions:
        raise no_model_yet()
    shares = shares_of(network, image, versions) if network else ()
    if by_network and not is_default:
        choice = _by_network(versions, shares)
        found = _by_attributes(image, covering, versions, load) if is_explained else None
    else:
        found = _by_attributes(image, covering, versions, load)
        choice = found.choice("default" if is_default else "attributes")
    if not is_explained or found is None:
        return choice
    compared = {"attributes": found.distribution, **({"cnn": shares} if shares else {})}
    return replace(choice, visible=found.visible, compared=compared, parts=found.parts)


@dataclass(frozen=True)
class _ByAttributes:
    """What the attributes say, whether or not a model fits."""

    chosen: Chosen
    versions: Mapping[str, ModelVersion]
    distribution: tuple[Facts, ...]
    visible: tuple[Facts, ...]
    is_noise: bool  # its look is told from a small picture, where hardly anything of it is left

    def choice(self, by: Literal["attributes", "default"]) -> Choice:
        """Raises: NoSuitableModel."""
        if self.is_noise:
            raise NoSuitableModel(NOTHING_LIKE_IT, nearest=[], collect=[LIKE_IT])
        if self.chosen.best is None:
            looks_strange = "looks" in self.chosen.reasons[self.chosen.nearest or ""].strange
            raise NoSuitableModel(
                NOTHING_LIKE_IT if looks_strange else "no model was trained on faces of such a tone",
                nearest=[dict(model) for model in self.distribution[:NEAREST_TOLD]],
                collect=[*([LIKE_IT] if looks_strange else []), *(_to_collect(seen) for seen in self.visible)],
            )
        return Choice(self.versions[self.chosen.best], by, self.distribution, self.visible)

    @property
    def parts(self) -> Mapping[str, float]:
        return parts_of_lead(self.chosen)


def _by_attributes(
    image: Image, covering: Covering, versions: Sequence[ModelVersion], load: Callable[[ModelVersion], FaceModel]
) -> _ByAttributes:
    known = versions if isinstance(versions, Candidates) else Candidates(versions)
    side = side_for_choosing(image, versions)
    chosen = choose_model(fit_image(image, side), fit_covering(covering, side), known.pool(load))
    by_id = known.by_id
    distribution = tuple(_describe(by_id[model], chosen) for model in chosen.reasons)  # likeliest first, 50 at most
    visible = tuple({"attribute": name, **seen.to_dict()} for name, seen in chosen.visible.items())
    is_noise = share_lost(image, covering) > MOST_LOST
    return _ByAttributes(chosen, by_id, distribution, visible, is_noise)


def shares_of(network: SelectorNetwork, image: Image, versions: Sequence[ModelVersion]) -> tuple[Facts, ...]:
    """What the network says of the models that there still are, likeliest first; what is gone has no share."""
    latest = {version.model_id: version for version in versions}
    scores = dict(zip(network.models, logits(network, image).tolist(), strict=True))
    known = {model: score for model, score in scores.items() if model in latest}
    if not known:
        return ()
    exponents = {model: np.exp(score - max(known.values())) for model, score in known.items()}
    total = sum(exponents.values())
    rows = [
        {
            "model": latest[model].name,
            "model_id": model,
            "version": latest[model].version,
            "probability": round(float(share / total), 4),
        }
        for model, share in exponents.items()
    ]
    return tuple(sorted(rows, key=lambda row: -float(exponents[str(row["model_id"])])))


def _by_network(versions: Sequence[ModelVersion], shares: tuple[Facts, ...]) -> Choice:
    if not shares:
        raise NoSuitableModel(
            "the selector knows none of the models that there are now: let it learn anew, or choose by attributes",
            nearest=[],
            collect=[],
        )
    chosen = next(version for version in versions if version.model_id == shares[0]["model_id"])
    return Choice(chosen, "cnn", shares)


def side_for_choosing(image: Image, versions: Sequence[ModelVersion]) -> int:
    """The image's own side where Selection can take it: enlarging a drawn face would invent colours."""
    side = image.shape[0]
    is_fit = side <= LARGEST_SIDE and side % SIDE_STEP == 0
    return side if is_fit else max(version.resolution for version in versions)


def _describe(version: ModelVersion, chosen: Chosen) -> Facts:
    reasons = chosen.reasons[version.id]
    differences = {"tone": reasons.tone_de00, "hair": reasons.hair_de00, "eyes": reasons.eyes_de00}  # dE00
    return {
        "model": version.name,
        "model_id": version.model_id,
        "version": version.version,
        "probability": round(chosen.distribution[version.id], 4),
        "tone_de00": None if reasons.tone_de00 is None else round(reasons.tone_de00, 2),
        "differs": {name: round(by, 2) for name, by in differences.items() if by is not None},
        **{name: _rounded(getattr(reasons, name)) for name in ("p", "p_colours", "p_looks")},
        "strange": list(reasons.strange),
        "fits": reasons.offer != "unsuitable",
        "offer": reasons.offer,
    }


def _rounded(p: float | None) -> float | None:
    return None if p is None else round(p, 4)


def _to_collect(seen: Facts) -> dict[str, Any]:
    """An attribute that the faces of a further model should have; the word for a tone is another model's name."""
    named = {"value": seen["value"]} if seen["attribute"] != "tone" else {}
    rgb = from_lab(np.array([[seen["lab"]]], np.float32))[0, 0]
    colour = "#" + "".join(f"{round(level):02x}" for level in np.clip(rgb, 0, 255).tolist())
    return {"attribute": seen["attribute"], **named, "colour": colour, "lab": [round(part, 1) for part in seen["lab"]]}
