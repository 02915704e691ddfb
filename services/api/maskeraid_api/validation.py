"""What pydantic found wrong with a request, in our words: a pointer, a code, and what to write instead."""

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from functools import cache
from typing import Any

from pydantic import BaseModel

from maskeraid_api.wording import words_of
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
MOST_TOLD = 50  # findings of one request; 1 MiB can have 100,000, and the event loop waits while they are told
LONGEST_MISSPELT = 64  # characters; what is longer is no misspelt name, and to compare it takes long
LIKENESS = 0.65  # of difflib; less leads astray, as from `drawn_set` to `dataset_id`
OTHER_NAMES = {"epochs": "steps", "drawn_set": "set", "lr": "learning_rate"}


def failure_of(
    found: Sequence[Mapping[str, Any]], model: type[BaseModel] | None = None, body: object = None
) -> MaskeraidError:
    """One error for all findings; `model` is the schema of the body, where suggestions come from."""
    if any(row["type"] == "json_invalid" for row in found):
        return MalformedJson(f"The body is not JSON: {found[0].get('ctx', {}).get('error', found[0]['msg'])}.")
    rows = _joined([_row(row, model, body) for row in found[:MOST_TOLD]])
    kind = UnknownField if all(row["type"] == "extra_forbidden" for row in found) else ValidationFailed
    count = len(rows)
    more = " These are the first of them." if len(found) > MOST_TOLD else ""
    return kind(f"The request needs attention in {count} field{'s' * (count > 1)}.{more}", errors=rows)


def unknown_name(kind: str, name: str, known: Iterable[str]) -> UnknownField:
    """An unknown query parameter or multipart part."""
    detail = f"unknown {kind}{_did_you_mean(name, {word: word for word in known})}"
    return UnknownField(
        f"The {kind} `{name}` is not known here.",
        errors=[{"parameter": name, "code": "unknown_field", "detail": detail}],
    )


def _row(found: Mapping[str, Any], model: type[BaseModel] | None, body: object) -> dict[str, str]:
    place, *steps = found["loc"]
    path = [
        str(part)
        for part in (_inside(body, steps, is_missing=found["type"] == "missing") if place == "body" else steps)
    ]
    code = CODES.get(found["type"], found["type"])
    detail = words_of(found, next((part for part in reversed(path) if not part.isdecimal()), ""))
    if place != "body":
        return {"parameter": ".".join(path), "code": code, "detail": detail}
    if code == "unknown_field":
        detail = "unknown field" + (_did_you_mean(path[-1], _paths(model)) if model else "")
    pointer = "".join(f"/{part.replace('~', '~0').replace('/', '~1')}" for part in path)
    return {"pointer": pointer, "code": code, "detail": detail}


def _inside(body: object, steps: Sequence[str | int], *, is_missing: bool) -> list[str | int]:
    """The steps that lead into the body, or to what it lacks; others name a kind of a union, or what was tried."""
    path: list[str | int] = []
    for number, step in enumerate(steps):
        is_last = number == len(steps) - 1
        if isinstance(body, Mapping) and (step in body or (is_last and is_missing)):
            body = body.get(step)
        elif isinstance(body, list) and isinstance(step, int):
            body = body[step] if step < len(body) else None  # too short a list lacks it
        else:
            continue
        path.append(step)
    return path


def _joined(rows: Sequence[dict[str, str]]) -> list[dict[str, str]]:
    """A row a place: of a union every kind that was tried has found something."""
    found: dict[str, dict[str, str]] = {}
    for row in rows:
        place = row.get("pointer", row.get("parameter", ""))
        if place in found and row["detail"] not in found[place]["detail"]:
            row = {**found[place], "detail": f"{found[place]['detail']}, or {row['detail']}"}
        found.setdefault(place, row).update(row)
    return list(found.values())


def _did_you_mean(name: str, known: Mapping[str, str]) -> str:
    """`known` leads from a field's own name to its dotted path."""
    other = OTHER_NAMES.get(name, name)
    near = [other] if other in known else []
    if not near and len(name) <= LONGEST_MISSPELT:
        near = get_close_matches(name, known, n=1, cutoff=LIKENESS)
    return f"; did you mean {known[near[0]]}?" if near else ""


@cache
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
        for option in (inner, *inner.get("anyOf", ()), *inner.get("oneOf", ()), inner.get("items", {})):
            reference = str(option.get("$ref", "")).rpartition("/")[2]
            if reference:
                _collect(parts[reference], parts, f"{prefix}{name}.", found)
