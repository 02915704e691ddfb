"""The records of a zip archive as they stand in the file, taken apart and held against one another.

Source: PKWARE APPNOTE 6.3.10, sections 4.3.7 to 4.3.16.
"""

import os
import struct
from collections.abc import Iterator
from typing import NamedTuple, NoReturn

from maskeraid_core.errors import BadArchive

MOST_ENTRIES = 50_000
LARGEST_DIRECTORY = 64 * 2**20  # bytes of the central directory; 50,000 entries with long names take 15 MB

END = struct.Struct("<4s4H2IH")
END64_LOCATOR = struct.Struct("<4sIQI")
END64 = struct.Struct("<4sQ2H2I4Q")
CENTRAL = struct.Struct("<4s6H3I5H2I")
LOCAL = struct.Struct("<4s5H3I2H")
UNKNOWN_16, UNKNOWN_32 = 0xFFFF, 0xFFFFFFFF  # "look into the Zip64 field"
ZIP64_FIELD = 0x0001
HAS_DESCRIPTOR = 1 << 3  # flag: sizes and checksum stand behind the data


class Record(NamedTuple):
    """A row of the central directory."""

    raw_name: bytes
    flags: int
    method: int
    crc32: int
    compressed_size: int
    size: int
    header_offset: int
    mode: int  # of Unix, 0 when the archive was not made there


def refuse(reason: str, detail: str) -> NoReturn:
    """Raise BadArchive with its named reason."""
    raise BadArchive(detail, reason=reason)


def read_exactly(archive: int, offset: int, size: int) -> bytes:
    """`size` bytes from `offset` of the open file; BadArchive when they are not all there."""
    data = os.pread(archive, size, offset) if offset >= 0 else b""
    if len(data) != size:
        refuse("truncated", "the archive ends early, or a record points outside it")
    return data


def read_directory(archive: int) -> tuple[list[Record], int]:
    """All rows of the central directory, and the offset where it begins."""
    count, offset, size = _find_directory(archive, os.fstat(archive).st_size)
    return _parse_directory(read_exactly(archive, offset, size), count), offset


def _find_directory(archive: int, length: int) -> tuple[int, int, int]:
    """Count of entries, offset and size of the central directory. The end record must be the file's last bytes."""
    if length < END.size:
        refuse("truncated", "the file is too short to be a zip archive")
    end_offset = length - END.size
    signature, disk, start_disk, here, count, size, offset, comment = END.unpack(
        read_exactly(archive, end_offset, END.size)
    )
    if signature != b"PK\x05\x06":
        _refuse_missing_end(archive, length)
    if comment:
        refuse("trailing_bytes", "the archive has a comment, or has lost it")
    if UNKNOWN_16 in (disk, start_disk, here, count) or UNKNOWN_32 in (size, offset):
        end_offset, wide = _read_end64(archive, end_offset)
        narrow = (disk, start_disk, here, count, size, offset)
        unknown = (UNKNOWN_16,) * 4 + (UNKNOWN_32,) * 2
        if any(old not in (new, mark) for old, new, mark in zip(narrow, wide, unknown, strict=True)):
            refuse("zip64", "the two end records contradict each other")
        disk, start_disk, here, count, size, offset = wide
    if disk or start_disk or here != count:
        refuse("multi_disk", "archives in several parts are not taken")
    if count > MOST_ENTRIES:
        refuse("too_many_entries", f"it has {count} entries, more than {MOST_ENTRIES}: use several imports")
    if size > LARGEST_DIRECTORY:
        refuse("directory_size", f"the directory has {size} bytes, more than {LARGEST_DIRECTORY}")
    if offset + size != end_offset:
        refuse("directory_place", "the directory does not end where the end record begins")
    return count, offset, size


def _refuse_missing_end(archive: int, length: int) -> NoReturn:
    tail_size = min(length, END.size + UNKNOWN_16)
    tail = read_exactly(archive, length - tail_size, tail_size)
    if b"PK\x05\x06" in tail:
        refuse("trailing_bytes", "there are bytes, or a comment, behind the end of the archive")
    refuse("no_end_record", "this is not a zip archive, or its end is missing")


