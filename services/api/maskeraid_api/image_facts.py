"""Images as clients see them, before they are JSON: pages of them are written without a model for each."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from maskeraid_api.schemas.parts import ModelReference
from maskeraid_core.documents.datasets import DatasetVersion
from maskeraid_core.ids import image_id
from maskeraid_core.manifests import PREFIX
from maskeraid_core.suggestions import names_among, suggestions_of


def image_facts(
    version: DatasetVersion, row: Mapping[str, Any], models: Sequence[ModelReference], *, is_newest: bool
) -> dict[str, Any]:
    """A row of the manifest with the fields of `ImageView`, in their order; attributes that are missing are left out.

    Of an older version its addresses say which: the newest one may not have the image any more.
    """
    number, near = row["row"], row["near_duplicate_of"]
    own = image_id(version.dataset_id, number)
    return {
        "object": "image", "id": own, "dataset_id": version.dataset_id, "version": version.version, "row": number,
        "file": row["file"], "sha256": row["sha256"], "bytes": row["bytes"], "width": row["width"],
        "height": row["height"], "grey": row["grey"],
        "attributes": {name: row[column] for name, column in _attributes_in(tuple(row)) if row[column]},
        "suggestions": suggestions_of(row), "models": list(models), "quality": _quality_of(row),
        "near_duplicate_of": near and image_id(version.dataset_id, near), "box": row["box"],
        "generated": row["generated"] is True, "urls": _urls(own, "" if is_newest else f"version={version.version}"),
    }  # fmt: skip


@lru_cache
def _attributes_in(columns: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Each attribute with its column; kept, for all rows of a manifest have the same."""
    return tuple((name, PREFIX + name) for name in names_among(columns, PREFIX))


def _quality_of(row: Mapping[str, Any]) -> dict[str, Any] | None:
    """With the fields of `QualityView`; None for a row of a version that was not measured."""
    if row["quality:sharpness"] is None:
        return None
    return {
        "sharpness": round(row["quality:sharpness"], 2), "exposure": round(row["quality:exposure"], 4),
        "face_size": int(row["quality:face_size"]), "warnings": row["quality:warnings"],
    }  # fmt: skip


def _urls(image: str, of: str) -> dict[str, str]:
    own = f"/v1/images/{image}"
    urls = {"self": own, "content": f"{own}/content", "thumbnail": f"{own}/content?size=thumb"}
    return {name: f"{url}{'&' if '?' in url else '?'}{of}" for name, url in urls.items()} if of else urls
