"""The OpenAPI document: what FastAPI knows from the routes, and what their operations declare beside it."""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from maskeraid_api.cookies import COOKIE
from maskeraid_api.documented_answers import HEADERS, add_answers
from maskeraid_api.documented_examples import EXAMPLES, LINKS
from maskeraid_api.documented_schemas import complete_schemas
from maskeraid_api.operations import Operation, operation_of
from maskeraid_api.routers import ROUTERS
from maskeraid_api.schemas.parts import IMAGE_ID, Problem, id_pattern
from maskeraid_core import VERSION
from maskeraid_core.jobs import JobKind

Json = dict[str, Any]

INTRODUCTION = """Fills the covered part of a face with plausible candidates.

**A plausible face, not a reconstruction. Not evidence of identity.**

**Signing in.** Send `Authorization: Bearer mk_…` with every request. The first key is printed where the service is
started; `POST /v1/api-keys` makes others, each with the scopes that it needs and an end. What another account owns is
404, as if it were not there. Browsers have a session instead: `POST /v1/sign-in`.

**Long work is a job.** It is accepted by `202` at once; then `GET /v1/jobs/{id}` shows how far it is, and
`GET /v1/jobs/{id}/events` with `Accept: text/event-stream` tells until it ends.

**Errors** are `application/problem+json` (RFC 9457); branch on `code`. Unknown fields, query parameters, and multipart
parts are refused. `Idempotency-Key` makes any POST safe to repeat, and `retryable` says whether that may help."""
TAGS = {
    "datasets": "Named sets of face images with attributes; every import makes an immutable version.",
    "uploads": "Large files in parts. A small file may come with the import itself.",
    "imports": "Every change of a dataset's images: from uploads, from files in the request, drawn here, merged from "
    "others, or edited; with the outcome of every row.",
    "exports": "A dataset's images with their attributes as one zip, for this service, Hugging Face, or NumPy.",
    "images": "The images of a dataset's version under a filter, their bytes, and counts of their values.",
    "trainings": "Jobs that make a model from datasets: minutes for a quick one, hours for the best.",
    "deletions": "Erasing a person: what shows them goes, from every version, and a receipt says what went.",
    "jobs": "What imports, exports, trainings, and re-imagings share: status, progress, events, actions.",
    "models": "What trainings made: versions with cards, guarantees, and files; yours, and what others share. To "
    "compare some, order a re-imaging of one photo with one `seed` by each (`model`); show `samples.png` of each.",
    "selectors": "The thesis's network that chooses a model for a face: layers, curves, report, feature maps.",
    "evaluations": "What is measured of a model: samples, memorisation, guarantees, quality; the ranking on a dataset.",
    "coverings": "Maps of what is covered: sent, or found by a re-imaging; to be edited elsewhere and used again.",
    "reimagings": "The covered part of a face, filled with several plausible candidates. Nothing of it is evidence.",
    "batches": "One set of options over many covered faces; each becomes a re-imaging of its own.",
    "webhooks": "Where news of jobs and models is sent, and what came of it.",
    "account": "The caller: who it is, what it uses, and where its notices go.",
    "policy": "What an account asks of all that is done under its keys.",
    "audit": "What was done under an account's keys, sealed so that a change shows.",
    "api-keys": "Keys with scopes and an end; their text is shown once.",
    "server": "What this server is, and its workers.",
    "operation": "For those who run it. Outside `/v1`.",
}
PATH_IDS = {
    "dataset_id": "ds", "upload_id": "upl", "import_id": "imp", "export_id": "exp", "deletion_id": "dlt",
    "training_id": "trn", "model_id": "mdl", "covering_id": "cov", "reimaging_id": "rim", "batch_id": "bat",
    "evaluation_id": "evl", "endpoint_id": "whe", "delivery_id": "dlv", "key_id": "key",
    "job_id": f"(?:{'|'.join(kind.id_prefix for kind in JobKind)})",
}  # fmt: skip
PATH_MEANINGS = {
    "code": "The problem's `code`.", "name": "The name of the file.", "number": "Which part, counted from 1.",
    "step": "The step of the training.", "version": "Its number, `latest`, or, of a model, an alias.",
}  # fmt: skip
SUCCESSES = {
    "200": "As asked.", "201": "Created.", "202": "Accepted; the job shows when it is done.", "204": "Done.",
}  # fmt: skip
REQUEST_HEADERS: dict[str, Json] = {
    "Content-Digest": {
        "schema": {"type": "string", "pattern": "^sha-256=:[A-Za-z0-9+/]{43}=:$"}, "required": True,
        "description": "SHA-256 of the part (RFC 9530).",
    },
    "If-Match": {"schema": {"type": "string"}, "description": "Do it only to this state; else 412."},
    "If-None-Match": {"schema": {"type": "string"}, "description": "304 when it is still this state."},
    "Idempotency-Key": {
        "schema": {"type": "string", "pattern": "^[!-~]{1,255}$"}, "description": "Repeating it repeats the answer.",
    },
    "Last-Event-ID": {"schema": {"type": "string", "pattern": "^[0-9]{1,9}$"}, "description": "Continue behind it."},
    "Last-Event-ID of all jobs": {
        "name": "Last-Event-ID", "schema": {"type": "string", "pattern": id_pattern("evt")},
        "description": "Continue behind it.",
    },
    "Prefer": {"schema": {"type": "string"}, "description": "`wait=10`: answer when it has ended (RFC 7240)."},
    "Range": {"schema": {"type": "string"}, "description": "`bytes=0-99`; one range."},
}  # fmt: skip


