"""Changes of a dataset's schema: what stays private, further values, new attributes. What images have stays."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from maskeraid_api.schemas.datasets import MOST_VALUES, AttributeBody, AttributeChange
from maskeraid_core.documents.datasets import Attribute, Dataset
from maskeraid_core.errors import ValidationFailed

MOST_ATTRIBUTES = 100


def changed_schema(dataset: Dataset, changes: Mapping[str, AttributeChange]) -> dict[str, Any]:
    """What a change of attributes sets in the dataset's document. Raises: ValidationFailed."""
    if not changes:
        return {}
    changed = {
        name: _changed(dataset.attributes[name], change, f"/attributes/{name}")
        if name in dataset.attributes and (dataset.latest_version or change.type is None)
        else _added(dataset, name, change, f"/attributes/{name}")
        for name, change in changes.items()
    }
    schema = {**dataset.attributes, **changed}
    if len(schema) > MOST_ATTRIBUTES:
        raise ValidationFailed(f"A dataset has {MOST_ATTRIBUTES} attributes at most.", pointer="/attributes")
    return {"attributes": {name: one.model_dump() for name, one in schema.items()}}


def _changed(known: Attribute, change: AttributeChange, pointer: str) -> Attribute:
    if change.type not in (None, known.type) or change.exact not in (None, known.exact):
        raise ValidationFailed(
            f"Its images have values of the type {known.type} already: add an attribute of another name.",
            pointer=f"{pointer}/type" if change.type not in (None, known.type) else f"{pointer}/exact",
        )
    if change.values is not None and known.type != "enum":
        raise ValidationFailed(f"A {known.type} takes any value: it names none.", pointer=f"{pointer}/values")
    values = list(dict.fromkeys([*(known.values or ()), *(change.values or ())])) or None
    if len(values or ()) > MOST_VALUES:
        raise ValidationFailed(f"An enum has {MOST_VALUES} values at most.", pointer=f"{pointer}/values")
    private = known.private if change.private is None else change.private
    return known.model_copy(update={"values": values, "private": private})


def _added(dataset: Dataset, name: str, change: AttributeChange, pointer: str) -> Attribute:
    """One that no image has yet. Without a type, its name is a slip rather than new.

    Before the first import it may take the place of one of another type, and is needed as that was; else none needs it.
    """
    if change.type is None:
        known = ", ".join(dataset.attributes) or "none"
        raise ValidationFailed(
            f"The dataset has no such attribute; it has: {known}. To add one, say of which `type` it is.",
            pointer=pointer,
        )
    try:
        known_before = dataset.attributes.get(name)
        is_needed = {"required": known_before.required} if known_before else {}
        return AttributeBody.model_validate(change.model_dump(exclude_none=True) | is_needed).to_document(name)
    except ValidationError as error:
        raise ValidationFailed(error.errors()[0]["msg"].removeprefix("Value error, "), pointer=pointer) from error
