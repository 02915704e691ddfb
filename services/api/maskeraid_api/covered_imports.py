"""What an import of covered faces is made from: another dataset's clean ones, checked before the job is accepted."""

import secrets

from maskeraid_api.dataset_access import Library
from maskeraid_api.schemas.imports import CoveringsSource
from maskeraid_core.documents.datasets import COVERING, COVERING_ATTRIBUTE, Attribute, CoveredFaces, Dataset, Family
from maskeraid_core.errors import ValidationFailed

POINTER = "/source/of"


async def covered_faces(library: Library, source: CoveringsSource, target: Dataset) -> CoveredFaces:
    """The version that is meant now, what of it is covered, and with what.

    Raises: NotFound, DatasetEmpty, and ValidationFailed, which names the field: a filter that fits no image, the
        dataset itself, or attributes that do not go together.
    """
    families = list(dict.fromkeys(source.families))
    if source.of.dataset_id == target.id:
        raise ValidationFailed(
            "A dataset is not covered into itself: name another one for the covered copies.",
            pointer=f"{POINTER}/dataset_id",
        )
    dataset = await library.require_copyable(source.of.dataset_id, "copy", f"{POINTER}/dataset_id")
    version = await library.version(dataset, source.of.version)
    await library.check_values([version], source.of.where, POINTER)
    if (await library.rows(version, source.of.where, POINTER)).is_empty():
        raise ValidationFailed("No image meets all of these conditions.", pointer=f"{POINTER}/where")
    _check_schemas(target, version.attributes, families)
    seed = secrets.randbelow(2**31) if source.seed is None else source.seed
    return CoveredFaces(
        dataset_id=dataset.id, version=version.version, where=source.of.where, families=families, seed=seed
    )


def _check_schemas(target: Dataset, attributes: dict[str, Attribute], families: list[Family]) -> None:
    """Of the clean faces `covering` may be what this made it; the target must have room for it."""
    own = attributes.get(COVERING)
    if own is not None and own != COVERING_ATTRIBUTE:
        raise ValidationFailed(
            f"Its images have an attribute `{COVERING}` of their own, which would be overwritten.",
            pointer=f"{POINTER}/dataset_id",
        )
    there = target.attributes.get(COVERING)
    if there is not None and there.type not in ("enum", "text"):
        raise ValidationFailed(
            f"Its attribute `{COVERING}` is a {there.type}, not the name of a covering: name another dataset.",
            pointer="/dataset_id",
        )
    if there is not None and there.type == "enum" and (unknown := set(families) - set(there.values or ())):
        raise ValidationFailed(
            f"The dataset's attribute `{COVERING}` does not allow {', '.join(sorted(unknown))}; it allows "
            f"{', '.join(there.values or ())}.",
            pointer="/source/families",
        )
    required = {name for name, one in target.attributes.items() if one.required and name != COVERING}
    if missing := sorted(required - attributes.keys()):
        raise ValidationFailed(
            f"The dataset needs {', '.join(missing)} of every image, which the faces to be covered have not.",
            pointer="/dataset_id",
        )
