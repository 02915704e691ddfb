"""What the API says of one thing."""

from typing import Any

from maskeraid import ApiError, Client

PAGE = 100


def found_at(client: Client, path: str) -> dict[str, Any] | None:
    """The object at a path; None when there is none."""
    try:
        return client.get_json(path)
    except ApiError as error:
        if error.status == 404:
            return None
        raise


def history(client: Client, job_id: str) -> list[dict[str, Any]]:
    """All events of a job, in the order of the API."""
    events: list[dict[str, Any]] = []
    while True:
        page = client.get_json(f"/v1/jobs/{job_id}/events", after=len(events), limit=PAGE)
        events += page["data"]
        if not page["has_more"]:
            return events
