"""What every operation declares beside its path, and the order of checks in front of each:

key or session, scope, rate, query parameters; only then the body, within its limit; then the Idempotency-Key.
"""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from maskeraid_api.access import Caller, is_read
from maskeraid_api.auditing import record_declared
from maskeraid_api.body import DEFAULT_BYTES
from maskeraid_api.cookies import token_of
from maskeraid_api.envelope import exchange_of
from maskeraid_api.gateway import Gateway, gateway_of
from maskeraid_api.idempotency import answer_once, digest_of_request, idempotency_key
from maskeraid_api.validation import unknown_name
from maskeraid_core.documents.accounts import Scope
from maskeraid_core.documents.audit import Action
from maskeraid_core.errors import MalformedForm, MaskeraidError, NotAuthenticated, UnsupportedMedia, ValidationFailed
from maskeraid_core.repositories.accounts import IdempotencyRepository

EndpointT = TypeVar("EndpointT", bound=Callable[..., Any])
Handler = Callable[[Request], Coroutine[Any, Any, Response]]
LARGER_JSON = "More goes as files, by multipart/form-data."
MOST_FIELDS = 20
MOST_JSON_FIELDS = 20_000  # of 90,000 unknown ones in 1 MiB the findings alone took 60 MB
LARGEST_FIELD = 2 * 2**20  # characters of a part that is no file


@dataclass(frozen=True)
class Form:
    """A multipart body: its parts by name, with their schemas; `options` is a part of JSON."""

    parts: dict[str, dict[str, Any]]
    required: tuple[str, ...]
    most_files: int
    options: type[BaseModel] | None = None

    @property
    def names(self) -> tuple[str, ...]:
        return (*self.parts, *(["options"] if self.options else []))


@dataclass(frozen=True)
class Operation:
    """What an operation asks of the caller and takes as a body."""

    scope: Scope | None  # None: any valid key will do
    is_public: bool = False
    is_unmetered: bool = False  # takes no part in rates, as health
    body_bytes: int = DEFAULT_BYTES
    json_bytes: int | None = None  # of a body of JSON, where it may have less
    json_body: type[BaseModel] | None = None  # of operations that read the body themselves
    form: Form | None = None
    is_raw: bool = False  # the body is streamed by the operation
    secret_fields: tuple[str, ...] = ()
    problems: tuple[type[MaskeraidError], ...] = ()
    headers: tuple[str, ...] = ()  # of requests, for the documentation
    is_job: bool = False  # asked again with its Idempotency-Key it finds the job, which has the key itself
    recorded: Action | None = None  # what the audit log says of it


def operation(
    scope: Scope | None = None,
    *,
    is_public: bool = False,
    is_unmetered: bool = False,
    body_bytes: int = DEFAULT_BYTES,
    json_bytes: int | None = None,
    json_body: type[BaseModel] | None = None,
    form: Form | None = None,
    is_raw: bool = False,
    secret_fields: tuple[str, ...] = (),
    problems: tuple[type[MaskeraidError], ...] = (),
    headers: tuple[str, ...] = (),
    is_job: bool = False,
    recorded: Action | None = None,
) -> Callable[[EndpointT], EndpointT]:
    """Declare an operation; stands between the route's decorator and the function."""
    declared = Operation(
        scope,
        is_public,
        is_unmetered,
        body_bytes,
        json_bytes,
        json_body,
        form,
        is_raw,
        secret_fields,
        problems,
        headers,
        is_job,
        recorded,
    )

    def declare(endpoint: EndpointT) -> EndpointT:
        endpoint.__dict__["operation"] = declared
        return endpoint

    return declare


def operation_of(endpoint: Callable[..., Any]) -> Operation:
    declared: Operation = endpoint.__dict__["operation"]  # a route without one does not start
    return declared


