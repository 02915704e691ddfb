"""What was read or worked out and never changes, kept in memory by a key: the most recently used, up to some bytes."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

from anyio import Lock

ValueT = TypeVar("ValueT")


class Kept(Generic[ValueT]):
    """`size_of` says how many bytes a value takes; one larger than `most_bytes` is made anew each time."""

    def __init__(self, most_bytes: int, size_of: Callable[[ValueT], int]) -> None:
        self._most_bytes, self._size_of = most_bytes, size_of
        self._values: OrderedDict[Hashable, tuple[ValueT, int]] = OrderedDict()
        self._making: dict[Hashable, Lock] = {}
        self.bytes = 0

    async def of(self, key: Hashable, make: Callable[[], Awaitable[ValueT]]) -> ValueT:
        """The value of a key, made once for all who wait for it."""
        if key in self._values:
            return self._found(key)
        lock = self._making.setdefault(key, Lock())
        try:
            async with lock:
                if key in self._values:
                    return self._found(key)
                value = await make()
                self._keep(key, value)
                return value
        finally:
            if not lock.locked():
                self._making.pop(key, None)

    def _found(self, key: Hashable) -> ValueT:
        self._values.move_to_end(key)
        return self._values[key][0]

    def _keep(self, key: Hashable, value: ValueT) -> None:
        size = self._size_of(value)
        self._values[key] = value, size
        self.bytes += size
        while self.bytes > self._most_bytes:
            _, (_, gone) = self._values.popitem(last=False)
            self.bytes -= gone
