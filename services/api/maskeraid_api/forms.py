"""Bodies that operations read themselves: JSON in our words, and the parts of a multipart form."""

import json
from collections.abc import Iterable
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import from_json
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request

from maskeraid_api.validation import failure_of
from maskeraid_core.errors import MalformedJson, TooLarge, ValidationFailed

BodyT = TypeVar("BodyT", bound=BaseModel)


def read_json(model: type[BodyT], body: bytes | str) -> BodyT:
    """A body by its schema; the same refusals as those of bodies that the framework reads."""
    if not body:
        raise MalformedJson("The body is empty.")
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        rows = [{**row, "loc": ("body", *row["loc"])} for row in error.errors(include_url=False)]
        is_json = all(row["type"] != "json_invalid" for row in rows)
        raise failure_of(rows, model, from_json(body) if is_json else None) from error


def options_of(model: type[BodyT], form: FormData, own_parts: Iterable[str] = ()) -> BodyT:
    """The part `options` (JSON) together with text parts that are fields of the same schema."""
    fields = {name: form[name] for name in own_parts if name in form}
    for name, value in {**fields, "options": form.get("options", "{}")}.items():
        if not isinstance(value, str):
            raise ValidationFailed(f"The part `{name}` is text, not a file.", parameter=name)
    try:
        options = from_json(str(form.get("options", "{}")), allow_inf_nan=False)
    except ValueError as error:
        raise MalformedJson(
            f'The part `options` is not JSON: {error}. Send an object, as {{"seed": 7}}.', parameter="options"
        ) from error
    if not isinstance(options, dict):
        raise ValidationFailed("The part `options` is a JSON object.", parameter="options")
    return read_json(model, json.dumps({**options, **fields}))


def files_of(request: Request, name: str) -> list[UploadFile]:
    """The files of one part; a text in its place is refused."""
    assert request._form is not None
    found = [value for value in request._form.getlist(name) if isinstance(value, UploadFile)]
    if len(found) != len(request._form.getlist(name)):
        raise ValidationFailed(f"The part `{name}` is a file (with a file name).", parameter=name)
    return found


def too_many_bytes(part: str, file: str, limit: int) -> TooLarge:
    """The refusal of a file of a form, by its size."""
    return TooLarge(f"`{file}` may have {limit} bytes: send a smaller one.", parameter=part, limit=limit)


def only_file(request: Request, name: str, most_bytes: int) -> UploadFile | None:
    """The one file of a part, if there is any."""
    found = files_of(request, name)
    if len(found) > 1:
        raise ValidationFailed(f"One `{name}` is taken, not {len(found)}.", parameter=name)
    if found and (found[0].size or 0) > most_bytes:
        raise too_many_bytes(name, name, most_bytes)
    return found[0] if found else None
