"""Carries a claimed training out in a child process: starts it, listens, and ends it when it must end.

The parent loads no TensorFlow and is the only one that writes the job.
"""

import os
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from maskeraid_core import failpoints
from maskeraid_core.documents.models import ModelVersion
from maskeraid_core.documents.selectors import Selector
from maskeraid_core.held import Crash, HandBack, Held, PauseHonoured
from maskeraid_core.jobs import JobError
from maskeraid_core.log import redact
from maskeraid_core.measuring import EFFECT as NOTE_MEASURED
from maskeraid_core.portal import PortalStores
from maskeraid_core.selectors import EFFECT as PUBLISH_SELECTOR
from maskeraid_trainer.child import Child, Line
from maskeraid_trainer.journal import Journal
from maskeraid_trainer.settings import TrainerSettings

LISTEN_SECONDS = 0.2  # how soon a wish is seen
LEASE_LOOK_SECONDS = 1.0
STOP_HEARD: Line = {
    "type": "log",
    "stop_requested": True,
    "detail": "To stop was asked for: it ends as soon as it can, after one step at the earliest, and keeps its model.",
}


class Refused(Exception):
    """The training ended in an error of the domain."""

    def __init__(self, error: JobError) -> None:
        super().__init__(error.message)
        self.code, self.retryable, self.facts = error.code, error.retryable, error.facts


class MemoryRanOut(MemoryError):
    """The training ran out of memory."""

    def __init__(self, peak_bytes: int = 0, **facts: object) -> None:
        super().__init__(f"{self.__doc__} It had {peak_bytes / 2**30:.1f} GiB." if peak_bytes else self.__doc__)
        self.facts = {"peak_bytes": peak_bytes, **facts}


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
        CancelAsked, LeaseLost, HandBack, PauseHonoured, Crash, MemoryError: as `Worker.holding` reads them.
    """
    arguments = (*command, held.job.id, str(held.claim.fence), str(os.getpid()))
    journal = Journal(held, port)
    with Child(arguments, _environment(settings)) as child, _ending_with_the_lease(child, held):
        failpoints.hit("child.started")
        _listen(child, journal, held, is_leaving, settings)
        journal.write(last=True)
        if journal.outcome is None or child.exit_code != 0:
            raise _reason_of_end(child, held)
    _conclude(held, journal.outcome)


@contextmanager
def _ending_with_the_lease(child: Child, held: Held) -> Iterator[None]:
    """Kill the child when the lease runs out, also while its supervisor waits for a database that stands still."""
    is_over = threading.Event()

    def watch() -> None:
        while not is_over.wait(LEASE_LOOK_SECONDS):
            if time.monotonic() >= held.good_until:
                return child.kill()

    watcher = threading.Thread(target=watch, name="lease")
    watcher.start()
    try:
        yield
    finally:
        is_over.set()
        watcher.join()


def _listen(child: Child, journal: Journal, held: Held, is_leaving: threading.Event, settings: TrainerSettings) -> None:
    """Until the child has ended, or had its time to leave; raises when it must end at once."""
    has_heard_stop = False
    while child.exit_code is None and child.leaving_seconds <= settings.child_grace_seconds:
        for line in child.listen(LISTEN_SECONDS):
            journal.take(line)
        journal.write()
        held.check()
        if held.wishes.stop:
            if not has_heard_stop:
                journal.take(STOP_HEARD)
            has_heard_stop = True
            child.ask_to_finish()
        if is_leaving.is_set() or _is_pause_wished(held):
            child.ask_to_leave()
        if child.silent_seconds > settings.child_silence_seconds:
            raise _crash(child)


def _is_pause_wished(held: Held) -> bool:
    return held.wishes.pause and not held.wishes.stop


def _reason_of_end(child: Child, held: Held) -> Exception:
    """Why there is no result, for `Worker.holding`."""
    if child.has_left:
        return PauseHonoured() if _is_pause_wished(held) else HandBack()
    return _crash(child)


def _crash(child: Child) -> Exception:
    facts: dict[str, Any] = {"how": child.how_it_ended, "log": redact(list(child.last_words)), **child.memory}
    return MemoryRanOut(**facts) if child.is_out_of_memory else Crash(child.how_it_ended, **facts)


def _conclude(held: Held, outcome: Line) -> None:
    if "error" in outcome:
        raise Refused(JobError.model_validate(outcome["error"]))
    if "evaluation" in outcome:
        held.result = outcome["evaluation"]
        if outcome["measured"]:
            held.put_effect(NOTE_MEASURED, outcome["measured"])
        return
    if "estimate" in outcome:
        held.result = {"estimate": outcome["estimate"]}
        return
    if "selector" in outcome:
        selector = Selector.model_validate(outcome["selector"])
        held.put_effect(PUBLISH_SELECTOR, selector.model_dump(mode="python", by_alias=True))
        held.result = {"selector_id": selector.id, "digest": selector.digest, "accuracy": selector.report["accuracy"]}
    else:
        _conclude_model(held, outcome)
    if outcome["stopped_early"]:
        assert held.result is not None
        held.result["stopped_early"] = True


def _conclude_model(held: Held, outcome: Line) -> None:
    version = ModelVersion.model_validate(outcome["version"])
    held.put_effect("publish_model", version.model_dump(mode="python", by_alias=True))
    number = {"version": version.version} if version.version else {}  # else known once it is published
    held.result = {"model_id": version.model_id, **number, "digest": version.digest, **_judgement(version)}


def _judgement(version: ModelVersion) -> dict[str, Any]:
    """What its owner should know before the model is used, also without its card."""
    found = {"flags": version.card.get("flags"), "memorisation": version.card.get("memorisation", {}).get("verdict")}
    return {name: value for name, value in found.items() if value is not None}


def _environment(settings: TrainerSettings) -> dict[str, str]:
    """The child reads our settings; its words go through our log, so they need no format of their own.

    TensorFlow waits without an end for the hosts that TF_CONFIG names, and no other worker is started for this job.
    """
    inherited = {name: value for name, value in os.environ.items() if name != "TF_CONFIG" or settings.multi_worker}
    return (
        inherited
        | settings.to_environment()
        | {
            "MASKERAID_LOG_FORMAT": "console",
            "PYTHONFAULTHANDLER": "1",  # a signal's stack is among the last words
            "MPLCONFIGDIR": str(settings.matplotlib_folder),
            "TF_CPP_MIN_LOG_LEVEL": "2",
        }
    )
