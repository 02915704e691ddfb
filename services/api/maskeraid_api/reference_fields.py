"""The fields of a JSON Schema in words, for the reference page; the words may hold `code`."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Json = Mapping[str, Any]

LONGEST_EXAMPLE = 80  # characters

LIMITS = {
    "minimum": "at least {}", "exclusiveMinimum": "over {}", "maximum": "at most {}",
    "maxLength": "at most {} characters", "minItems": "at least {} items", "maxItems": "at most {} items",
}  # fmt: skip


@dataclass(frozen=True)
class Field:
    """A row of a table."""

    name: str
    schema: Json
    is_required: bool
    meaning: str


def fields_of(schema: Json, schemas: Json) -> Iterator[Field]:
    """The fields of an object, each followed by those one level below: `data[].version`, `attributes.*.type`."""
    for field in _own_fields(_resolved(schema, schemas), "", schemas):
        yield Field(f"`{field.name}`", field.schema, field.is_required, field.meaning)
        for suffix, inner in _objects(field.schema, "", schemas):
            for below in _own_fields(inner, f"{field.name}{suffix}.", schemas):
                yield Field(f"`{below.name}`", below.schema, below.is_required, below.meaning)


def type_of(schema: Json, schemas: Json) -> str:
    """`list of integer (at most 8 items)`; choices by name."""
    schema = _resolved(schema, schemas)
    if choices := schema.get("anyOf") or ("properties" not in schema and schema.get("oneOf")):
        return " or ".join(dict.fromkeys(type_of(choice, schemas) for choice in choices))
    if isinstance(kinds := schema.get("type"), list):  # `[string, null]`
        first, *others = kinds
        return " or ".join([type_of({**schema, "type": first}, schemas), *others])
    if values := [schema["const"]] if "const" in schema else schema.get("enum"):
        return ("one of " if len(values) > 1 else "") + ", ".join(_code(value) for value in values)
    limits = ", ".join(words.format(f"{schema[key]:.15g}") for key, words in LIMITS.items() if key in schema)
    return _kind(schema, schemas) + (f" ({limits})" if limits else "")


def _kind(schema: Json, schemas: Json) -> str:
    if schema.get("format") == "binary":
        return "file"
    if schema.get("type") == "array" and (item := schema.get("items") or schema.get("prefixItems", [None])[0]):
        return f"list of {type_of(item, schemas)}"
    if values := _map_values(schema):
        return f"map to {type_of(values, schemas)}"
    kind: str = schema.get("format") or schema.get("type", "any")
    return kind


def _own_fields(schema: Json, prefix: str, schemas: Json) -> Iterator[Field]:
    required = schema.get("required", ())
    for name, raw in schema.get("properties", {}).items():
        field = _resolved(raw, schemas)
        default = f"Default {_code(field['default'])}." if field.get("default") is not None else ""
        meaning = " ".join(filter(None, (field.get("description", ""), default or _example(field))))
        yield Field(prefix + name, field, name in required, meaning)


def _example(field: Json) -> str:
    """One that fits into a line."""
    found = next((_code(value) for value in field.get("examples", ())), "")
    return f"For example {found}." if 0 < len(found) <= LONGEST_EXAMPLE else ""


def _objects(schema: Json, suffix: str, schemas: Json) -> Iterator[tuple[str, Json]]:
    """The objects with fields of their own that a field holds, behind choices, lists, and maps."""
    schema = _resolved(schema, schemas)
    if "properties" in schema:
        yield suffix, schema
        return
    for choice in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
        yield from _objects(choice, suffix, schemas)
    if items := schema.get("items"):
        yield from _objects(items, f"{suffix}[]", schemas)
    if values := _map_values(schema):
        yield from _objects(values, f"{suffix}.*", schemas)


def _map_values(schema: Json) -> Json | None:
    """The schema of a map's values."""
    found = [*schema.get("patternProperties", {}).values(), schema.get("additionalProperties")]
    return next((values for values in found if isinstance(values, Mapping)), None)


def _resolved(schema: Json, schemas: Json) -> Json:
    """Behind its reference; what stands beside the reference wins."""
    if "$ref" not in schema:
        return schema
    beside = {key: value for key, value in schema.items() if key != "$ref"}
    return {**schemas[schema["$ref"].rsplit("/", 1)[1]], **beside}


def _code(value: object) -> str:
    return f"`{value if isinstance(value, str) else json.dumps(value)}`"
