"""When a delivery is tried again: the retry table."""

from random import Random

MINUTE = 60.0
HOUR = 60 * MINUTE

# Seconds before each attempt, about 75 hours in all; the first is sent at once.
WAITS = (0.0, 5.0, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR)
JITTER = 0.1
LONGEST_WAIT_SECONDS = 24 * HOUR  # a receiver that asks for more is asked again after a day


def wait_seconds(attempts_made: int, retry_after_seconds: float, random: Random) -> float | None:
    """Seconds until the next attempt, ±10 % so that receivers are not hit in step; None when the table has ended.

    The receiver's own wish is the later limit and is not shortened by the jitter.
    """
    if attempts_made >= len(WAITS):
        return None
    wait = WAITS[attempts_made] * random.uniform(1 - JITTER, 1 + JITTER)
    return max(wait, min(retry_after_seconds, LONGEST_WAIT_SECONDS))
