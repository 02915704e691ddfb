"""Pydantic's findings in plain words: what is wanted, by the type of the finding. Others keep pydantic's."""

from collections.abc import Mapping
from typing import Any

from maskeraid_api.documented_fields import MEANINGS
from maskeraid_api.schemas.parts import LINES, ONE_LINE
from maskeraid_api.schemas.reimaging_requests import DATA_URL

OBJECT, LIST, TEXT = "must be a JSON object", "must be a list", "must be text"
WHOLE, NUMBER, TRUTH = "must be a whole number", "must be a number", "must be true or false"
TIME = "must be a time as RFC 3339 writes it, with its zone: 2026-11-23T09:03:10Z"

WORDS: Mapping[str, str] = {
    "missing": "is needed",
    "model_type": OBJECT,
    "model_attributes_type": OBJECT,
    "dict_type": OBJECT,
    "list_type": LIST,
    "tuple_type": LIST,
    "string_type": TEXT,
    "string_unicode": TEXT,
    "invalid_key": "has a name that is no text",
    "int_type": WHOLE,
    "int_parsing": WHOLE,
    "int_parsing_size": "is too large",
    "int_from_float": WHOLE,
    "float_type": NUMBER,
    "float_parsing": NUMBER,
    "finite_number": NUMBER,
    "bool_type": TRUTH,
    "bool_parsing": TRUTH,
    "none_required": "must be null",
    "literal_error": "must be {expected}",
    "enum": "must be {expected}",
    "multiple_of": "must be a multiple of {multiple_of}",
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
    "string_too_short": "must have at least {min_length} characters",
    "string_too_long": "may have at most {max_length} characters",
    "too_short": "must have at least {min_length}, and has {actual_length}",
    "too_long": "may have at most {max_length}, and has {actual_length}",
    "union_tag_invalid": "has a {discriminator} that is not known: it must be one of {expected_tags}",
    "union_tag_not_found": "needs a {discriminator}, which says of which kind it is",
    "datetime_type": TIME,
    "datetime_parsing": TIME,
    "datetime_from_date_parsing": TIME,
    "datetime_object_invalid": TIME,
    "timezone_aware": TIME,
}

# Where an example would not say what is wanted.
FORMS: Mapping[str, str] = {
    ONE_LINE: "must be one line, without control characters and those that turn the direction of text",
    LINES: "must have no control characters but line breaks, and none that turn the direction of text",
    r"^[A-Za-z][A-Za-z0-9_]{0,63}$": "must begin with a letter, and have letters, digits, and _ only, at most 64",
    r"^[A-Za-z0-9_-]{1,40}$": "must have letters, digits, _, and - only, at most 40",
    r"^[a-z][a-z0-9_-]{0,39}$": "must be a number, `latest`, or an alias (small letters, digits, _, and -, at most 40)",
    r"^[a-z0-9][a-z0-9_-]{0,39}$": "must have small letters, digits, _, and - only, at most 40",
    r"^[0-9a-f]{64}$": "must be a SHA-256 in hexadecimal: 64 digits, small letters",
    DATA_URL.pattern: "must be a PNG, JPEG, or WebP, by its first bytes too, as data:image/png;base64,…",
}


def words_of(found: Mapping[str, Any], field: str) -> str:
    """What is wanted of a field, whose name leads to an example."""
    kind, facts = found["type"], found.get("ctx", {})
    if kind == "string_pattern_mismatch":
        return FORMS.get(facts["pattern"]) or _by_example(field)
    if kind == "value_error":
        return str(found["msg"]).removeprefix("Value error, ")
    return WORDS[kind].format_map(facts) if kind in WORDS else str(found["msg"])


def _by_example(field: str) -> str:
    example = MEANINGS.get(field, ("", None))[1]
    return "does not have the form that is wanted" + (f"; an example: {example}" if example else "")
