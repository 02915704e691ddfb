"""Which bells a worker need not answer, because it found their jobs before it heard them."""

MOST_REMEMBERED = 10_000


class Bells:
    """A busy worker looks into the queue by itself, so most bells reach it late; each would cost two looks."""

    def __init__(self) -> None:
        self._found: set[str] = set()

    def note_claimed(self, job_id: str, rung_id: str | None) -> None:
        """A job was claimed while the bell of `rung_id` was heard, or none."""
        if job_id == rung_id:
            return
        if len(self._found) >= MOST_REMEMBERED:  # bells that were lost, or that another worker heard
            self._found.clear()
        self._found.add(job_id)

    def is_answered(self, job_id: str) -> bool:
        """Whether this bell is that of a job found before; another bell for the same job is none.

        Nobody is overlooked: what was accepted after that job has a bell of its own.
        """
        if job_id not in self._found:
            return False
        self._found.discard(job_id)
        return True
