"""Why a job ended badly, as the job shows it: an error of the domain, or the last words of what crashed."""

import traceback

from maskeraid_core.errors import MaskeraidError
from maskeraid_core.held import Crash
from maskeraid_core.jobs import POISONED, JobError
from maskeraid_core.log import redact

LINES_KEPT = 50


def is_domain_error(error: BaseException) -> bool:
    """Whether the error says in the domain's words why the job cannot be done. The science has a tree of its own."""
    return isinstance(error, MaskeraidError) or (hasattr(error, "code") and hasattr(error, "facts"))


def error_of(error: BaseException) -> JobError:
    """A domain error as the job shows it."""
    code, facts = getattr(error, "code", "internal"), getattr(error, "facts", {})
    return JobError(code=code, message=str(error), retryable=bool(getattr(error, "retryable", False)), facts=facts)


def last_words(error: Exception) -> JobError:
    """What a job that is given up after this crash says; with the last lines of the log, else of the traceback."""
    trace = "".join(traceback.format_exception(error)).splitlines()[-LINES_KEPT:]
    facts = {"last_error": type(error).__name__, "log": redact(trace), **getattr(error, "facts", {})}
    if isinstance(error, MemoryError):
        message = str(error) or "The worker ran out of memory."
        return JobError(code="out_of_memory", message=message, retryable=True, facts=facts)
    message = f"{POISONED.message} The last time: {error}." if isinstance(error, Crash) else POISONED.message
    return POISONED.model_copy(update={"message": message, "facts": facts})
