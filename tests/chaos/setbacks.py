"""What kills have cost a training, by the points and the checkpoints that its attempts told of. Pure values."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Told = tuple[int, str, Mapping[str, Any]]  # an event's attempt, type, and data
ROUNDED_SECONDS = 0.01


@dataclass
class Attempt:
    """What one attempt has done: a point behind each call, of which the first is one step, and the steps it kept."""

    points: list[Mapping[str, float]] = field(default_factory=list)
    kept: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Setback:
    """One kill: the newest step that was kept before it, and the one from which the next attempt went on."""

    newest: int
    went_on_from: int


def attempts_of(events: Iterable[Told]) -> Sequence[Attempt]:
    """The attempts of one training that did something, in order."""
    found: defaultdict[int, Attempt] = defaultdict(Attempt)
    for number, kind, data in events:
        if kind == "job.metric":
            found[number].points += data["points"]
        elif kind == "job.checkpoint":
            found[number].kept.append(data["step"])
    return [found[number] for number in sorted(found)]


def setbacks_of(attempts: Sequence[Attempt]) -> list[Setback]:
    """For each kill, what was kept and what was used of it."""
    newest, found = 0, []
    for number, attempt in enumerate(attempts):
        if number:
            found.append(Setback(newest, round(attempt.points[0]["step"]) - 1))
        newest = max([newest, *attempt.kept])
    return found


def overdue(attempts: Sequence[Attempt], interval_seconds: float) -> list[str]:
    """Points behind which a checkpoint was due and did not come.

    At each of them a kill would have cost more than one interval. Seconds are the training's own, which stand still
    while it saves. What an attempt did last is left out: it died before it could keep that, or had ended.
    """
    return [
        f"attempt {number}: {unkept:.2f} s unkept at step {step:.0f}"
        for number, attempt in enumerate(attempts, 1)
        for step, unkept in _unkept(attempts[:number], attempt)
        if unkept >= interval_seconds + ROUNDED_SECONDS
    ]


def _unkept(so_far: Sequence[Attempt], attempt: Attempt) -> Iterator[tuple[float, float]]:
    """For each point of an attempt, its step, and the seconds of training that no checkpoint held then."""
    seconds = {0.0: 0.0, **{point["step"]: point["seconds"] for one in so_far for point in one.points}}
    start = attempt.points[0]["step"] - 1
    begun = seconds.get(start, attempt.points[0]["seconds"])  # what a killed trainer did last it could not tell of
    for point in attempt.points[:-1]:
        kept = max(step for step in (start, *attempt.kept) if step <= point["step"])
        yield point["step"], point["seconds"] - (begun if kept == start else seconds[kept])