def _read_end64(archive: int, end_offset: int) -> tuple[int, tuple[int, ...]]:
    locator_offset = end_offset - END64_LOCATOR.size
    signature, disk, offset, disks = END64_LOCATOR.unpack(read_exactly(archive, locator_offset, END64_LOCATOR.size))
    if signature != b"PK\x06\x07" or disk or disks != 1 or offset + END64.size != locator_offset:
        refuse("zip64", "the Zip64 end record is missing or in a strange place")
    signature, size, _, _, *fields = END64.unpack(read_exactly(archive, offset, END64.size))
    if signature != b"PK\x06\x06" or size != END64.size - 12:
        refuse("zip64", "the Zip64 end record is damaged")
    disk, start_disk, here, count, directory_size, directory_offset = fields
    if count < UNKNOWN_16 and directory_size < UNKNOWN_32 and directory_offset < UNKNOWN_32:
        refuse("zip64", "Zip64 is used where no size needs it")
    return offset, (disk, start_disk, here, count, directory_size, directory_offset)


def _parse_directory(directory: bytes, count: int) -> list[Record]:
    records, position = [], 0
    for _ in range(count):
        if len(directory) - position < CENTRAL.size:
            refuse("directory_size", "the directory has fewer entries than the end record declares")
        (signature, _, _, flags, method, _, _, crc, compressed_size, size, name_size, extra_size, comment_size,
         disk, _, attributes, offset) = CENTRAL.unpack_from(directory, position)  # fmt: skip
        name_end = position + CENTRAL.size + name_size
        position = name_end + extra_size + comment_size
        if signature != b"PK\x01\x02" or position > len(directory):
            refuse("directory_size", "the directory is damaged")
        if disk:
            refuse("multi_disk", "archives in several parts are not taken")
        name = directory[name_end - name_size : name_end]
        if extra_size or UNKNOWN_32 in (compressed_size, size, offset):
            extra = directory[name_end : name_end + extra_size]
            size, compressed_size, offset = _zip64_values(extra, (size, compressed_size, offset))
        records.append(Record(name, flags, method, crc, compressed_size, size, offset, attributes >> 16))
    if position != len(directory):
        refuse("directory_size", "the directory has more bytes than its entries take")
    return records


def _zip64_values(extra: bytes, values: tuple[int, ...]) -> Iterator[int]:
    """`values` with each unknown one taken from the Zip64 field, which must hold exactly those, each needing it."""
    field = _extra_field(extra)
    unknown = values.count(UNKNOWN_32)
    if len(field) != 8 * unknown:
        refuse("zip64", "a Zip64 field is missing, of the wrong length, or where no size needs it")
    wide = iter(struct.unpack(f"<{unknown}Q", field))
    for value in values:
        if value == UNKNOWN_32:
            value = next(wide)
            if value < UNKNOWN_32:
                refuse("zip64", "Zip64 is used where no size needs it")
        yield value


def _extra_field(extra: bytes) -> bytes:
    position, found = 0, b""
    while position + 4 <= len(extra):
        kind, size = struct.unpack_from("<HH", extra, position)
        if kind == ZIP64_FIELD:
            found += extra[position + 4 : position + 4 + size]
        position += 4 + size
    return found


def data_offset(archive: int, record: Record, name: str, end: int) -> int:
    """Where the entry's data begins, after its header was compared with the directory's row and its end with `end`."""
    head = read_exactly(archive, record.header_offset, LOCAL.size)
    signature, _, flags, method, _, _, crc, compressed_size, size, name_size, extra_size = LOCAL.unpack(head)
    if signature != b"PK\x03\x04":
        refuse("no_header", f"{name!r} does not begin with a header")
    rest = read_exactly(archive, record.header_offset + LOCAL.size, name_size + extra_size)
    if extra_size or UNKNOWN_32 in (compressed_size, size):
        size, compressed_size = _zip64_values(rest[name_size:], (size, compressed_size))
    found = (rest[:name_size], flags, method, crc, compressed_size, size)
    has_descriptor = bool(flags & HAS_DESCRIPTOR)
    if has_descriptor and found[3:] == (0, 0, 0):
        found = (*found[:3], *record[3:6])  # the descriptor says it instead
    if found != record[:6]:
        refuse("header_mismatch", f"the header of {name!r} contradicts the directory")
    offset = record.header_offset + LOCAL.size + len(rest)
    _check_data_end(archive, record, name, offset + record.compressed_size, end, has_descriptor)
    return offset


def _check_data_end(archive: int, record: Record, name: str, data_end: int, end: int, has_descriptor: bool) -> None:
    if data_end > end:
        refuse("overlap", f"the data of {name!r} runs into what follows")
    values = struct.pack("<3I", record.crc32, record.compressed_size, record.size) if has_descriptor else b""
    allowed = (values, b"PK\x07\x08" + values) if has_descriptor else (b"",)
    if end - data_end not in map(len, allowed):
        refuse("gap", f"there are {end - data_end} bytes behind the data of {name!r}")
    if read_exactly(archive, data_end, end - data_end) not in allowed:
        refuse("header_mismatch", f"the descriptor behind {name!r} contradicts the directory")
