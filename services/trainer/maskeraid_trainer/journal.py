"""What a training's process reports, written into its job: in order, and not too often. The parent's side."""

import time
from collections import deque
from collections.abc import Mapping

import structlog
from obstore.exceptions import BaseError
from pymongo.errors import PyMongoError

from maskeraid_core.held import Held
from maskeraid_core.jobs import CheckpointEntry, Progress
from maskeraid_core.portal import PortalStores
from maskeraid_trainer.child import Line
from maskeraid_trainer.progress import Pace

log = structlog.get_logger()

RETRY_SECONDS = 0.5  # between two tries of the last reports
DOCUMENT_SECONDS, EVENT_SECONDS = 2.0, 5.0  # least time between two writes of the progress


class Journal:
    """Takes a child's lines and writes them when they are due. A database that is away is tried again later."""

    def __init__(self, held: Held, port: PortalStores) -> None:
        self.outcome: Line | None = None
        self._held, self._port = held, port
        self._waiting: deque[Line] = deque()
        self._pace = Pace()
        self._progress: Progress | None = None
        self._points: list[Mapping[str, float]] = []
        self._document_due = self._event_due = time.monotonic()

    def take(self, line: Line) -> None:
        """Take in one line; `write` does the rest."""
        match line["type"]:
            case "alive":
                return
            case "progress":
                self._progress = self._pace.note(time.monotonic(), line["current"], line["total"], line["unit"])
            case "metric":
                self._points.append(line["point"])
            case "outcome":
                self.outcome = line
            case _:
                self._waiting.append(line)

    def write(self, *, last: bool = False) -> None:
        """Write what is due; with `last` everything that is left, tried as long as a lease lasts.

        Raises PyMongoError when the database was away for all of that time.
        """
        until = time.monotonic() + self._port.stores.settings.lease_seconds
        while True:
            try:
                return self._write(last)
            except PyMongoError as error:
                if last and time.monotonic() >= until:
                    raise
                log.warning("report not written, will be tried again", error=str(error))
            if not last:
                return None
            time.sleep(RETRY_SECONDS)

    def _write(self, last: bool) -> None:
        if last or time.monotonic() >= self._document_due:
            self._put_progress(last)
        while self._waiting:
            self._write_line(self._waiting[0])
            self._waiting.popleft()

    def _write_line(self, line: Line) -> None:
        match line["type"]:
            case "phase":
                self._held.enter(line["phase"])
            case "sample":
                self._held.tell("job.sample", {name: line[name] for name in ("step", "key", "name")})
            case "log":
                self._held.tell("job.log", {name: value for name, value in line.items() if name != "type"})
            case "warning":
                self._held.warn(line["code"], line["detail"])
            case "attention":
                self._held.ask_attention(line["code"], line["detail"])
            case "progress":
                self._held.report(line["of"], line["metrics"], stored=line["is_stored"])
            case "metrics":
                self._held.tell("job.metric", {"points": line["points"]})
            case "checkpoint":
                self._write_checkpoint(CheckpointEntry.model_validate(line["entry"]))
            case unknown:
                raise ValueError(f"a training's process reported {unknown!r}")

    def _write_checkpoint(self, entry: CheckpointEntry) -> None:
        """Record a checkpoint, then delete the bytes of the one that it pushed out."""
        blobs = self._port.stores.blobs
        for old in self._held.checkpoint(entry):
            try:
                self._port.call(blobs.delete, self._port.call(blobs.keys, old.key))
            except (BaseError, OSError) as error:
                log.warning("old checkpoint not deleted", key=old.key, error=str(error))

    def _put_progress(self, last: bool) -> None:
        """Close what has gathered, and put it in the row: what could not be written is said again as it was."""
        at = time.monotonic()
        self._document_due = at + DOCUMENT_SECONDS
        if self._progress is not None:
            is_stored = last or at >= self._event_due
            self._event_due = at + EVENT_SECONDS if is_stored else self._event_due
            metrics = dict(self._points[-1]) if self._points else None
            self._waiting.append({"type": "progress", "is_stored": is_stored, "metrics": metrics, "of": self._progress})
            self._progress = None
        if self._points:
            self._waiting.append({"type": "metrics", "points": self._points})
            self._points = []
