"""Attributes of images: the dataset's schema, inferred where there is none, and each value held against it."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence

from maskeraid_core.documents.datasets import IDENTITIES, Attribute, AttributeType
from maskeraid_core.errors import BadArchive
from maskeraid_core.places import place_text, read_place
from maskeraid_core.wanted_values import is_day

Schema = Mapping[str, Attribute]

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", re.ASCII)
BOOLS = {"true": "true", "yes": "true", "1": "true", "false": "false", "no": "false", "0": "false"}


class ValueRefused(Exception):
    """A value does not fit the schema; `code`, `pointer`, and the message are for the row's report."""

    def __init__(self, code: str, attribute: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.pointer = f"/{attribute}"


def infer_schema(columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> dict[str, Attribute]:
    """A schema that all rows fit: number, bool, geo, date, or text; who an image shows stays private.

    Never an enum: a later import may bring values that this one does not have.

    Raises: BadArchive for a column whose name no filter could spell.
    """
    for column in columns:
        if not NAME.fullmatch(column):
            detail = f"column {column!r}: use letters, digits, and _, at most 64, a letter first"
            raise BadArchive(detail, reason="manifest")
    values: dict[str, set[str]] = {column: set() for column in columns}
    for row in rows:
        for column, value in row.items():
            values[column].add(value)
    return {column: Attribute(type=_type_of(found), private=column in IDENTITIES) for column, found in values.items()}


def _type_of(values: set[str]) -> AttributeType:
    if values and all(_is_number(value) for value in values):
        return "number"
    if values and all(value.lower() in ("true", "false") for value in values):
        return "bool"
    if values and all(read_place(value) and value.count(".") == 2 for value in values):  # else it may be a `1,5`
        return "geo"
    if values and all(map(is_day, values)):
        return "date"
    return "text"


def fit(cells: Mapping[str, str], schema: Schema) -> dict[str, str]:
    """The row's values as the manifest keeps them; missing ones are left out.

    Raises: ValueRefused for the first value that does not fit, or a required one that is missing.
    """
    fitting = {}
    for name, attribute in schema.items():
        value = cells.get(name)
        if value is not None:
            fitting[name] = _fit_value(name, value, attribute)
        elif attribute.required:
            raise ValueRefused("value_missing", name, f"every row needs a value of {name}")
    return fitting


def fit_change(name: str, value: str | None, schema: Schema) -> str | None:
    """A value that images are to get, as the manifest keeps it; None, which takes theirs away, stays None.

    Raises: ValueRefused for an attribute that the schema does not have, a value that does not fit it, or None where one
        is required.
    """
    attribute = schema.get(name)
    if attribute is None:
        known = ", ".join(schema) or "none"
        raise ValueRefused("unknown_attribute", name, f"the dataset has no attribute {name}; it has: {known}")
    if value is None and attribute.required:
        raise ValueRefused("value_missing", name, f"every row needs a value of {name}")
    return None if value is None else _fit_value(name, value, attribute)


def _fit_value(name: str, value: str, attribute: Attribute) -> str:
    if attribute.type == "enum" and value not in (attribute.values or ()):
        allowed = "those that the schema names" if name in IDENTITIES else ", ".join(attribute.values or ())
        raise ValueRefused("value_not_allowed", name, f"{value!r} is not one of {allowed}")  # others' names stay unsaid
    if attribute.type == "number" and not _is_number(value):
        raise ValueRefused("value_not_allowed", name, f"{value!r} is not a number")
    if attribute.type == "bool":
        if value.lower() not in BOOLS:
            raise ValueRefused("value_not_allowed", name, f"{value!r} is neither true nor false")
        return BOOLS[value.lower()]
    if attribute.type == "date" and not is_day(value):
        raise ValueRefused("value_not_allowed", name, f"{value!r} is not a day as ISO 8601 writes it: 2026-11-30")
    if attribute.type == "geo":
        if (place := read_place(value)) is None:
            raise ValueRefused("value_not_allowed", name, f"{value!r} is not a place in degrees: 52.5,13.4 (lat,lon)")
        return place_text(place, exact=attribute.exact)
    return value


def _is_number(value: str) -> bool:
    return bool(NUMBER.fullmatch(value)) and math.isfinite(float(value))
