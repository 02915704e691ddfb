"""What a figure is, and which functions measure which."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from maskeraid import Client
from maskeraid_local.ports import free_port
from maskeraid_local.stack import Stack, StackOptions


@dataclass(frozen=True)
class Figure:
    """One measured value beside what it is compared with; `bar` says in words what must hold."""

    id: str
    value: float
    unit: str
    bar: str
    holds: bool
    beside: dict[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


class Bench:
    """What measuring needs: folders, and one stack that all service figures share."""

    def __init__(self, output: Path) -> None:
        self.output = output
        self._stack: Stack | None = None
        self.start_seconds: float | None = None

    @property
    def stack(self) -> Stack:
        """The running stack; started when first asked for."""
        if self._stack is None:
            self._stack = new_stack(self.output / "stack")
            self._stack.__enter__()
        return self._stack

    def client(self) -> Client:
        return Client(self.stack.first_key, self.stack.url)

    def close(self) -> None:
        if self._stack is not None:
            self._stack.stop()


Measure = Callable[[Bench], Iterable[Figure]]
MEASURES: dict[str, Measure] = {}


def measures(*ids: str) -> Callable[[Measure], Measure]:
    """Register a function that measures these figures."""

    def register(function: Measure) -> Measure:
        for figure_id in ids:
            MEASURES[figure_id] = function
        return function

    return register


def new_stack(folder: Path) -> Stack:
    """A stack without rate limits that would measure themselves; its log beside its data."""
    folder.mkdir(parents=True, exist_ok=True)
    log = (folder / "stack.log").open("a")

    def write_line(name: str, line: str) -> None:
        log.write(f"{name:<10}│ {line}\n")
        log.flush()

    limits = {"MASKERAID_READS_PER_SECOND": "1000000", "MASKERAID_WRITES_PER_SECOND": "1000000"}
    return Stack(StackOptions(folder.resolve(), free_port(), limits, write_line))


@contextmanager
def another_stack(folder: Path) -> Iterator[Stack]:
    with new_stack(folder) as stack:
        yield stack


def percentile(values: Iterable[float], share: float) -> float:
    return float(np.percentile(list(values), share))
