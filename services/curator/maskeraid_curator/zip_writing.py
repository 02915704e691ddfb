"""Makes a zip piece by piece, in one direction, with stored entries and no dates: names and contents decide every byte.

Of what it has written it keeps a directory row an entry, about 100 bytes. Source: PKWARE APPNOTE 6.3.10, sections 4.3.7
to 4.3.16; `zip_records` reads the same.
"""

import struct
import zlib
from collections.abc import Iterable, Iterator

from maskeraid_curator.zip_records import (
    CENTRAL,
    END,
    END64,
    END64_LOCATOR,
    HAS_DESCRIPTOR,
    LOCAL,
    UNKNOWN_16,
    UNKNOWN_32,
    ZIP64_FIELD,
)

VERSION, VERSION_ZIP64 = 20, 45
MADE_BY_UNIX = 3 << 8
PLAIN_FILE = 0o100644 << 16
MIDNIGHT, FIRST_OF_1980 = 0, 0x21


class ZipWriter:
    """The bytes to write, as they come; where they go is the caller's business."""

    def __init__(self) -> None:
        self._offset = 0
        self._count = 0
        self._directory = bytearray()

    def file(self, name: str, data: bytes) -> bytes:
        """An entry whole."""
        head = self._head(name, len(data), zlib.crc32(data))
        self._note(name, len(data), zlib.crc32(data), 0, len(head) + len(data))
        return head + data

    def stream(self, name: str, size: int, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """An entry of `size` bytes that are not all at hand; its checksum stands behind it."""
        head, crc, length = self._head(name, size, None), 0, 0
        yield head
        for piece in pieces:
            crc = zlib.crc32(piece, crc)
            length += len(piece)
            yield piece
        if length != size:
            raise ValueError(f"{name} has {length} bytes where {size} were announced")
        tail = struct.pack("<4sIQQ" if size >= UNKNOWN_32 else "<4s3I", b"PK\x07\x08", crc, size, size)
        self._note(name, size, crc, HAS_DESCRIPTOR, len(head) + size + len(tail))
        yield tail

    def end(self) -> bytes:
        """The directory, behind the last entry."""
        count, size, offset = self._count, len(self._directory), self._offset
        narrow = (min(count, UNKNOWN_16), min(count, UNKNOWN_16), min(size, UNKNOWN_32), min(offset, UNKNOWN_32))
        wide = b""
        if narrow != (count, count, size, offset) or UNKNOWN_16 in narrow[:2] or UNKNOWN_32 in narrow[2:]:
            made_by = MADE_BY_UNIX | VERSION_ZIP64
            facts = (END64.size - 12, made_by, VERSION_ZIP64, 0, 0, count, count, size, offset)
            wide = END64.pack(b"PK\x06\x06", *facts) + END64_LOCATOR.pack(b"PK\x06\x07", 0, offset + size, 1)
        return bytes(self._directory) + wide + END.pack(b"PK\x05\x06", 0, 0, *narrow, 0)

    def _head(self, name: str, size: int, crc: int | None) -> bytes:
        """What stands in front of the content; without a checksum, its sizes stand behind it as well."""
        is_wide = size >= UNKNOWN_32
        told = 0 if crc is None else size
        extra = struct.pack("<2H2Q", ZIP64_FIELD, 16, told, told) if is_wide else b""
        shown = UNKNOWN_32 if is_wide else told
        version, flags = VERSION_ZIP64 if is_wide else VERSION, HAS_DESCRIPTOR if crc is None else 0
        facts = (version, flags, 0, MIDNIGHT, FIRST_OF_1980, crc or 0, shown, shown, len(name.encode()), len(extra))
        return LOCAL.pack(b"PK\x03\x04", *facts) + name.encode() + extra

    def _note(self, name: str, size: int, crc: int, flags: int, length: int) -> None:
        """Remember an entry of so many bytes in all."""
        wide = [value for value in (size, size, self._offset) if value >= UNKNOWN_32]
        extra = struct.pack(f"<2H{len(wide)}Q", ZIP64_FIELD, 8 * len(wide), *wide) if wide else b""
        version, shown = VERSION_ZIP64 if wide else VERSION, min(size, UNKNOWN_32)
        self._directory += CENTRAL.pack(
            b"PK\x01\x02", MADE_BY_UNIX | version, version, flags, 0, MIDNIGHT, FIRST_OF_1980, crc, shown, shown,
            len(name.encode()), len(extra), 0, 0, 0, PLAIN_FILE, min(self._offset, UNKNOWN_32),
        ) + name.encode() + extra  # fmt: skip
        self._offset += length
        self._count += 1