class GuardedRoute(APIRoute):
    """A route with the checks of its operation in front."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:  # noqa: ANN401 FastAPI's own
        super().__init__(path, endpoint, **options)
        self.unique_id = self.name

    def get_route_handler(self) -> Handler:
        declared = operation_of(self.endpoint)
        carry_out = _recorded(super().get_route_handler(), declared.recorded)
        known = _query_names(self.dependant)
        takes_json = self.body_field is not None

        async def guarded(request: Request) -> Response:
            await _admit(request, declared)
            for name in request.query_params:
                if name not in known:
                    raise unknown_name("query parameter", name, known)
            try:
                key = idempotency_key(request) if request.method == "POST" else None
                await _read_body(request, declared, takes_json=takes_json)
                if key is None or declared.is_public:
                    return await carry_out(request)
                return await _once(request, key, declared, carry_out)
            finally:
                await request.close()  # of a form: its temporary files

        return guarded


def _recorded(carry_out: Handler, action: Action | None) -> Handler:
    """As it is, or with an entry in the audit log once it is done."""
    if action is None:
        return carry_out

    async def and_record(request: Request) -> Response:
        response = await carry_out(request)
        await record_declared(request, action)
        return response

    return and_record


def _query_names(dependant: Dependant) -> set[str]:
    own = {parameter.alias for parameter in dependant.query_params}
    return own.union(*(_query_names(inner) for inner in dependant.dependencies))


async def _admit(request: Request, declared: Operation) -> None:
    gateway, exchange = gateway_of(request), exchange_of(request.scope)
    if declared.is_unmetered:
        return
    kind = "reads" if is_read(request) else "writes"
    if declared.is_public:
        who = request.client.host if request.client else "unknown"
        exchange.headers["RateLimit"] = gateway.rates.take(who, kind)
        return
    caller = await _caller(gateway, request)
    exchange.headers["RateLimit"] = gateway.rates.take(caller.id, kind)
    if declared.scope is not None:
        caller.need(declared.scope)
    request.scope["maskeraid.caller"] = caller


async def is_still_admitted(request: Request) -> bool:
    """Whether the key or the session that began an answer is still one: a stream outlives what is ended meanwhile."""
    try:
        await _caller(gateway_of(request), request)
    except NotAuthenticated:
        return False
    return True


async def _caller(gateway: Gateway, request: Request) -> Caller:
    """By the key; only a request without one is asked for its cookie."""
    authorization = request.headers.get("authorization")
    token = token_of(request) if authorization is None else None
    if token is None:
        return await gateway.keys.caller(authorization)
    return await gateway.sessions.caller(request, token)


async def _read_body(request: Request, declared: Operation, *, takes_json: bool) -> None:
    """Read what the operation takes, within its limit; what comes of it is kept by the request."""
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    exchange_of(request.scope).body.allow(*_allowance(declared, media))
    if declared.is_raw or is_read(request):
        return
    if declared.form is not None and media == "multipart/form-data":
        await _read_form(request, declared.form)
    elif takes_json or declared.json_body is not None:
        body = await request.body()
        if body and media != "application/json":
            takes = "application/json" + (" or multipart/form-data" if declared.form else "")
            raise UnsupportedMedia(f"Send `Content-Type: {takes}`.")
        if body.count(b":") > MOST_JSON_FIELDS:  # a colon a field, and here and there one in a text
            raise ValidationFailed(f"A body of JSON may have {MOST_JSON_FIELDS} fields.")
    elif (await request.body()).strip() not in (b"", b"{}"):  # many clients send an empty object always
        takes = "Send `Content-Type: multipart/form-data`." if declared.form else "This operation takes no body."
        raise UnsupportedMedia(takes)


def _allowance(declared: Operation, media: str) -> tuple[int, str]:
    """How many bytes a body of this kind may have, and what to do with more: what is no file lies in memory."""
    if declared.is_raw or media == "multipart/form-data":
        return declared.body_bytes, ""
    if media != "application/json":
        return min(declared.body_bytes, DEFAULT_BYTES), ""
    return (declared.body_bytes, "") if declared.json_bytes is None else (declared.json_bytes, LARGER_JSON)


async def _read_form(request: Request, form: Form) -> None:
    try:
        parts = await request.form(max_files=form.most_files, max_fields=MOST_FIELDS, max_part_size=LARGEST_FIELD)
    except HTTPException as error:  # the framework's own word for what its parser cannot read
        raise MalformedForm(f"The multipart form cannot be read: {error.detail}") from error
    for name in parts:
        if name not in form.names:
            raise unknown_name("multipart part", name, form.names)


async def _once(request: Request, key: str, declared: Operation, carry_out: Handler) -> Response:
    caller: Caller = request.scope["maskeraid.caller"]
    form = request._form  # read above
    digest = await digest_of_request(request, form)
    request.scope["maskeraid.idempotency"] = f"request:{key}", digest
    if declared.is_job:
        return await carry_out(request)
    answers = IdempotencyRepository(gateway_of(request).stores.database, caller.tenant)
    return await answer_once(answers, key, digest, lambda: carry_out(request), declared.secret_fields)
