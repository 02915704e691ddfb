"""Pictures that this service has encoded itself, decoded again: as an array, or as tiles of one sheet.

Nothing that strangers sent is decoded here: what lies under an image's digest was packed from bare pixels.
"""

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import structlog
from PIL import Image, UnidentifiedImageError

from maskeraid_core.errors import ArtifactCorrupt

log = structlog.get_logger()

FORMATS = ("PNG", "WEBP")  # that we encode
MOST_PIXELS = 4096 * 4096
MOST_EXACT_TILE = 32  # pixels; small images stay as they are, larger ones would make a sheet of megabytes
QUALITY = 80


@dataclass(frozen=True)
class Sheet:
    """How tiles lie: row by row, in `columns`; each `tile` pixels a side."""

    count: int
    tile: int

    @property
    def columns(self) -> int:
        return max(1, math.ceil(math.sqrt(self.count)))

    @property
    def rows(self) -> int:
        return max(1, math.ceil(self.count / self.columns))

    def place(self, number: int) -> tuple[int, int]:
        """Left and top of a tile, pixels."""
        return number % self.columns * self.tile, number // self.columns * self.tile


def pack_sheet(sheet: Sheet, pictures: Sequence[bytes | None]) -> bytes:
    """The pictures as one WebP, each in the middle of its tile; what is gone or cannot be read leaves its tile black.

    Tiles of at most 32 pixels come back exactly, larger ones with some loss.
    """
    canvas = Image.new("RGB", (sheet.columns * sheet.tile, sheet.rows * sheet.tile))
    for number, data in enumerate(pictures):
        if data is not None:
            _paste(canvas, data, sheet.place(number), sheet.tile)
    packed = io.BytesIO()
    is_exact = sheet.tile <= MOST_EXACT_TILE
    canvas.save(packed, "WEBP", lossless=is_exact, quality=0 if is_exact else QUALITY, method=0)  # 0: the fastest
    return packed.getvalue()


def _paste(canvas: Image.Image, data: bytes, place: tuple[int, int], tile: int) -> None:
    try:
        picture = decode(data)
    except ArtifactCorrupt:
        log.error("picture of a sheet cannot be read")
        return
    if max(picture.size) > tile:
        picture.thumbnail((tile, tile))
    left, top = place
    canvas.paste(picture, (left + (tile - picture.width) // 2, top + (tile - picture.height) // 2))


def as_array(data: bytes) -> bytes:
    """A picture as .npy: float32 (height, width, 3) in [-1, 1], as networks take it (Desentz 2021, section 5.1).

    Raises: ArtifactCorrupt.
    """
    pixels = np.asarray(decode(data))
    packed = io.BytesIO()
    np.save(packed, pixels.astype(np.float32) / np.float32(127.5) - np.float32(1), allow_pickle=False)
    return packed.getvalue()


def decode(data: bytes) -> Image.Image:
    """RGB. Raises: ArtifactCorrupt for what this service has not encoded."""
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise ArtifactCorrupt
            return picture.convert("RGB")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:  # what Pillow raises at broken files
        raise ArtifactCorrupt from error
