"""Takes the name of a person who is erased out of what stays: conditions on images, edits, schemas, cards."""

from collections.abc import Mapping
from typing import Any

from maskeraid_core.documents.datasets import IDENTITIES, Attribute
from maskeraid_core.documents.deletions import ERASED


def redacted(value: Any, subject: str | None) -> Any:  # noqa: ANN401 any JSON value
    """A JSON value without the name where it stands as the value of an attribute that tells persons apart.

    A condition on it meets no image any more. Words elsewhere stay: a name may be any word. With None nobody is named.
    """
    if subject is None:
        return value
    if isinstance(value, Mapping):
        is_identity = value.get("attribute") in IDENTITIES
        return {name: _field(name, part, subject, is_identity=is_identity) for name, part in value.items()}
    return [redacted(part, subject) for part in value] if isinstance(value, list | tuple) else value


def _field(name: str, part: Any, subject: str, *, is_identity: bool) -> Any:  # noqa: ANN401 any JSON value
    if name == "where" and isinstance(part, list):
        return [_condition(text, subject) for text in part]
    if name == "set" and isinstance(part, Mapping):
        return {key: ERASED if key in IDENTITIES and text == subject else text for key, text in part.items()}
    if is_identity and name == "value" and part == subject:
        return ERASED
    if is_identity and name == "values" and isinstance(part, list):
        return [one for one in part if one != subject]
    return redacted(part, subject)


def _condition(text: object, subject: str) -> object:
    if not isinstance(text, str):
        return text
    attribute, _, wanted = text.partition(":")
    is_named = attribute in IDENTITIES and wanted in (subject, f'"{subject}"')
    return f"{attribute}:{ERASED}" if is_named else text


def redacted_schema(schema: Mapping[str, Attribute], subject: str | None) -> dict[str, Attribute]:
    """A schema whose closed sets name the person no more; a set that would be empty is open."""
    if subject is None:
        return dict(schema)
    return {name: _attribute(part, subject) if name in IDENTITIES else part for name, part in schema.items()}


def _attribute(part: Attribute, subject: str) -> Attribute:
    if subject not in (part.values or ()):
        return part
    values = [value for value in part.values or () if value != subject]
    return part.model_copy(update={"values": values} if values else {"type": "text", "values": None})
