"""Unpacks PNGs that this service has packed, without an image library: 8 bits, grey or RGB, as `png.py` writes them.

Whatever else calls itself a PNG is refused, so nothing that strangers made is ever parsed far.
"""

import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

SIGNATURE = b"\x89PNG\r\n\x1a\n"
HEADER = struct.Struct(">2I5B")
CHANNELS = {0: 1, 2: 3}  # by colour type: grey, RGB
NONE, UP = 0, 2  # filters: as it is; each byte less the one above it
LARGEST_SIDE = 4096  # pixels, of a whole photo


class NotOurs(Exception):
    """A picture is packed in a way that this service does not pack."""


class Pixels(NamedTuple):
    """Rows from above, 8 bits a channel."""

    width: int
    height: int
    channels: int
    data: bytes

    def as_rgb(self) -> bytes:
        if self.channels == 3:
            return self.data
        spread = bytearray(3 * len(self.data))
        for channel in range(3):
            spread[channel::3] = self.data
        return bytes(spread)


def unpack(content: bytes) -> Pixels:
    """The pixels of a PNG of ours. Raises: NotOurs."""
    chunks = list(_chunks(content))
    if not chunks or chunks[0][0] != b"IHDR" or len(chunks[0][1]) != HEADER.size:
        raise NotOurs("it has no header")
    width, height, depth, colour, *rest = HEADER.unpack(chunks[0][1])
    if depth != 8 or colour not in CHANNELS or any(rest) or not 0 < max(width, height) <= LARGEST_SIDE:
        raise NotOurs("its header is of another kind")
    row = width * CHANNELS[colour]
    size = height * (1 + row)
    try:
        rows = zlib.decompressobj().decompress(b"".join(data for kind, data in chunks if kind == b"IDAT"), size + 1)
    except zlib.error as error:
        raise NotOurs("it cannot be inflated") from error
    if len(rows) != size:
        raise NotOurs("it has more or fewer rows than its header says")
    return Pixels(width, height, CHANNELS[colour], b"".join(_unfiltered(rows, row)))


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    if not content.startswith(SIGNATURE):
        raise NotOurs("it is no PNG")
    position = len(SIGNATURE)
    while position + 12 <= len(content):
        size, kind = struct.unpack_from(">I4s", content, position)
        yield kind, content[position + 8 : position + 8 + size]
        position += 12 + size


def _unfiltered(rows: bytes, row: int) -> Iterator[bytes]:
    """Each row is one whole number, so that a million bytes are added in a few steps: 20 ms where a loop takes 2 s."""
    low, high = (int.from_bytes(bytes([mask]) * row, "little") for mask in (0x7F, 0x80))
    above = 0
    for start in range(0, len(rows), 1 + row):
        value = int.from_bytes(rows[start + 1 : start + 1 + row], "little")
        if rows[start] == UP:
            value = ((value & low) + (above & low)) ^ ((value ^ above) & high)  # modulo 256 in each byte
        elif rows[start] != NONE:
            raise NotOurs("its rows are filtered in another way")
        yield value.to_bytes(row, "little")
        above = value
