"""What can go wrong between a program and the service.

MaskeraidClientError
├── NotReachable      the service does not answer
├── ApiError          it answered with a problem (RFC 9457)
└── JobFailed         a job that was waited for did not succeed
"""

from typing import Any


class MaskeraidClientError(Exception):
    """Something went wrong."""


class NotReachable(MaskeraidClientError):
    """The service does not answer."""


class ApiError(MaskeraidClientError):
    """The service answered with a problem.

    `code` is stable, `errors` names the fields, `request_id` finds the request in the service's log.
    """

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        self.status = status
        self.code: str = problem.get("code", "unknown")
        self.detail: str = problem.get("detail") or problem.get("title") or f"status {status}"
        self.errors: list[dict[str, Any]] = problem.get("errors", [])
        self.request_id: str | None = problem.get("request_id")
        rows = [f"  {row.get('pointer', '')}: {row.get('detail', '')}" for row in self.errors]
        super().__init__("\n".join([f"{self.detail} [{self.code}]", *rows]))


class JobFailed(MaskeraidClientError):
    """A job ended as `failed` or `cancelled`; `job` is its last state."""

    def __init__(self, job: Any) -> None:  # noqa: ANN401 a Job; typed in objects.py, which imports this module
        self.job = job
        self.code: str = job.error["code"] if job.error else job.status
        reason = job.error["message"] if job.error else f"the job was {job.status}"
        super().__init__(f"{job.id}: {reason} [{self.code}]")
