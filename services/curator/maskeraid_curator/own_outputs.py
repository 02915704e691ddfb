"""Recognises results of this service among the images of an import, by the register that all tenants' are in."""

import io
import threading
from collections.abc import Iterator, Mapping, Sequence
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
from maskeraid_faces.own_outputs import Hashes, Output, hash_of, is_output, near

MOST_LOOKED_AT = 32  # register entries whose filled part is compared with one image, the nearest by hash
ASKED_AT_ONCE = 20  # see repositories/batches.py

Outcome = SanitisedPicture | ImageRejected


class Register:
    """What one import asks of the register; its threads share it. Hashes are read once, when they are first needed."""

    def __init__(self, port: PortalStores, tenant: str) -> None:
        self._port, self._tenant = port, tenant
        self._repository = OwnOutputRepository(port.stores.database)
        self._turn = threading.Lock()
        self._hashes: Hashes | None = None
        self._places: list[tuple[str, int]] = []  # of each hash: whose, and which of them
        self._parts: dict[str, Sequence[FilledPart]] = {}

    def told(self, outcomes: Sequence[Outcome]) -> list[Outcome]:
        """The same, with what was made here told as such."""
        pictures = [one for one in outcomes if isinstance(one, SanitisedPicture)]
        digests = [_digest_of(one) for one in pictures]
        known = self._known(digests)
        ours = {
            id(one)
            for one, digest in zip(pictures, digests, strict=True)
            if (digest in known and not self._is_own_drawn(one)) or self._looks_like_one(one)
        }
        return [replace(one, made_here=True) if id(one) in ours else one for one in outcomes]  # type: ignore[type-var]

    def _known(self, digests: Sequence[bytes]) -> set[bytes]:
        found: set[bytes] = set()
        for first in range(0, len(digests), ASKED_AT_ONCE):
            found |= self._port.call(self._repository.known, digests[first : first + ASKED_AT_ONCE])
        return found

    def _is_own_drawn(self, picture: SanitisedPicture) -> bool:
        """Whether it is drawn, and an image of the tenant's already: a fill may be such a face, pixel for pixel."""
        if _hash_of(picture) is not None:
            return False
        return self._port.call(self._port.stores.blobs.exists, image_key(self._tenant, picture.sha256))

    def _looks_like_one(self, picture: SanitisedPicture) -> bool:
        hashes = self._read_hashes()
        if not len(hashes) or (phash := _hash_of(picture)) is None:
            return False
        found = near(phash, hashes)[:MOST_LOOKED_AT]
        if not len(found):
            return False
        pixels = _pixels_of(picture)
        return any(is_output(pixels, output) for output in self._outputs([self._places[place] for place in found]))

    def _read_hashes(self) -> Hashes:
        with self._turn:
            if self._hashes is None:
                rows = self._port.call(self._repository.hashes)
                self._places = [place for one, packed in rows for place in zip(repeat(one), range(len(packed) // 8))]
                self._hashes = np.frombuffer(b"".join(packed for _, packed in rows), ">u8").astype(np.uint64)
            return self._hashes

    def _outputs(self, places: Sequence[tuple[str, int]]) -> Iterator[Output]:
        """The entries at these places; those that were deleted meanwhile say nothing."""
        missing = list(dict.fromkeys(one for one, _ in places if one not in self._parts))
        for first in range(0, len(missing), ASKED_AT_ONCE):
            some = missing[first : first + ASKED_AT_ONCE]
            read: Mapping[str, Sequence[FilledPart]] = self._port.call(self._repository.parts, some)
            self._parts.update({one: read.get(one, ()) for one in some})
        for one, place in places:
            for part in self._parts[one][place : place + 1]:
                yield Output(b"", None, part.box, part.filled, part.look)


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
