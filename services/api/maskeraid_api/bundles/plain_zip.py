"""The one form of zip that a bundle has: stored entries one behind the other, no dates, nothing that may vary.

Source: PKWARE APPNOTE 6.3.10, sections 4.3.7 to 4.3.16. Names in their order and contents decide every byte, so whoever
reads one can hold it against what would have been written: what differs in a single byte is refused, whatever it tries.
"""

import re
import struct
from collections.abc import Iterator, Sequence
from typing import BinaryIO, NamedTuple, NoReturn

from maskeraid_core.errors import BadArchive

LOCAL = struct.Struct("<4s5H3I2H")
CENTRAL = struct.Struct("<4s6H3I5H2I")
END = struct.Struct("<4s4H2IH")
VERSION, MADE_BY_UNIX = 10, 3 << 8 | 10
MIDNIGHT, FIRST_OF_1980 = 0, 0x21
PLAIN_FILE = 0o100644 << 16
MOST_ENTRIES = 500  # 64 candidates have 220
NAME = re.compile(rb"[a-z0-9](?:[a-z0-9.-]{0,62}[a-z0-9])?")  # flat: no folder, no dot in front, nothing to fold
LONGEST_NAME = 64  # bytes
ENCRYPTED, STORED = 1, 0


class Member(NamedTuple):
    """A file of the archive."""

    name: str
    crc32: int
    size: int

    @property
    def header(self) -> bytes:
        """What stands in front of its content."""
        return LOCAL.pack(b"PK\x03\x04", VERSION, *self._facts, 0) + self.name.encode()

    def row(self, offset: int) -> bytes:
        """Of the directory; `offset` is where the header lies."""
        rest = (0, 0, 0, 0, PLAIN_FILE, offset)
        return CENTRAL.pack(b"PK\x01\x02", MADE_BY_UNIX, VERSION, *self._facts, *rest) + self.name.encode()

    @property
    def _facts(self) -> tuple[int, ...]:
        return (0, STORED, MIDNIGHT, FIRST_OF_1980, self.crc32, self.size, self.size, len(self.name))


class Place(NamedTuple):
    """Where the content of a member lies."""

    member: Member
    offset: int


def places(members: Sequence[Member]) -> Iterator[Place]:
    offset = 0
    for member in members:
        offset += len(member.header)
        yield Place(member, offset)
        offset += member.size


def directory(members: Sequence[Member]) -> bytes:
    """What stands behind the last content."""
    begins = [place.offset - len(place.member.header) for place in places(members)]
    rows = b"".join(member.row(begin) for member, begin in zip(members, begins, strict=True))
    count, offset = len(members), sum(len(member.header) + member.size for member in members)
    return rows + END.pack(b"PK\x05\x06", 0, 0, count, count, len(rows), offset, 0)


def read_places(archive: BinaryIO, length: int) -> list[Place]:
    """The members of an archive of `length` bytes that is byte for byte as written here, contents left aside.

    Raises: BadArchive, whose `facts["reason"]` names what is wrong.
    """
    count, size, offset = _end(archive, length)
    members = list(_members(_read(archive, offset, size), count))
    _check_names([member.name for member in members])
    found = list(places(members))
    written = directory(members)
    if offset + len(written) != length or _read(archive, offset, len(written)) != written:
        _refuse("form", "the directory is not as this service writes it")
    if offset != sum(len(member.header) + member.size for member in members):
        _refuse("form", "there are bytes that belong to no file, or files that overlap")
    for place in found:
        header = place.member.header
        if _read(archive, place.offset - len(header), len(header)) != header:
            _refuse("form", f"the header of {place.member.name} is not as this service writes it")
    return found


def _end(archive: BinaryIO, length: int) -> tuple[int, int, int]:
    """Count of entries, size and offset of the directory."""
    if length < END.size:
        _refuse("no_end_record", "this is not a zip archive")
    signature, disk, start, here, count, size, offset, comment = END.unpack(_read(archive, length - END.size, END.size))
    if signature != b"PK\x05\x06" or comment:
        _refuse("no_end_record", "this is not a zip archive, or there are bytes behind its end")
    if disk or start or here != count:
        _refuse("multi_disk", "it is one of several parts")
    if count > MOST_ENTRIES:
        _refuse("too_many_entries", f"it has {count} entries, more than {MOST_ENTRIES}")
    if size > count * (CENTRAL.size + LONGEST_NAME):
        _refuse("directory_size", f"the directory has {size} bytes, too many for {count} entries")
    if offset + size + END.size != length:
        _refuse("directory_place", "the directory does not end where the end record begins")
    return count, size, offset


def _members(rows: bytes, count: int) -> Iterator[Member]:
    position = 0
    for _ in range(count):
        if len(rows) - position < CENTRAL.size:
            _refuse("directory_size", "the directory has fewer entries than the end record declares")
        (signature, _, _, flags, method, _, _, crc32, packed, size, name_size, *_) = CENTRAL.unpack_from(rows, position)
        name = rows[position + CENTRAL.size : position + CENTRAL.size + name_size]
        if signature != b"PK\x01\x02":
            _refuse("directory_size", "the directory is damaged")
        if flags & ENCRYPTED:
            _refuse("encrypted", f"{name!r} is encrypted")
        if method != STORED or packed != size:
            _refuse("method", f"{name!r} is compressed; the files of a bundle are not")
        if not NAME.fullmatch(name):
            _refuse("path", f"{name.decode(errors='replace')!a} is no name of a file in a bundle of this service")
        yield Member(name.decode(), crc32, size)
        position += CENTRAL.size + name_size


def _check_names(names: Sequence[str]) -> None:
    if twice := {name for name in names if names.count(name) > 1}:
        _refuse("duplicate_name", f"two entries are called {min(twice)}")


def _read(archive: BinaryIO, offset: int, size: int) -> bytes:
    archive.seek(offset)
    data = archive.read(size)
    if len(data) != size:
        _refuse("truncated", "the archive ends early, or a record points outside it")
    return data


def _refuse(reason: str, detail: str) -> NoReturn:
    raise BadArchive(detail, reason=reason)
