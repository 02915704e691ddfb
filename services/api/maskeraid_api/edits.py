"""What an edit of a dataset's images may be asked for: checked against the schema and the images before it waits."""

from collections.abc import Sequence
from typing import Literal

import polars as pl

from maskeraid_api.dataset_access import Library
from maskeraid_api.schemas.imports import EditSource, EditValue
from maskeraid_core.attributes import Schema, ValueRefused, fit_change
from maskeraid_core.documents.datasets import Dataset, Edit
from maskeraid_core.errors import NotFound, ValidationFailed
from maskeraid_core.ids import parse_image_id
from maskeraid_core.suggestions import suggested_in

MOST_TOLD = 100  # unknown ids


async def edit_of(library: Library, source: EditSource, dataset: Dataset) -> Edit:
    """The edit with every value as a manifest keeps it.

    Raises: DatasetEmpty; NotFound, which names each image that is not there; ValidationFailed, which names what does
        not fit: a filter, an attribute, a value, or that no image would be left.
    """
    version = await library.version(dataset)
    if source.image_ids is None:
        where = source.where or []
        await library.check_values([version], where, "/source", with_suggestions=True)
        chosen, rows = await library.rows(version, where, "/source", with_suggestions=True), None
        if chosen.is_empty():
            raise ValidationFailed("No image meets all of these conditions.", pointer="/source/where")
    else:
        where, rows = [], _rows_of(source.image_ids, dataset, await library.rows(version, []))
    if source.delete:
        if (chosen.height if rows is None else len(rows)) == version.image_count:
            raise ValidationFailed(
                "This would delete every image of the dataset: delete the dataset instead.", pointer="/source/delete"
            )
        return Edit(where=where, rows=rows, delete=True)
    if source.confirm or source.dismiss:
        known = suggested_in(await library.manifest(version))
        confirm, dismiss = (_suggested(source, action, known) for action in ("confirm", "dismiss"))
        return Edit(where=where, rows=rows, confirm=confirm, dismiss=dismiss, least_confidence=source.least_confidence)
    return Edit(where=where, rows=rows, set=_fitting(source.set or {}, dataset.attributes))


def _suggested(source: EditSource, action: Literal["confirm", "dismiss"], known: Sequence[str]) -> list[str]:
    """The attributes whose suggestions are meant. Raises: ValidationFailed for one that has none."""
    names: list[str] = getattr(source, action) or []
    for place, name in enumerate(names):
        if name not in known:
            there = ", ".join(known) or "none; let an import suggest values first"
            detail = f"nothing is suggested of {name}; there are suggestions of: {there}"
            raise ValidationFailed(detail, pointer=f"/source/{action}/{place}")
    return list(dict.fromkeys(names))


def _rows_of(image_ids: Sequence[str], dataset: Dataset, manifest: pl.DataFrame) -> list[int]:
    known = set(manifest["row"])
    rows, unknown = dict[int, None](), list[dict[str, str]]()
    for place, image_id in enumerate(image_ids):
        found = parse_image_id(image_id)
        if found is not None and found[0] == dataset.id and found[1] in known:
            rows[found[1]] = None
        elif len(unknown) < MOST_TOLD:
            detail = f"The dataset's newest version has no image {image_id}."
            unknown.append({"pointer": f"/source/image_ids/{place}", "code": NotFound.code, "detail": detail})
    if unknown:
        raise NotFound(unknown[0]["detail"], errors=unknown)
    return list(rows)


def _fitting(values: dict[str, EditValue], schema: Schema) -> dict[str, str | None]:
    fitting, refused = dict[str, str | None](), list[dict[str, str]]()
    for name, value in values.items():
        try:
            fitting[name] = fit_change(name, _text(value), schema)
        except ValueRefused as refusal:
            refused.append({"pointer": f"/source/set/{name}", "code": refusal.code, "detail": str(refusal)})
    if refused:
        raise ValidationFailed(refused[0]["detail"], errors=refused)
    return fitting


def _text(value: EditValue) -> str | None:
    """As a cell of a manifest has it."""
    if isinstance(value, bool):
        return str(value).lower()
    return None if value is None else str(value)
