"""What a merge takes in: versions of several datasets that the caller may read, checked before the job is accepted."""

from maskeraid_api.dataset_access import Library
from maskeraid_api.schemas.imports import MergeSource
from maskeraid_core.documents.datasets import Dataset, MergePart
from maskeraid_core.errors import ValidationFailed
from maskeraid_core.uniting import PARTS, united_schema


async def merge_parts(library: Library, source: MergeSource, target: Dataset) -> list[MergePart]:
    """The versions that are meant now, with their filters.

    Raises: NotFound, also where another's images may be read but not copied; DatasetEmpty; and ValidationFailed, which
        names the part: a filter that fits no image, or attributes that do not go together, with both datasets' names.
    """
    parts, schemas = [], []
    for place, choice in enumerate(source.parts):
        pointer = f"{PARTS}/{place}"
        dataset = await library.require_copyable(choice.dataset_id, "take in", f"{pointer}/dataset_id")
        version = await library.version(dataset, choice.version, f"{pointer}/version")
        await library.check_values([version], choice.where, pointer)
        if (await library.rows(version, choice.where, pointer)).is_empty():
            raise ValidationFailed("No image meets all of these conditions.", pointer=f"{pointer}/where")
        parts.append(
            MergePart(dataset_id=dataset.id, version=version.version, where=choice.where, owner=dataset.tenant)
        )
        schemas.append((dataset.name, version.attributes))
    united_schema(target, schemas, source.as_text)
    return parts
