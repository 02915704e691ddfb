"""What was loaded and is kept: models and selectors under one bound, the least recently used dropped first."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from threading import Lock
from typing import Any, TypeVar

T = TypeVar("T")


class Memory:
    """A bounded store, shared by threads. The newest thing stays, however large."""

    def __init__(self, *, most: int, most_bytes: int) -> None:
        self._most, self._most_bytes = most, most_bytes
        self._lock = Lock()
        self._kept: OrderedDict[Hashable, Future[Any]] = OrderedDict()  # least recently used first
        self._bytes: dict[Hashable, int] = {}  # of those that are loaded

    def get(self, key: Hashable, read: Callable[[], T], bytes_of: Callable[[T], int]) -> T:
        """What lies under a key, else what `read` gives; who asks while it is being read waits for that one reading.

        Raises: what `read` raises, to all who waited; the next caller tries anew.
        """
        with self._lock:
            is_asked_for = key in self._kept
            loading: Future[T] = self._kept.setdefault(key, Future())
            self._kept.move_to_end(key)
        if not is_asked_for:
            self._load(key, read, bytes_of, loading)
        return loading.result()

    def _load(self, key: Hashable, read: Callable[[], T], bytes_of: Callable[[T], int], loading: "Future[T]") -> None:
        try:
            found = read()
            size = bytes_of(found)
        except BaseException as error:
            with self._lock:
                del self._kept[key]
            loading.set_exception(error)
            return
        with self._lock:
            self._bytes[key] = size
            self._shed(key)
        loading.set_result(found)

    def _shed(self, newest: Hashable) -> None:
        for key in list(self._kept):
            if len(self._bytes) <= self._most and sum(self._bytes.values()) <= self._most_bytes:
                return
            if key != newest and key in self._bytes:
                del self._kept[key], self._bytes[key]
