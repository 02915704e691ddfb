"""What pydantic found wrong with a request, in our words: a pointer, a code, and what to write instead."""

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel

from maskeraid_core.errors import MalformedJson, MaskeraidError, UnknownField, ValidationFailed

CODES = {
    "extra_forbidden": "unknown_field",
    "greater_than": "too_small",
    "greater_than_equal": "too_small",
    "string_too_short": "too_short",
    "too_short": "too_short",
    "less_than": "too_large",
    "less_than_equal": "too_large",
    "string_too_long": "too_long",
    "too_long": "too_long",
    "literal_error": "value_not_allowed",
    "enum": "value_not_allowed",
    "string_pattern_mismatch": "bad_format",
}
LIKENESS = 0.5  # of difflib; enough to lead from `epochs` to `steps`


def failure_of(found: Sequence[Mapping[str, Any]], model: type[BaseModel] | None = None) -> MaskeraidError:
    """One error for all findings; `model` is the schema of the body, where suggestions come from."""
    if any(row["type"] == "json_invalid" for row in found):
        return MalformedJson(f"The body is not JSON: {found[0].get('ctx', {}).get('error', found[0]['msg'])}.")
    rows = [_row(row, model) for row in found]
    kind = UnknownField if all(row["code"] == "unknown_field" for row in rows) else ValidationFailed
    count = len(rows)
    return kind(f"{count} field{'s need' if count > 1 else ' needs'} attention.", errors=rows)


def unknown_name(kind: str, name: str, known: Iterable[str]) -> UnknownField:
    """An unknown query parameter or multipart part."""
    detail = f"unknown {kind}{_did_you_mean(name, {word: word for word in known})}"
    return UnknownField(
        f"The {kind} `{name}` is not known here.",
        errors=[{"parameter": name, "code": "unknown_field", "detail": detail}],
    )


def _row(found: Mapping[str, Any], model: type[BaseModel] | None) -> dict[str, str]:
    place, *path = [str(part) for part in found["loc"]]
    code = CODES.get(found["type"], found["type"])
    detail = str(found["msg"]).removeprefix("Value error, ")
    if place != "body":
        return {"parameter": ".".join(path), "code": code, "detail": detail}
    if code == "unknown_field":
        detail = "unknown field" + (_did_you_mean(path[-1], _paths(model)) if model else "")
    pointer = "".join(f"/{part.replace('~', '~0').replace('/', '~1')}" for part in path)
    return {"pointer": pointer, "code": code, "detail": detail}


def _did_you_mean(name: str, known: Mapping[str, str]) -> str:
    """`known` leads from a field's own name to its dotted path."""
    near = get_close_matches(name, known, n=1, cutoff=LIKENESS)
    return f"; did you mean {known[near[0]]}?" if near else ""


def _paths(model: type[BaseModel]) -> dict[str, str]:
    """Names of all fields of a body to their dotted paths; the outer one wins where names are equal."""
    schema = model.model_json_schema()
    found: dict[str, str] = {}
    _collect(schema, schema.get("$defs", {}), "", found)
    return found


def _collect(node: Mapping[str, Any], parts: Mapping[str, Any], prefix: str, found: dict[str, str]) -> None:
    properties: Mapping[str, Any] = node.get("properties", {})
    for name in properties:
        found.setdefault(name, prefix + name)
    for name, inner in properties.items():
        for option in (inner, *inner.get("anyOf", ()), inner.get("items", {})):
            reference = str(option.get("$ref", "")).rpartition("/")[2]
            if reference:
                _collect(parts[reference], parts, f"{prefix}{name}.", found)
