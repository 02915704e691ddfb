"""What comes with a covered face and tells the truth of it: the map of what is covered, and the face uncovered."""

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image as Pictures

from maskeraid_core.blobs import image_key, sha256_hex
from maskeraid_core.image_sanitiser import ImageRejected, SanitisedPicture
from maskeraid_curator.archives import Entry
from maskeraid_curator.generating import Objects
from maskeraid_curator.manifests import COVERING_COLUMN, TWIN_COLUMN
from maskeraid_curator.rows import Accepted, Refused
from maskeraid_curator.sources import PlannedRow
from maskeraid_faces.png import encode_png

HALF = 127  # of a map's levels: what is lighter is covered
WORDS = {COVERING_COLUMN: "true covering", TWIN_COLUMN: "twin"}


@dataclass(frozen=True)
class _Kept:
    """What is left to know of a picture whose bytes are stored."""

    sha256: str
    size: tuple[int, int]


class Truths:
    """The files of one archive that rows name as the truth of their images."""

    def __init__(self, named: Iterable[Mapping[str, Entry | None]]) -> None:
        self._wanted = {(column, entry) for one in named for column, entry in one.items()}
        self._found: dict[tuple[str, Entry], _Kept | ImageRejected] = {}

    def is_map_alone(self, entry: Entry) -> bool:
        """Whether a file is a true covering and no twin: then its map is kept, and not the picture that it came as."""
        return (COVERING_COLUMN, entry) in self._wanted and (TWIN_COLUMN, entry) not in self._wanted

    def note(self, tenant: str, entry: Entry, outcome: SanitisedPicture | ImageRejected) -> Objects:
        """Remember what a file holds, if any row needs it so; what is to be stored of it beside the picture itself."""
        objects: Objects = []
        for column in (column for column in WORDS if (column, entry) in self._wanted):
            if isinstance(outcome, ImageRejected):
                self._found[column, entry] = outcome
                continue
            digest, size = outcome.sha256, (outcome.width, outcome.height)
            if column == COVERING_COLUMN:
                png = _clean_map(outcome)
                digest = sha256_hex(png)
                objects.append((image_key(tenant, digest), png))
            self._found[column, entry] = _Kept(digest, size)
        return objects

    def told_of(self, row: PlannedRow, accepted: Accepted) -> Accepted | Refused:
        """The row with its truth, or refused because that does not fit its image."""
        digests: dict[str, str] = {}
        for column, entry in row.truths.items():
            found = self._found[column, entry] if entry is not None else None
            if not isinstance(found, _Kept) or found.size != (accepted.width, accepted.height):
                detail = f"its {WORDS[column]} {_why_not(found)}"
                return Refused(row.number, row.file, "bad_truth", detail, f"/{column}")
            digests[column] = found.sha256
        return replace(accepted, covering_sha256=digests.get(COVERING_COLUMN), twin_sha256=digests.get(TWIN_COLUMN))


def _why_not(found: _Kept | ImageRejected | None) -> str:
    if found is None:
        return "is not in the archive"
    if isinstance(found, ImageRejected):
        return f"cannot be taken: {found}"
    return f"has another size: {found.size[0]} x {found.size[1]} pixels"


def _clean_map(picture: SanitisedPicture) -> bytes:
    """A covering's map in black and white, as those are that are drawn here."""
    levels = np.asarray(Pictures.open(io.BytesIO(picture.png), formats=("PNG",)).convert("L"))
    return encode_png((levels > HALF).astype(np.uint8) * np.uint8(255), has_repeats=True)
