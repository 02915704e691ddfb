"""Which model version fills a face: the one that the user chose, or Selection's answer with its reasons."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import numpy as np

from maskeraid_core.documents.models import ModelVersion
from maskeraid_faces.errors import NoSuitableModel
from maskeraid_faces.face_model import FaceModel, Prototype
from maskeraid_faces.images import LARGEST_SIDE, SIDE_STEP, Covering, Image
from maskeraid_faces.selection.choose import ModelSummary, choose_model
from maskeraid_faces.selection.chosen import Chosen
from maskeraid_faces.sizes import fit_covering, fit_image

UNSOUND = {"collapse", "undertrained", "copying"}
NEAREST_TOLD = 5  # models named when none fits
Facts = Mapping[str, Any]  # plain JSON values
REASONS = {
    "attributes": "of your models, the one whose faces are most like this one",
    "user": "the model that you named",
    "default": "the service's default model, for you have none of your own",
}


@dataclass(frozen=True)
class Choice:
    """The version that was chosen, and why."""

    version: ModelVersion
    by: Literal["attributes", "user", "default"]
    distribution: tuple[Facts, ...] = ()  # a model each, likeliest first
    visible: tuple[Facts, ...] = ()  # attributes of the face that can be seen

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values for the job's result."""
        return {
            "selection": {
                "by": self.by,
                "reason": REASONS[self.by],
                "model_id": self.version.model_id,
                "version": self.version.version,
                "distribution": list(self.distribution),
            },
            "visible": list(self.visible),
        }


def no_model_yet() -> NoSuitableModel:
    return NoSuitableModel("there is no model yet: train one first", nearest=[], collect=[])


def choose(
    image: Image,
    covering: Covering,
    versions: Sequence[ModelVersion],
    load: Callable[[ModelVersion], FaceModel],
    *,
    is_override: bool,
    is_default: bool = False,
) -> Choice:
    """Choose among the versions; with `is_override` there is one, and it is taken as it is.

    With `is_default` there is one too, the service's; it must fit like any other.

    Raises: NoSuitableModel, with the nearest models, what differs, and which faces to collect.
    """
    if is_override:
        return Choice(versions[0], "user")
    if not versions:
        raise no_model_yet()
    side = _side_for_choosing(image, versions)
    chosen = choose_model(
        fit_image(image, side), fit_covering(covering, side), [_summary(version, load) for version in versions]
    )
    by_id = {version.id: version for version in versions}
    distribution = tuple(_describe(by_id[model], chosen) for model in chosen.distribution)
    visible = tuple({"attribute": name, **seen.to_dict()} for name, seen in chosen.visible.items())
    if chosen.best is None:
        raise NoSuitableModel(
            "no model was trained on faces of such a tone",
            nearest=[dict(model) for model in distribution[:NEAREST_TOLD]],
            collect=[dict(seen) for seen in visible],
        )
    return Choice(by_id[chosen.best], "default" if is_default else "attributes", distribution, visible)


def _side_for_choosing(image: Image, versions: Sequence[ModelVersion]) -> int:
    """The image's own side where Selection can take it: enlarging a drawn face would invent colours."""
    side = image.shape[0]
    is_fit = side <= LARGEST_SIDE and side % SIDE_STEP == 0
    return side if is_fit else max(version.resolution for version in versions)


def _summary(version: ModelVersion, load: Callable[[ModelVersion], FaceModel]) -> ModelSummary:
    prototypes = tuple(_prototype(plain) for plain in version.prototypes)
    flags = {flag.get("code") for flag in version.card.get("flags", ())}
    return ModelSummary(
        version.id, version.name, prototypes, version.kind, partial(load, version),
        images=version.card.get("images"), is_flagged=bool(flags & UNSOUND),
    )  # fmt: skip


def _prototype(plain: Facts) -> Prototype:
    tone, hair, eyes = (np.array(plain[name], np.float32) for name in ("tone", "hair", "eyes"))
    return Prototype(tone, hair, eyes, float(plain["share"]))


def _describe(version: ModelVersion, chosen: Chosen) -> Facts:
    reasons = chosen.reasons[version.id]
    return {
        "model": version.name,
        "model_id": version.model_id,
        "version": version.version,
        "probability": round(chosen.distribution[version.id], 4),
        "tone_de00": None if reasons.tone_de00 is None else round(reasons.tone_de00, 2),
        "fits": reasons.offer != "unsuitable",
        "offer": reasons.offer,
    }
