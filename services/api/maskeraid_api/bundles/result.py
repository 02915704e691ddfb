"""`result.json` of a bundle: what the API shows of a re-imaging, with files beside it instead of their addresses."""

import json
from typing import Any

from maskeraid_api.schemas.reimagings import BUNDLE, ReimagingView, file_url
from maskeraid_core.jobs import Job

# What concerns only those who still wait, or judge, and may change after the end: a bundle is the same each time.
PASSING = {
    "urls", "updated_at", "allowed_actions", "queue_position", "estimated_finish", "progress", "phase", "phases",
    "cancel_requested", "pause_requested", "stop_requested", "deadline_at", "rating",
}  # fmt: skip
OWN = {"name"}  # a bundle is handed on, and a file's name may say whom it shows


def shown_result(job: Job) -> dict[str, Any]:
    """Without the training images that candidates come near to: a bundle is handed on, they are their owner's."""
    shown = ReimagingView.of(job).model_dump(mode="json", exclude=PASSING | OWN)
    del shown["files"][BUNDLE]
    for candidate in shown["result"]["candidates"]:
        candidate.pop("near_copy_of", None)
    relative: dict[str, Any] = _relative(shown, file_url(job.id, ""))
    return relative


def write_result(shown: dict[str, Any]) -> bytes:
    return json.dumps(shown, indent=2, ensure_ascii=False).encode() + b"\n"


def _relative(value: Any, folder: str) -> Any:  # noqa: ANN401 any JSON value
    if isinstance(value, dict):
        return {name: _relative(inner, folder) for name, inner in value.items()}
    if isinstance(value, list):
        return [_relative(inner, folder) for inner in value]
    return value.removeprefix(folder) if isinstance(value, str) else value
