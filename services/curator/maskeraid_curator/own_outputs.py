"""Recognises results of this service among the images of an import, by the register that all tenants' are in."""

import io
import threading
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from itertools import repeat

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pictures

from maskeraid_core.blobs import image_key
from maskeraid_core.documents.own_outputs import FilledPart
from maskeraid_core.image_sanitiser import ImageRejected, SanitisedPicture
from maskeraid_core.portal import PortalStores
from maskeraid_core.repositories.own_outputs import OwnOutputRepository
from maskeraid_faces.images import Image
from maskeraid_faces.measures import Measures, digest_of
from maskeraid_faces.own_outputs import Hashes, Output, hash_of, is_one_of, near

MOST_LOOKED_AT = 1_000  # register entries whose filled part is compared with one image, the nearest by hash
ASKED_AT_ONCE = 20  # see repositories/batches.py

Outcome = SanitisedPicture | ImageRejected
Place = tuple[str, int]  # a re-imaging, and which of its photographs


class Register:
    """What one import asks of the register; its threads share it. Hashes are read once, when they are first needed."""

    def __init__(self, port: PortalStores, tenant: str) -> None:
        self._port, self._tenant = port, tenant
        self._repository = OwnOutputRepository(port.stores.database)
        self._turn = threading.Lock()
        self._hashes: Hashes | None = None
        self._places: list[Place] = []  # of each hash
        self._parts: dict[str, Sequence[FilledPart]] = {}

    def told(self, outcomes: Sequence[Outcome]) -> list[Outcome]:
        """The same, with what was made here told as such."""
        pictures = [one for one in outcomes if isinstance(one, SanitisedPicture)]
        digests = [_digest_of(one) for one in pictures]
        makers = self._port.call(self._repository.makers, digests) if digests else {}
        near_ones = [self._near(one) for one in pictures]
        self._read_parts(dict.fromkeys(one for places in near_ones for one, _ in places))
        ours = {
            id(one)
            for one, digest, places in zip(pictures, digests, near_ones, strict=True)
            if self._is_one(one, makers[digest]) or self._looks_like_one(one, places)
        }
        return [replace(one, made_here=True) if id(one) in ours else one for one in outcomes]  # type: ignore[type-var]

    def _is_one(self, picture: SanitisedPicture, makers: Collection[str]) -> bool:
        """Whether it is a result, since these tenants have one of its pixels.

        A fill of a drawn face may be a face of the set, pixel for pixel: one that others made, or that is an image of
        the tenant's already, is taken as such.
        """
        if not makers or not _is_drawn(picture):
            return bool(makers)
        key = image_key(self._tenant, picture.sha256)
        return self._tenant in makers and not self._port.call(self._port.stores.blobs.exists, key)

    def _near(self, picture: SanitisedPicture) -> list[Place]:
        """Where pictures are in the register whose hashes are near; none for a drawn one."""
        hashes = self._read_hashes()
        phash = _hash_of(picture) if len(hashes) else None
        return [] if phash is None else [self._places[place] for place in near(phash, hashes)[:MOST_LOOKED_AT]]

    def _looks_like_one(self, picture: SanitisedPicture, places: Sequence[Place]) -> bool:
        """Those that were deleted meanwhile say nothing."""
        parts = [part for one, number in places for part in self._parts[one][number : number + 1]]
        outputs = [Output(b"", None, part.box, part.filled, part.look) for part in parts]
        return bool(outputs) and is_one_of(_pixels_of(picture), outputs)

    def _read_hashes(self) -> Hashes:
        with self._turn:
            if self._hashes is None:
                rows = self._port.call(self._repository.hashes)
                self._places = [place for one, packed in rows for place in zip(repeat(one), range(len(packed) // 8))]
                self._hashes = np.frombuffer(b"".join(packed for _, packed in rows), ">u8").astype(np.uint64)
            return self._hashes

    def _read_parts(self, reimagings: Iterable[str]) -> None:
        missing = [one for one in reimagings if one not in self._parts]
        for first in range(0, len(missing), ASKED_AT_ONCE):
            some = missing[first : first + ASKED_AT_ONCE]
            read = self._port.call(self._repository.parts, some)
            self._parts.update({one: read.get(one, ()) for one in some})


def _is_drawn(picture: SanitisedPicture) -> bool:
    return _hash_of(picture) is None


def _measures_of(picture: SanitisedPicture) -> Measures | None:
    return Measures.from_dict(picture.measures) if picture.measures else None


def _digest_of(picture: SanitisedPicture) -> bytes:
    measures = _measures_of(picture)
    return measures.digest if measures else digest_of(_pixels_of(picture))


def _hash_of(picture: SanitisedPicture) -> int | None:
    measures = _measures_of(picture)
    return measures.phash if measures else hash_of(_pixels_of(picture))


def _pixels_of(picture: SanitisedPicture) -> Image:
    """Of a photograph that a face is to be cut out of, they came; of a face, its clean PNG is there."""
    if picture.pixels:
        return np.frombuffer(picture.pixels, np.uint8).reshape(picture.height, picture.width, 3)
    pixels: NDArray[np.uint8] = np.asarray(Pictures.open(io.BytesIO(picture.png), formats=("PNG",)).convert("RGB"))
    return pixels
