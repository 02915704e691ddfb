"""The client: one connection to a service, and its resources by name."""

import os
import time
import uuid
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

import httpx

from maskeraid.errors import ApiError, NotReachable
from maskeraid.resources.accounts import ApiKeys, Deliveries, WebhookEndpoints
from maskeraid.resources.datasets import Datasets, Images, Imports
from maskeraid.resources.jobs import Jobs
from maskeraid.resources.models import Models
from maskeraid.resources.reimagings import Reimagings
from maskeraid.resources.trainings import Trainings

DEFAULT_URL = "http://127.0.0.1:8000"
RETRIED = frozenset({429, 503})
MOST_TRIES = 4
LONGEST_WAIT_SECONDS = 30.0


class Client:
    """Talks to one service with one key.

    Every POST carries an Idempotency-Key, so a repeat after a lost answer does nothing twice; 429 and 503 are tried
    again after `Retry-After`.

    Args:
        key: an API key, `mk_…`; else the variable MASKERAID_KEY.
        url: where the service is; else MASKERAID_URL, else this machine.
    """

    def __init__(
        self, key: str | None = None, url: str | None = None, *, transport: httpx.BaseTransport | None = None
    ) -> None:
        key = key or os.environ.get("MASKERAID_KEY")
        self.url = (url or os.environ.get("MASKERAID_URL") or DEFAULT_URL).rstrip("/")
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self.http = httpx.Client(base_url=self.url, headers=headers, timeout=60, transport=transport)
        self.datasets = Datasets(self)
        self.imports = Imports(self)
        self.images = Images(self)
        self.trainings = Trainings(self)
        self.jobs = Jobs(self)
        self.models = Models(self)
        self.reimagings = Reimagings(self)
        self.webhook_endpoints = WebhookEndpoints(self)
        self.deliveries = Deliveries(self)
        self.api_keys = ApiKeys(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self.http.close()

    def get_json(self, path: str, **query: Any) -> dict[str, Any]:  # noqa: ANN401 query values are of any plain type
        found: dict[str, Any] = self.request("GET", path, params=_present(query)).json()
        return found

    def get_bytes(self, path: str, **query: Any) -> bytes:  # noqa: ANN401
        return self.request("GET", path, params=_present(query)).content

    def post_json(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        made: dict[str, Any] = self.request("POST", path, json=_present(body)).json()
        return made

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:  # noqa: ANN401 httpx's own options
        """One request.

        Raises:
            ApiError: the service answered with a problem.
            NotReachable: it did not answer.
        """
        headers = dict(options.pop("headers", {}))
        if method == "POST":
            headers.setdefault("Idempotency-Key", str(uuid.uuid4()))
        for tries_left in reversed(range(MOST_TRIES)):
            try:
                answer = self.http.request(method, path, headers=headers, **options)
            except httpx.TransportError as error:
                raise NotReachable(f"{self.url} does not answer: {error}") from error
            if answer.status_code in RETRIED and tries_left:
                time.sleep(min(float(answer.headers.get("Retry-After", "1")), LONGEST_WAIT_SECONDS))
                continue
            break
        return checked(answer)


def checked(answer: httpx.Response) -> httpx.Response:
    """The answer, or ApiError when it is a problem."""
    if answer.is_success:
        return answer
    try:
        problem = answer.json()
    except ValueError:
        problem = {"detail": answer.text[:200]}
    raise ApiError(answer.status_code, problem if isinstance(problem, dict) else {"detail": str(problem)})


def _present(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
