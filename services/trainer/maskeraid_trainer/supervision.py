"""Carries a claimed training out in a child process: starts it, listens, and ends it when it must end.

The parent loads no TensorFlow and is the only one that writes the job.
"""

import os
import signal
import sys
import threading
import time
from collections.abc import Sequence

from maskeraid_core.documents.models import ModelVersion
from maskeraid_core.held import Crash, HandBack, Held
from maskeraid_core.jobs import JobError
from maskeraid_core.log import redact
from maskeraid_core.portal import PortalStores
from maskeraid_trainer.child import Child, Line
from maskeraid_trainer.journal import Journal
from maskeraid_trainer.settings import TrainerSettings

OUT_OF_MEMORY = 71  # a training's exit code when Python could not get memory
LISTEN_SECONDS = 0.2  # how soon a wish is seen


class Refused(Exception):
    """The training ended in an error of the domain."""

    def __init__(self, error: JobError) -> None:
        super().__init__(error.message)
        self.code, self.retryable, self.facts = error.code, error.retryable, error.facts


def supervise(
    held: Held,
    port: PortalStores,
    is_leaving: threading.Event,
    settings: TrainerSettings,
    command: Sequence[str] = (sys.executable, "-m", "maskeraid_trainer.run"),
) -> None:
    """Run `command` with job, fence, and our process id until it ends or must end; sets the job's result.

    Raises:
        Refused: the training cannot be done, in the domain's words.
        CancelAsked, LeaseLost, HandBack, Crash, MemoryError: as `Worker.holding` reads them.
    """
    arguments = (*command, held.job.id, str(held.claim.fence), str(os.getpid()))
    journal = Journal(held, port)
    with Child(arguments, _environment(settings)) as child:
        _listen(child, journal, held, is_leaving, settings)
        journal.write(last=True)
        if journal.outcome is None or child.exit_code != 0:
            raise _reason_of_end(child, is_leaving)
    _conclude(held, journal.outcome)


def _listen(child: Child, journal: Journal, held: Held, is_leaving: threading.Event, settings: TrainerSettings) -> None:
    """Until the child has ended; raises when it must."""
    asked_to_end_at: float | None = None
    while child.exit_code is None:
        for line in child.listen(LISTEN_SECONDS):
            journal.take(line)
        journal.write()
        held.check()
        if is_leaving.is_set() and asked_to_end_at is None:
            asked_to_end_at = time.monotonic()
            child.terminate()
        if asked_to_end_at is not None and time.monotonic() - asked_to_end_at > settings.child_grace_seconds:
            raise HandBack
        if child.silent_seconds > settings.child_silence_seconds:
            raise _crash(child, "silence")


def _reason_of_end(child: Child, is_leaving: threading.Event) -> Exception:
    if is_leaving.is_set():
        return HandBack()
    if child.exit_code == OUT_OF_MEMORY:
        return MemoryError()
    code = child.exit_code or 0
    return _crash(child, signal.Signals(-code).name if code < 0 else f"exit {code}")


def _crash(child: Child, how: str) -> Crash:
    return Crash(how, how=how, log=redact(list(child.last_words)))


def _conclude(held: Held, outcome: Line) -> None:
    if "error" in outcome:
        raise Refused(JobError.model_validate(outcome["error"]))
    version = ModelVersion.model_validate(outcome["version"])
    held.put_effect("publish_model", version.model_dump(mode="python", by_alias=True))
    held.result = {"model_id": version.model_id, "version": version.version, "digest": version.digest}


def _environment(settings: TrainerSettings) -> dict[str, str]:
    """The child reads our settings; its words go through our log, so they need no format of their own."""
    return settings.to_environment() | {
        "MASKERAID_LOG_FORMAT": "console",
        "MPLCONFIGDIR": str(settings.matplotlib_folder),
        "TF_CPP_MIN_LOG_LEVEL": "2",
    }
