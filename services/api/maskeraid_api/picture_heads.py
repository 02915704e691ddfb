"""What the first bytes of a picture say: its kind, and how large it is. Nothing is decoded: that is a worker's child's.

What is refused here would only fail as a job; a head that says nothing of its size is left to the job.
"""

import struct

from maskeraid_core.errors import TooLarge, UnsupportedMedia

PNG, JPEG, RIFF = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF"
HEAD_BYTES = 2**18  # a JPEG's size stands behind what cameras write about it
MOST_PIXELS = 40_000_000
_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})  # markers of a JPEG that tell its size


def check_head(data: bytes, part: str) -> None:
    """Whether a file of a form may be a picture that is taken, by its first bytes.

    Raises: UnsupportedMedia, TooLarge.
    """
    if not data.startswith((PNG, JPEG, RIFF)) or (data.startswith(RIFF) and data[8:12] != b"WEBP"):
        detail = f"`{part}` is neither a PNG, a JPEG, nor a WebP, whatever its name: save it as one of these."
        raise UnsupportedMedia(detail, parameter=part)
    size = _size(data[:HEAD_BYTES])
    if size is not None and size[0] * size[1] > MOST_PIXELS:
        most = MOST_PIXELS // 10**6
        detail = f"`{part}` has {size[0]} x {size[1]} pixels, and {most} megapixels are taken: make it smaller."
        raise TooLarge(detail, parameter=part, limit=MOST_PIXELS)


def _size(head: bytes) -> tuple[int, int] | None:
    """Width and height as the head tells them, pixels."""
    try:
        if head.startswith(PNG):
            return struct.unpack_from(">II", head, 16) if head[12:16] == b"IHDR" else None
        return _size_of_jpeg(head) if head.startswith(JPEG) else _size_of_webp(head)
    except struct.error:  # cut short
        return None


def _size_of_jpeg(head: bytes) -> tuple[int, int] | None:
    place = 2
    while True:
        prefix, marker, length = struct.unpack_from(">BBH", head, place)
        if prefix != 0xFF or marker == 0xDA:
            return None
        if marker in _FRAMES:
            height, width = struct.unpack_from(">HH", head, place + 5)
            return width, height
        place += 2 + max(2, length)


def _size_of_webp(head: bytes) -> tuple[int, int] | None:
    kind = head[12:16]
    if kind == b"VP8X":
        low = struct.unpack_from("<HBHB", head, 24)
        return 1 + low[0] + (low[1] << 16), 1 + low[2] + (low[3] << 16)
    if kind == b"VP8L":
        (bits,) = struct.unpack_from("<I", head, 21)
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if kind == b"VP8 ":
        width, height = struct.unpack_from("<HH", head, 26)
        return width & 0x3FFF, height & 0x3FFF
    return None
