"""Keeps what one covering makes of a model for the next fill, in a small least-recently-used store."""

import hashlib
import weakref
from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

import numpy as np

from maskeraid_faces.face_model import FaceModel
from maskeraid_faces.images import Covering

Made = TypeVar("Made")


class PerCovering(Generic[Made]):
    """At most so many things that `make` made of a model, a covering, and plain values; shared by threads."""

    def __init__(self, make: Callable[..., Made], most: int) -> None:
        self._make, self._most = make, most
        self._kept: OrderedDict[Hashable, tuple[weakref.ref[FaceModel], Made]] = OrderedDict()
        self._lock = Lock()

    def get(self, model: FaceModel, covering: Covering, *more: Hashable) -> Made:
        """Made once, then taken from the store."""
        key = (id(model), hashlib.sha256(np.packbits(covering).tobytes()).digest(), *more)
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None and kept[0]() is model:  # an id may return after its model is gone
                self._kept.move_to_end(key)
                return kept[1]
        made = self._make(model, covering, *more)
        with self._lock:
            self._kept[key] = (weakref.ref(model), made)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return made
