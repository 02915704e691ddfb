"""The schema of a dataset that takes in images of several others: what they agree on, or where they do not."""

from collections.abc import Collection, Sequence

from maskeraid_core.attributes import Schema
from maskeraid_core.documents.datasets import Attribute, Dataset
from maskeraid_core.errors import ValidationFailed

PARTS, AS_TEXT = "/source/parts", "/source/as_text"  # where a request has them


def united_schema(
    target: Dataset, parts: Sequence[tuple[str, Schema]], as_text: Collection[str] = ()
) -> dict[str, Attribute]:
    """The target's own schema; where it has none, that of all parts, enums with the values of each.

    Args:
        target: the dataset that takes in.
        parts: of each the name of its dataset, and its schema.
        as_text: attributes that become texts, of whatever types they are in the parts.

    Raises: ValidationFailed, which names two datasets whose attribute of one name is of different types (a text of the
        target's own takes any), what the target needs of every image and a part has not, or what is to be a text and
        no part has, or the target has as something else.
    """
    if as_text:
        parts = _with_texts(target, parts, as_text)
    if target.attributes:
        for place, (name, schema) in enumerate(parts):
            _check_against(target, name, schema, f"{PARTS}/{place}")
        return dict(target.attributes)
    found: dict[str, tuple[str, Attribute]] = {}
    for place, (dataset, schema) in enumerate(parts):
        for name, attribute in schema.items():
            first, known = found.get(name, (dataset, attribute))
            if known.type != attribute.type:
                raise _disagreement(name, (first, known), (dataset, attribute), f"{PARTS}/{place}")
            found[name] = first, _both(known, attribute)
    in_all = {name for name in found if all(name in schema for _, schema in parts)}
    return {
        name: attribute if name in in_all else attribute.model_copy(update={"required": False})
        for name, (_, attribute) in found.items()
    }


def _with_texts(
    target: Dataset, parts: Sequence[tuple[str, Schema]], as_text: Collection[str]
) -> list[tuple[str, Schema]]:
    """The parts' schemas, in which these attributes are texts."""
    for name in as_text:
        own = target.attributes.get(name)
        if own is not None and own.type != "text":
            detail = f"The attribute {name} of {target.name} is of type {own.type} already, and stays so."
            raise ValidationFailed(detail, pointer=AS_TEXT)
        if not any(name in schema for _, schema in parts):
            raise ValidationFailed(f"No dataset that is merged has the attribute {name}.", pointer=AS_TEXT)
    text = {"type": "text", "values": None, "exact": False}
    return [
        (dataset, {name: one.model_copy(update=text) if name in as_text else one for name, one in schema.items()})
        for dataset, schema in parts
    ]


def _check_against(target: Dataset, dataset: str, schema: Schema, pointer: str) -> None:
    for name, own in target.attributes.items():
        given = schema.get(name)
        if given is None and own.required:
            raise ValidationFailed(
                f"The dataset {target.name} needs {name} of every image, which those of {dataset} have not: name "
                "another dataset, or leave this part out.",
                pointer=pointer,
            )
        if given is not None and own.type not in (given.type, "text"):
            raise _disagreement(name, (target.name, own), (dataset, given), pointer)


def _both(first: Attribute, second: Attribute) -> Attribute:
    """An attribute that fits the images of both, and keeps from others what one of them does."""
    values = list(dict.fromkeys([*(first.values or ()), *(second.values or ())])) or None
    both = {"required": first.required and second.required, "exact": first.exact and second.exact}
    return first.model_copy(update={"values": values, "private": first.private or second.private, **both})


def _disagreement(
    name: str, first: tuple[str, Attribute], second: tuple[str, Attribute], pointer: str
) -> ValidationFailed:
    return ValidationFailed(
        f"The attribute {name} is of type {first[1].type} in {first[0]}, and of type {second[1].type} in {second[0]}: "
        f"leave one of them out, or merge them with {name} as a text.",
        pointer=pointer,
    )
