"""The schemas of the OpenAPI document as clients want them: every field explained, names for people, no detours."""

import re
from collections.abc import Iterator
from typing import Any

from maskeraid_api.documented_by_schema import OF_SCHEMA
from maskeraid_api.documented_fields import MEANINGS
from maskeraid_api.schemas.parts import id_pattern
from maskeraid_core.ids import ULID_PATTERN

Json = dict[str, Any]

_IDENTIFIER = re.compile(rf"^([a-z]+)_{ULID_PATTERN}$")
_PAGE = re.compile(r"ListView_(\w+?)(?:View)?_\b")  # FastAPI's name of `ListView[DatasetView]`
OF_SEVERAL_KINDS = ("JobView", "AboutView")  # so their ids have no one prefix
NULL: Json = {"type": "null"}


def complete_schemas(document: Json) -> None:
    """Explain all fields; write `T | None` as a list of types; call a page of datasets `DatasetList`."""
    _rename(document)
    for name, schema in document["components"]["schemas"].items():
        for field, raw in schema.get("properties", {}).items():
            _explain(name, field, raw)
        if name.endswith("List"):
            schema["description"] = "One page of a list."
    for part in _objects(document):
        _join_null(part)


def _explain(schema: str, field: str, raw: Json) -> None:
    raw.pop("title", None)  # pydantic's: the name again
    meaning, example = OF_SCHEMA.get(schema, {}).get(field) or MEANINGS.get(field, ("", None))
    if meaning:
        raw.setdefault("description", meaning)
    if example is None or raw.keys() & {"enum", "const", "examples", "$ref"}:
        return
    raw["examples"] = [example]
    has_own_ids = field == "id" and isinstance(example, str) and schema not in OF_SEVERAL_KINDS
    found = _IDENTIFIER.match(example) if has_own_ids else None
    if found:
        raw["pattern"] = id_pattern(found[1])


def _join_null(part: Json) -> None:
    """`anyOf: [{type: string}, {type: null}]` is `type: [string, null]`."""
    choices = part.get("anyOf", [])
    others = [choice for choice in choices if choice != NULL]
    if len(choices) == 2 and len(others) == 1 and isinstance(others[0].get("type"), str) and "enum" not in others[0]:
        del part["anyOf"]
        part |= {**others[0], "type": [others[0]["type"], "null"]}


def _objects(value: Any) -> Iterator[Json]:  # noqa: ANN401 any JSON value
    if isinstance(value, dict):
        yield value
        for inner in list(value.values()):
            yield from _objects(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _objects(inner)


def _rename(document: Json) -> None:
    schemas = document["components"]["schemas"]
    document["components"]["schemas"] = {_PAGE.sub(r"\1List", name): schema for name, schema in schemas.items()}
    for part in _objects(document):
        if "$ref" in part:
            part["$ref"] = _PAGE.sub(r"\1List", part["$ref"])
