"""The client: one connection to a service, and its resources by name."""

import os
import re
import time
import uuid
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx

from maskeraid.credentials import DEFAULT_URL, Credentials, read_credentials
from maskeraid.errors import NOT_THE_SERVICE, ApiError, NotReachable, NotUsable
from maskeraid.resources.accounts import Accounts, ApiKeys, Deliveries, WebhookEndpoints
from maskeraid.resources.audit import AuditLog, Policies
from maskeraid.resources.batches import Batches
from maskeraid.resources.coverings import Coverings
from maskeraid.resources.datasets import Datasets, Images, Imports
from maskeraid.resources.deletions import Deletions
from maskeraid.resources.evaluations import Evaluations
from maskeraid.resources.exports import Exports
from maskeraid.resources.jobs import Jobs
from maskeraid.resources.models import Models
from maskeraid.resources.reimagings import Reimagings
from maskeraid.resources.selectors import Selectors
from maskeraid.resources.trainings import Trainings
from maskeraid.resources.uploads import Uploads
from maskeraid.resources.verifications import Verifications
from maskeraid.resources.workers import Workers

SentT = TypeVar("SentT")
REPEATS = 5  # with pauses that double: 8 s in all after lost connections, as long as a restart takes
LONGEST_PAUSE_SECONDS = 30.0
ANSWER_SECONDS = 60.0  # the service may hold an answer back for 30


class Client:
    """Talks to one service with one key.

    Every POST carries an Idempotency-Key, so a repeat after a lost answer does nothing twice. What may succeed later
    (a lost connection, 429, 503) is repeated, not before `Retry-After`.

    Args:
        key: an API key, `mk_…`; else the variable MASKERAID_KEY, else the one that `maskeraid login` has kept, which
            goes to no `url` that is named here.
        url: where the service is; else MASKERAID_URL, else where `maskeraid login` signed in, else this machine.
        repeats: how often a request is repeated before its error is raised.
        transport: instead of the network.
        sleep: waits for some seconds.

    Raises:
        NotUsable: the key or the address cannot be one.
        UnreadableCredentials: the file of `maskeraid login` is damaged.
    """

    def __init__(
        self,
        key: str | None = None,
        url: str | None = None,
        *,
        repeats: int = REPEATS,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        kept = Credentials(DEFAULT_URL, os.environ.get("MASKERAID_KEY")) if url else read_credentials()
        key = _usable_key(key or kept.key)
        self.url = _usable_url(url or kept.url)
        self.repeats = repeats
        self.sleep = sleep
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self.http = httpx.Client(base_url=self.url, headers=headers, timeout=ANSWER_SECONDS, transport=transport)
        self.datasets = Datasets(self)
        self.uploads = Uploads(self)
        self.imports = Imports(self)
        self.exports = Exports(self)
        self.deletions = Deletions(self)
        self.images = Images(self)
        self.trainings = Trainings(self)
        self.jobs = Jobs(self)
        self.workers = Workers(self)
        self.models = Models(self)
        self.batches = Batches(self)
        self.evaluations = Evaluations(self)
        self.coverings = Coverings(self)
        self.selectors = Selectors(self)
        self.reimagings = Reimagings(self)
        self.verifications = Verifications(self)
        self.account = Accounts(self)
        self.webhook_endpoints = WebhookEndpoints(self)
        self.deliveries = Deliveries(self)
        self.api_keys = ApiKeys(self)
        self.policy = Policies(self)
        self.audit = AuditLog(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self.http.close()

    def get_json(self, path: str, **query: Any) -> dict[str, Any]:  # noqa: ANN401 query values are of any plain type
        return self.request_json("GET", path, params=_present(query))

    def get_bytes(self, path: str, **query: Any) -> bytes:  # noqa: ANN401
        return self.request("GET", path, params=_present(query)).content

    def post_json(self, path: str, body: Mapping[str, Any] | None = None, *, key: str | None = None) -> dict[str, Any]:
        """POST, with a body or without; `key` is its Idempotency-Key, else a new one."""
        headers = {"Idempotency-Key": key} if key else {}
        content = None if body is None else _present(body)
        return self.request_json("POST", path, json=content, headers=headers)

    def request_json(self, method: str, path: str, **options: Any) -> dict[str, Any]:  # noqa: ANN401
        """The object that answers one request; raises as `request` does."""
        answer = self.request(method, path, **options)
        try:
            found: dict[str, Any] = answer.json()
        except ValueError as error:
            raise ApiError(answer.status_code, {"detail": NOT_THE_SERVICE.format(self.url)}) from error
        return found

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:  # noqa: ANN401 httpx's own options
        """One request, repeated as the class says.

        Raises:
            ApiError: the service answered with a problem.
            NotReachable: it did not answer.
        """
        headers = dict(options.pop("headers", {}))
        if method == "POST":
            headers.setdefault("Idempotency-Key", str(uuid.uuid4()))
        return self.repeated(lambda: self._send(method, path, headers=headers, **options))

    def repeated(self, send: Callable[[], SentT]) -> SentT:
        """What `send` gives, which is called again as the class says."""
        repeat = 0
        while True:
            try:
                return send()
            except (ApiError, NotReachable) as error:
                if repeat == self.repeats or not error.is_retryable:
                    raise
                self.sleep(min(error.retry_after * 2**repeat, LONGEST_PAUSE_SECONDS))
            repeat += 1

    def _send(self, method: str, path: str, **options: Any) -> httpx.Response:  # noqa: ANN401
        try:
            answer = self.http.request(method, path, **options)
        except httpx.TransportError as error:
            # a DELETE that came through would be answered 404 the second time
            raise NotReachable(f"{self.url} does not answer: {error}", is_retryable=method != "DELETE") from error
        if not answer.is_success:
            raise ApiError.of(answer)
        return answer


def _usable_key(key: str | None) -> str | None:
    if key and not re.fullmatch(r"[!-~]+", key):
        raise NotUsable("this is no API key: one is mk_… and has neither spaces nor letters like ü")
    return key


def _usable_url(text: str) -> str:
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL as error:
        raise NotUsable(f"{text!r} is no address: {error}") from error
    if url.scheme not in ("http", "https") or not url.host:
        raise NotUsable(f"{text!r} is no address of a service: one begins with http:// or https://")
    return text.rstrip("/")


def _present(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
