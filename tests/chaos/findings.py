"""What an audit has found, and what is wrong with one job by its state and its history. Pure values."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from maskeraid.objects import TERMINAL

JobFacts = Mapping[str, Any]
History = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Audit:
    """What was found. Everything but `accepted`, `statuses`, and `reruns` should be empty."""

    accepted: int
    statuses: Counter[str]
    reruns: int  # attempts behind the first of each job
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    holes: list[str] = field(default_factory=list)
    untold: list[str] = field(default_factory=list)
    orphans: list[str] = field(default_factory=list)
    strays: list[str] = field(default_factory=list)

    @property
    def faults(self) -> dict[str, list[str]]:
        """By kind, only those kinds of which there are any; at most ten of each are shown."""
        kinds = ("lost", "doubled", "holes", "untold", "orphans", "strays")
        return {kind: found[:10] for kind in kinds if (found := getattr(self, kind))}

    def __str__(self) -> str:
        counts = ", ".join(f"{count} {status}" for status, count in sorted(self.statuses.items()))
        return (
            f"{self.accepted} accepted ({counts}), {len(self.lost)} lost, {len(self.doubled)} doubled, "
            f"{len(self.holes)} with holes, {len(self.untold)} untold, {len(self.orphans)} orphan objects, "
            f"{len(self.strays)} processes left, {self.reruns} attempts run again"
        )


def doubled_in(job: JobFacts, history: History) -> list[str]:
    """What was seen twice, or seen otherwise than the job says: an end, a last status, a claim."""
    ends = [event["data"]["status"] for event in history if event["type"] == "end"]
    statuses = [event["data"] for event in history if event["type"] == "job.status"]
    last = [data["status"] for data in statuses if data["status"] in TERMINAL]
    claims = Counter(data["attempt"] for data in statuses if data["status"] == "running")
    found = [f"{job['id']}: {what} {seen}" for what, seen in (("ends", ends), ("last statuses", last)) if len(seen) > 1]
    if any(status != job["status"] for status in (*ends, *last)):
        found.append(f"{job['id']}: is {job['status']}, but was told to be {[*ends, *last]}")
    twice = [attempt for attempt, count in claims.items() if count > 1]
    return found + [f"{job['id']}: attempt {attempt} was claimed twice" for attempt in twice]


def holes_in(job: JobFacts, history: History) -> list[str]:
    """Whether the history of a job that has ended is 1, 2, 3 … and closes with `end`."""
    numbers = [event["id"] for event in history]
    found = []
    if numbers != list(range(1, len(numbers) + 1)):
        found.append(f"{job['id']}: numbers {numbers}")
    if job["status"] in TERMINAL and (not history or history[-1]["type"] != "end"):
        found.append(f"{job['id']}: closes with {history[-1]['type'] if history else 'nothing'}")
    return found
