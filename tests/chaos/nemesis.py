"""What attacks the stack, by a seed: kills, freezes, empties, and brings back.

Use it in the main thread: Linux ends a child with the thread that started it.
"""

import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from random import Random

import psutil
import redis

from tests.chaos.environment import Environment

END_SECONDS = 10.0
LOOK_SECONDS = 0.02
MOST_LOOKS = 2_000


class Nemesis:
    """Attacks by name; `strikes` counts them."""

    def __init__(self, environment: Environment, seed: int) -> None:
        self.random = Random(seed)
        self.strikes: Counter[str] = Counter()
        self._environment = environment

    def kill(self, name: str) -> None:
        """SIGKILL as the kernel would: the process first, then what was its group. It stays down."""
        process = self._environment.processes[name]
        process.signal(signal.SIGKILL)
        process.wait(END_SECONDS)
        process.kill()
        self._environment.ready.discard(name)
        self.strikes[f"kill {name}"] += 1

    def restart(self, name: str) -> None:
        """Kill, and start anew at once."""
        self.kill(name)
        self._environment.processes[name].start()

    @contextmanager
    def down(self, *names: str) -> Iterator[None]:
        """Killed for the length of the block."""
        for name in names:
            self.kill(name)
        try:
            yield
        finally:
            for name in names:
                self._environment.processes[name].start()

    @contextmanager
    def frozen(self, name: str, is_right_moment: Callable[[], object] = lambda: True) -> Iterator[list[psutil.Process]]:
        """SIGSTOP for a process and all that it has started, which is given, for the length of the block.

        It is held still for each look at whether this is the right moment, so that the look is true.
        """
        for _ in range(MOST_LOOKS):
            held = self._freeze(name)
            if is_right_moment():
                break
            _send(held, signal.SIGCONT)
            time.sleep(LOOK_SECONDS)
        else:
            raise AssertionError(f"the moment to freeze {name} did not come")
        self.strikes[f"freeze {name}"] += 1
        try:
            yield held
        finally:
            _send(held, signal.SIGCONT)

    def flush(self) -> None:
        """FLUSHALL: every bell is gone."""
        with redis.Redis.from_url(self._environment.environment["MASKERAID_REDIS_URL"]) as bells:
            bells.flushall()
        self.strikes["flush"] += 1

    def haunt(self, victims: Sequence[str], times: int, progress: Callable[[], float]) -> None:
        """Restart a random victim that works, so many times, at random shares of the work done (0 to 1)."""
        for share in sorted(self.random.uniform(0.0, 0.95) for _ in range(times)):
            while progress() < share or not self._environment.ready.intersection(victims):
                time.sleep(LOOK_SECONDS)
            self.restart(self.random.choice(sorted(self._environment.ready.intersection(victims))))

    def _freeze(self, name: str) -> list[psutil.Process]:
        process = psutil.Process(self._environment.processes[name].pid)
        process.send_signal(signal.SIGSTOP)  # first: it cannot start more while we look
        held = [process, *self._environment.descendants(name)]
        _send(held, signal.SIGSTOP)
        return held


def _send(processes: Sequence[psutil.Process], number: signal.Signals) -> None:
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.send_signal(number)


def wait_until(is_so: Callable[[], object], limit_seconds: float, what: str) -> float:
    """Look until it is so; the seconds that it took. Raises AssertionError after the limit."""
    started = time.monotonic()
    while not is_so():
        waited = time.monotonic() - started
        assert waited < limit_seconds, f"not within {limit_seconds:g} s: {what}"
        time.sleep(LOOK_SECONDS)
    return time.monotonic() - started
