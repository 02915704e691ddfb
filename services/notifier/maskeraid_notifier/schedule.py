"""When a delivery is tried again: the retry table."""

from random import Random

MINUTE = 60.0
HOUR = 60 * MINUTE

# Seconds before each attempt, about 75 hours in all; the first is sent at once.
WAITS = (0.0, 5.0, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR)
JITTER = 0.1
LONGEST_WAIT_SECONDS = 30 * 24 * HOUR  # as long as the log of what has ended; who asks for more is not asked again


def wait_seconds(attempts_made: int, retry_after_seconds: float, random: Random) -> float | None:
    """Seconds until the next attempt, ±10 % so that receivers are not hit in step; None when there is none.

    The later of the table's wait and the receiver's wish, which the jitter does not shorten. There is no next attempt
    behind the end of the table, nor for a wish of more than 30 days.
    """
    if attempts_made >= len(WAITS) or retry_after_seconds > LONGEST_WAIT_SECONDS:
        return None
    return max(WAITS[attempts_made] * random.uniform(1 - JITTER, 1 + JITTER), retry_after_seconds)
