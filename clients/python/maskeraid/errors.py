"""What can go wrong between a program and the service.

MaskeraidClientError
├── NotUsable         the key, the address, or a picture cannot be one
├── NotReachable      the service does not answer
├── ApiError          it answered with a problem (RFC 9457)
└── JobFailed         a job that was waited for did not succeed
"""

from typing import Any, Self

import httpx

RETRYABLE = frozenset({429, 502, 503, 504})  # where an answer does not say it, as those of a proxy
FIRST_PAUSE_SECONDS = 0.25
NOT_THE_SERVICE = "{} answers, but not as MASKERAID does"


class MaskeraidClientError(Exception):
    """Something went wrong."""


class NotUsable(MaskeraidClientError):
    """The key, the address, or a picture cannot be one."""


class NotReachable(MaskeraidClientError):
    """The service does not answer."""

    retry_after = FIRST_PAUSE_SECONDS

    def __init__(self, message: str, *, is_retryable: bool = True) -> None:
        self.is_retryable = is_retryable
        super().__init__(message)


class ApiError(MaskeraidClientError):
    """The service answered with a problem.

    `code` is stable, `errors` names the fields, `request_id` finds the request in the service's log, `retry_after`
    (seconds) says when the same request may succeed if `is_retryable`.
    """

    def __init__(self, status: int, problem: dict[str, Any], retry_after: float = FIRST_PAUSE_SECONDS) -> None:
        self.status = status
        self.code: str = problem.get("code", "unknown")
        self.detail: str = problem.get("detail") or problem.get("title") or f"status {status}"
        self.errors: list[dict[str, Any]] = problem.get("errors", [])
        self.path: str = problem.get("instance") or ""  # that was asked
        self.request_id: str | None = problem.get("request_id")
        self.is_retryable: bool = problem.get("retryable", status in RETRYABLE)
        self.retry_after = retry_after
        rows = [_line_of(row) for row in self.errors]
        if status >= 500 and self.request_id:
            rows.append(f"  the service's log knows more under {self.request_id}")
        super().__init__("\n".join([f"{self.detail} [{self.code}]", *rows]))

    @classmethod
    def of(cls, answer: httpx.Response) -> Self:
        """What an answer says that is no success."""
        try:
            problem = answer.json()
        except ValueError:
            problem = NOT_THE_SERVICE.format(answer.url)
        seconds = answer.headers.get("Retry-After", "")
        return cls(
            answer.status_code,
            problem if isinstance(problem, dict) else {"detail": str(problem)},
            float(seconds) if seconds.isdecimal() else FIRST_PAUSE_SECONDS,
        )


class JobFailed(MaskeraidClientError):
    """A job ended as `failed` or `cancelled`; `job` is its last state.

    `title` says what its `code` means, `detail` what it was here, `remedy` what to do; older services name no remedy.
    """

    def __init__(self, job: Any) -> None:  # noqa: ANN401 a Job; typed in objects/jobs.py, which imports this module
        self.job = job
        error = job.error or {"code": job.status, "message": f"the job was {job.status}"}
        self.code: str = error["code"]
        self.title: str | None = error.get("title")
        self.detail: str = error["message"]
        self.remedy: str | None = error.get("remedy")
        is_said = not self.title or self.detail.lower().startswith(self.title.lower())
        super().__init__(f"{job.id}: {'' if is_said else f'{self.title}: '}{self.detail} [{self.code}]")


def _line_of(row: dict[str, Any]) -> str:
    """One field's error, as a line below the message."""
    place = row.get("pointer") or row.get("parameter", "")
    return f"  {place}: {row['detail']}" if "detail" in row else f"  {place}"
