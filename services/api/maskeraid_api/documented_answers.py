"""The documented answers of every operation: success with its headers, and each problem that it can have."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from maskeraid_api.operations import Operation
from maskeraid_api.problems import MEDIA_TYPE, PROBLEMS, title_of
from maskeraid_core import errors
from maskeraid_core.errors import MaskeraidError

Json = dict[str, Any]


def _header(description: str, kind: str = "string") -> Json:
    return {"description": description, "schema": {"type": kind}}


HEADERS: Json = {
    "Accept-Ranges": _header("`bytes`."),
    "Content-Disposition": _header("How to keep the file."),
    "ETag": _header("The state of the object."),
    "Idempotency-Replayed": _header("`true` when the answer is that of the first request."),
    "Link": _header('The next page: `<…>; rel="next"`.'),
    "Location": _header("Where the object is."),
    "Preference-Applied": _header("`wait=N` when the request waited."),
    "RateLimit": _header("What is left, and for how long."),
    "RateLimit-Policy": _header("Requests in a window, for reads and writes."),
    "Repr-Digest": _header("SHA-256 of the whole file (RFC 9530)."),
    "Retry-After": _header("Seconds to wait.", "integer"),
    "Sheet-Columns": _header("Tiles in a row.", "integer"),
    "Sheet-Count": _header("How many tiles there are, in the order of the page.", "integer"),
    "Sheet-Tile": _header("Pixels of a tile's side.", "integer"),
    "X-Request-Id": _header("Names this request in the log."),
}
EVERYWHERE = ("X-Request-Id", "RateLimit-Policy")
ALWAYS = (errors.BadHeader, errors.ValidationFailed, errors.UnknownField, errors.RateLimited, errors.Internal)
WITH_KEY = (errors.NotAuthenticated, errors.ScopeMissing, errors.StoreUnavailable)
WITH_BODY = (errors.MalformedJson, errors.RequestTimeout, errors.TooLarge, errors.UnsupportedMedia)
OF_POST = (errors.IdempotencyInProgress, errors.IdempotencyKeyReused)
BYTES_OF = {
    "get_image_content": ("image/png", "image/webp", "application/octet-stream"),
    "get_training_file": ("image/png",),
    "get_export_content": ("application/zip",),
    "get_model_file": ("application/octet-stream", "application/json", "image/png", "text/markdown"),
    "get_evaluation_file": ("image/png", "application/octet-stream", "application/json"),
    "get_covering_content": ("image/png",),
    "get_reimaging_file": ("image/png", "application/octet-stream", "application/json", "application/zip"),
}


def add_answers(operation: Json, method: str, declared: Operation) -> None:
    """Complete the answers that FastAPI found."""
    responses: Json = operation["responses"]
    responses.pop("422", None)  # the framework's own form, which we do not use
    success = min(responses)
    _add_success_headers(responses[success], method, success, operation)
    if media := BYTES_OF.get(operation["operationId"]):
        _add_bytes(responses, media)
    if operation["operationId"] == "get_image_sheet":
        headers = _headers("ETag", "RateLimit", "Sheet-Tile", "Sheet-Columns", "Sheet-Count")
        content = {"image/webp": {"schema": {"type": "string", "format": "binary"}}}
        responses["200"] = {"description": "The sheet.", "content": content, "headers": headers}
    if method == "get" and not declared.is_public:
        responses["304"] = {"description": "Not modified.", "headers": _headers("ETag")}
    if "Prefer" in declared.headers:
        responses["200"]["headers"] = _headers("Location", "Preference-Applied")
    for kind in _problems(operation, method, declared):
        _add_problem(responses, kind)


def _add_success_headers(response: Json, method: str, status: str, operation: Json) -> None:
    names = ["RateLimit"] if operation["security"] else []
    names += {"201": ["Location", "ETag"], "202": ["Location", "Retry-After"]}.get(status, [])
    if method == "get" and operation["security"]:
        names += ["Link"] if operation["operationId"].startswith("list_") else ["ETag"]
    if method == "post":
        names.append("Idempotency-Replayed")
    response["headers"] = _headers(*names)


def _add_bytes(responses: Json, media: Iterable[str]) -> None:
    content = {name: {"schema": {"type": "string", "format": "binary"}} for name in media}
    headers = _headers("ETag", "Repr-Digest", "Accept-Ranges", "Content-Disposition", "RateLimit")
    responses["200"] = {"description": "The bytes.", "content": content, "headers": headers}
    responses["206"] = {"description": "One range of them.", "content": content, "headers": headers}


def _problems(operation: Json, method: str, declared: Operation) -> set[type[MaskeraidError]]:
    found: set[type[MaskeraidError]] = {*ALWAYS, *declared.problems}
    if not declared.is_public:
        found |= {*WITH_KEY}
    if method != "get" and not declared.is_public:
        found.add(errors.CsrfFailed)
    if method in ("post", "put", "patch"):
        found |= {*WITH_BODY, *((errors.MalformedForm,) if declared.form else ())}
    if method == "post":
        found |= {*OF_POST}
    if any(parameter["in"] == "path" for parameter in operation.get("parameters", [])):
        found.add(errors.NotFound)
    if any(parameter["name"] == "after" for parameter in operation.get("parameters", [])):
        found.add(errors.BadCursor)
    if "/images" in operation.get("tags", ()) or "images" in operation.get("tags", ()):
        found.add(errors.DatasetEmpty)
    if "datasets" in operation.get("tags", ()) and "version" in operation["operationId"]:
        found.add(errors.DatasetEmpty)
    return found


def _add_problem(responses: Json, kind: type[MaskeraidError]) -> None:
    status: HTTPStatus = PROBLEMS[kind].status
    entry = responses.setdefault(
        str(status.value),
        {
            "description": "",
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
            "headers": _headers(*(["Retry-After"] if status in (429, 503) else [])),
        },
    )
    codes = {*filter(None, entry["description"].split("; ")), f"`{kind.code}`: {title_of(kind)}"}
    entry["description"] = "; ".join(sorted(codes))


def _headers(*names: str) -> Json:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in (*EVERYWHERE, *names)}