def describe(app: FastAPI) -> None:
    """Give the application its description; made once, when it is first asked for."""

    def openapi() -> Json:
        if app.openapi_schema is None:
            app.openapi_schema = description(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way


def description(app: FastAPI) -> Json:
    document = get_openapi(
        title="MASKERAID", version=VERSION, summary="Re-imaging of covered faces.", description=INTRODUCTION,
        routes=app.routes,
    )  # fmt: skip
    document["tags"] = [{"name": name, "description": text} for name, text in TAGS.items()]
    components = document.setdefault("components", {})
    components["securitySchemes"] = {
        "api_key": {"type": "http", "scheme": "bearer", "bearerFormat": "mk_…"},
        "session": {
            "type": "apiKey", "in": "cookie", "name": COOKIE,
            "description": "Of the web app. What changes something needs the session's `X-CSRF-Token`, same origin.",
        },
    }  # fmt: skip
    components["headers"] = HEADERS
    _add_schemas(components["schemas"])
    for route, method in _documented():
        _complete(document["paths"][route.path][method], method, operation_of(route.endpoint))
    complete_schemas(document)
    return document


def _documented() -> Iterator[tuple[APIRoute, str]]:
    for router in ROUTERS:
        for route in router.routes:
            if isinstance(route, APIRoute) and route.include_in_schema:
                yield from ((route, method.lower()) for method in route.methods or ())


def _add_schemas(schemas: Json) -> None:
    """Schemas of bodies that operations read themselves; those of the framework's own refusals go."""
    declared = [operation_of(route.endpoint) for route, _ in _documented()]
    bodies: set[type[BaseModel]] = {Problem}
    bodies |= {row.json_body for row in declared if row.json_body}
    bodies |= {row.form.options for row in declared if row.form and row.form.options}
    _, made = models_json_schema(
        [(model, "validation") for model in sorted(bodies, key=lambda model: model.__name__)],
        ref_template="#/components/schemas/{model}",
    )
    for name, schema in made["$defs"].items():
        schemas.setdefault(name, schema)
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)


def _complete(operation: Json, method: str, declared: Operation) -> None:
    name = operation["operationId"]
    scopes = [declared.scope] if declared.scope else []
    operation["security"] = [] if declared.is_public else [{"api_key": scopes}, {"session": scopes}]
    _add_parameters(operation, method, declared)
    body = _body(declared)
    if body:
        operation["requestBody"] = body
    add_answers(operation, method, declared)
    for status, response in operation["responses"].items():
        if response["description"] in ("Successful Response", "OK"):  # the framework's own words
            response["description"] = SUCCESSES[status]
    if name in EXAMPLES:
        operation["requestBody"]["content"]["application/json"]["examples"] = EXAMPLES[name]
    for status, links in LINKS.get(name, {}).items():
        operation["responses"][status]["links"] = links


def _add_parameters(operation: Json, method: str, declared: Operation) -> None:
    parameters = operation.setdefault("parameters", [])
    for parameter in parameters:
        if parameter["in"] == "path":
            parameter.setdefault("description", _meaning(parameter["name"]))
        if prefix := PATH_IDS.get(parameter["name"]) if parameter["in"] == "path" else None:
            parameter["schema"]["pattern"] = id_pattern(prefix)
        if parameter["name"] == "image_id":
            parameter["schema"]["pattern"] = IMAGE_ID
    headers = [*declared.headers]
    if method == "post" and not declared.is_public:
        headers.append("Idempotency-Key")
    if method == "get" and not declared.is_public:
        headers.append("If-None-Match")
    parameters += [{"name": name, "in": "header", "required": False, **REQUEST_HEADERS[name]} for name in headers]


def _meaning(name: str) -> str:
    """Of a parameter of the path."""
    return PATH_MEANINGS.get(name) or f"Id of the {name.removesuffix('_id').replace('_', ' ')}."


def _body(declared: Operation) -> Json | None:
    """The body of an operation that reads it itself."""
    content: Json = {}
    if declared.is_raw:
        content["application/octet-stream"] = {"schema": {"type": "string", "format": "binary"}}
    if declared.json_body is not None:
        content["application/json"] = {"schema": {"$ref": f"#/components/schemas/{declared.json_body.__name__}"}}
    if declared.form is not None:
        options = declared.form.options
        parts = dict(declared.form.parts)
        if options is not None:
            parts["options"] = {"$ref": f"#/components/schemas/{options.__name__}"}
        schema = {
            "type": "object", "properties": parts, "required": list(declared.form.required),
            "additionalProperties": False,
        }  # fmt: skip
        content["multipart/form-data"] = {"schema": schema}
        if options is not None:
            content["multipart/form-data"]["encoding"] = {"options": {"contentType": "application/json"}}
    return {"required": True, "content": content} if content else None
