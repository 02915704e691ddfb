"""What the two kinds of trainings need: a model its name and data, a selector nothing but its kind."""

from collections.abc import Collection, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ModelWrapValidatorHandler, ValidationError
from pydantic_core import InitErrorDetails

from maskeraid_core.documents.selectors import MAKES_SELECTOR

BodyT = TypeVar("BodyT", bound=BaseModel)

OF_MODEL = ("name", "data")  # what a training of the kind `model` must have
BESIDE_SELECTOR = frozenset({"kind", "name", "seed", "metadata", "client_reference_id", "notify", "deadline_seconds"})

# JSON Schema's words for that.
KINDS: dict[str, Any] = {
    "oneOf": [
        {
            "required": list(OF_MODEL),
            "properties": {"kind": {"const": "model"}, "name": {"type": "string"}, "data": {"minItems": 1}},
        },
        {
            "required": ["kind"],
            "properties": {"kind": {"const": MAKES_SELECTOR}},
            "propertyNames": {"enum": sorted(BESIDE_SELECTOR)},
        },
    ]
}


def check_kind(title: str, given: object, handler: ModelWrapValidatorHandler[BodyT], known: Collection[str]) -> BodyT:
    """Validate; what is wrong for the kind is told with all else that is wrong, each at its field of the `known` ones.

    Raises: ValidationError.
    """
    found = _wrong_for_kind(given, known) if isinstance(given, Mapping) else []
    try:
        made = handler(given)
    except ValidationError as error:
        found += [
            InitErrorDetails(type=row["type"], loc=row["loc"], input=row["input"], ctx=row.get("ctx", {}))
            for row in error.errors(include_url=False)
        ]
        raise ValidationError.from_exception_data(title, found) from None
    if found:
        raise ValidationError.from_exception_data(title, found)
    return made


def _wrong_for_kind(given: Mapping[str, object], known: Collection[str]) -> list[InitErrorDetails]:
    """Fields that a model needs and lacks; or those that a selector does not take."""
    if given.get("kind") != MAKES_SELECTOR:
        rows = [InitErrorDetails(type="missing", loc=(name,), input=given) for name in OF_MODEL if name not in given]
        if given.get("data") == []:
            facts = {"field_type": "List", "min_length": 1, "actual_length": 0}
            rows.append(InitErrorDetails(type="too_short", loc=("data",), input=[], ctx=facts))
        return rows
    told = ValueError("a selector learns from all faces of all models that you can use: leave it out")
    strange = sorted(name for name in given.keys() - BESIDE_SELECTOR if name in known)
    return [
        InitErrorDetails(type="value_error", loc=(name,), input=given[name], ctx={"error": told}) for name in strange
    ]
