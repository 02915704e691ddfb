"""Keeps what one covering makes of a model for the next fill, in least-recently-used stores bounded by bytes."""

import hashlib
import weakref
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from threading import Lock
from typing import Generic, TypeVar

import numpy as np

from maskeraid_faces.face_model import FaceModel, array_bytes
from maskeraid_faces.images import Covering

Made = TypeVar("Made")

MOST_BYTES = 256 * 2**20  # in a store; a covering's system takes 10 MB at 64 px and r = 512, 120 MB at 256 px


@dataclass
class _Kept(Generic[Made]):
    """Something that was made of a model, which goes when the model does."""

    model: "weakref.ref[FaceModel]"
    made: Made
    taken: int = field(init=False)  # bytes

    def __post_init__(self) -> None:
        self.taken = array_bytes(self.made)


class PerCovering(Generic[Made]):
    """What `make` made of a model, a covering, and plain values; shared by threads.

    The newest one stays, however large.
    """

    def __init__(self, make: Callable[..., Made], most: int, most_bytes: int = MOST_BYTES) -> None:
        self._make, self._most, self._most_bytes = make, most, most_bytes
        self._kept: OrderedDict[Hashable, _Kept[Made]] = OrderedDict()
        self._gone: deque[tuple[Hashable, weakref.ref[FaceModel]]] = deque()  # entries whose model is gone
        self._lock = Lock()

    def get(self, model: FaceModel, covering: Covering, *more: Hashable) -> Made:
        """Made once, then taken from the store."""
        key = (id(model), hashlib.sha256(np.packbits(covering).tobytes()).digest(), *more)
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None and kept.model() is model:  # an id may return after its model is gone
                self._kept.move_to_end(key)
                return kept.made
        made = self._make(model, covering, *more)
        new = _Kept(weakref.ref(model, lambda gone: self._let_go(key, gone)), made)
        with self._lock:
            self._drop_gone()
            self._kept[key] = new
            self._kept.move_to_end(key)
            while len(self._kept) > 1 and not self._is_within():
                self._kept.popitem(last=False)
        return made

    @property
    def taken(self) -> int:
        """Bytes of all that is kept."""
        with self._lock:
            return self._taken()

    def _taken(self) -> int:
        return sum(kept.taken for kept in self._kept.values())

    def _is_within(self) -> bool:
        return len(self._kept) <= self._most and self._taken() <= self._most_bytes

    def _let_go(self, key: Hashable, gone: "weakref.ref[FaceModel]") -> None:
        """Called wherever a model goes, maybe amid the above: while the lock is held, the next `get` drops it."""
        self._gone.append((key, gone))
        if self._lock.acquire(blocking=False):
            try:
                self._drop_gone()
            finally:
                self._lock.release()

    def _drop_gone(self) -> None:
        while self._gone:
            key, gone = self._gone.popleft()
            if key in self._kept and self._kept[key].model is gone:  # the key may be of another model by then
                del self._kept[key]
