"""What came of one attempt to deliver, whatever the sink."""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    DELIVERED = "delivered"  # the receiver has it
    RETRY = "retry"  # by the retry table
    FAILED = "failed"  # trying again would change nothing
    GONE = "gone"  # the receiver wants no more of them: its endpoint is disabled


@dataclass(frozen=True)
class Outcome:
    """One attempt: `answer` is the first 1 kB of the reply, `retry_after_seconds` the wait that the receiver wants."""

    verdict: Verdict
    status_code: int | None = None
    error: str | None = None
    answer: str | None = None
    retry_after_seconds: float = 0
    message: str | None = None  # text of an e-mail that was kept, for the owner to read
