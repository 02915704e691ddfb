"""Reads zip archives of strangers: every check of the directory comes before the first entry is inflated.

Runs in the limited child only. Python's `zipfile` believes the directory and opens overlapping entries.
"""

import os
import stat
import unicodedata
import zlib
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from maskeraid_core.errors import BadArchive
from maskeraid_curator.zip_records import HAS_DESCRIPTOR, Record, data_offset, read_directory, read_exactly, refuse

LARGEST_ENTRY = 64 * 2**20  # bytes inflated: the limit of a manifest, the largest file that is ever wanted
HIGHEST_RATIO = 100  # deflate's own ceiling is about 1,032
LONGEST_NAME = 255  # bytes
PIECE = 2**20  # bytes read or inflated at once

STORED, DEFLATED = 0, 8
ENCRYPTED = 1 << 0 | 1 << 6 | 1 << 13  # encrypted, strong encryption, masked headers
UTF8_NAME = 1 << 11
KNOWN_FLAGS = 1 << 1 | 1 << 2 | HAS_DESCRIPTOR | UTF8_NAME  # the first two tell deflate's effort

NESTED_MAGIC = {
    b"PK\x03\x04": 0, b"PK\x05\x06": 0, b"PK\x07\x08": 0, b"Rar!\x1a\x07": 0, b"7z\xbc\xaf\x27\x1c": 0,
    b"\x1f\x8b\x08": 0, b"BZh": 0, b"\xfd7zXZ\x00": 0, b"\x28\xb5\x2f\xfd": 0, b"MSCF": 0, b"ustar": 257,
}  # fmt: skip
MAGIC_REACH = 262  # bytes


class Entry(NamedTuple):
    """One file of a checked archive. `offset` is where its data begins."""

    name: str
    offset: int
    compressed_size: int
    size: int
    method: int
    crc32: int


def read_entries(archive: int) -> list[Entry]:
    """Check the whole directory of the zip open at descriptor `archive`; its files, without the folders.

    Raises: BadArchive, whose `facts["reason"]` names the check.
    """
    records, directory_offset = read_directory(archive)
    _check_total(records, os.fstat(archive).st_size)
    offsets = [record.header_offset for record in records] + [directory_offset]
    _check_order(offsets)
    names = [_checked_name(record) for record in records]
    _check_distinct(names)
    files = []
    for record, name, end in zip(records, names, offsets[1:], strict=True):
        _check_record(record, name)
        offset = data_offset(archive, record, name, end)
        if not name.endswith("/"):
            files.append(Entry(name, offset, record.compressed_size, record.size, record.method, record.crc32))
    for entry in files:
        _check_not_nested(archive, entry)
    return files


def inflate(archive: int, entry: Entry) -> bytes:
    """All bytes of an entry, counted while they come; BadArchive unless size and CRC are as the directory says."""
    if entry.size > LARGEST_ENTRY:
        refuse("entry_size", f"{entry.name!r} has {entry.size} bytes, more than {LARGEST_ENTRY}")
    pieces, size, crc = [], 0, 0
    for piece in _inflated(archive, entry):
        size += len(piece)
        if size > entry.size:
            refuse("size", f"{entry.name!r} is longer than the {entry.size} bytes that the directory declares")
        crc = zlib.crc32(piece, crc)
        pieces.append(piece)
    if size != entry.size:
        refuse("size", f"{entry.name!r} has {size} bytes where the directory declares {entry.size}")
    if crc != entry.crc32:
        refuse("crc", f"{entry.name!r} does not have the checksum of the directory")
    return b"".join(pieces)


def _inflated(archive: int, entry: Entry) -> Iterator[bytes]:
    """The entry's bytes in pieces of at most PIECE, whatever its size is said to be."""
    compressed = _compressed(archive, entry)
    if entry.method == STORED:
        yield from compressed
        return
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        for piece in compressed:
            while piece and not inflater.eof:
                yield inflater.decompress(piece, PIECE)
                piece = inflater.unconsumed_tail
            if inflater.unused_data:
                refuse("deflate", f"{entry.name!r} has bytes behind its compressed data")
        while not inflater.eof and (rest := inflater.decompress(b"", PIECE)):
            yield rest
    except zlib.error as error:
        raise BadArchive(f"{entry.name!r} cannot be inflated", reason="deflate") from error
    if not inflater.eof:
        refuse("deflate", f"the compressed data of {entry.name!r} ends early")


def _compressed(archive: int, entry: Entry) -> Iterator[bytes]:
    for start in range(0, entry.compressed_size, PIECE):
        yield read_exactly(archive, entry.offset + start, min(PIECE, entry.compressed_size - start))


def _check_total(records: list[Record], length: int) -> None:
    most = min(8 * 2**30, max(256 * 2**20, 20 * length))
    if (total := sum(record.size for record in records)) > most:
        refuse("total_size", f"{total} bytes inflated, more than {most}")


def _check_order(offsets: list[int]) -> None:
    if offsets[0]:
        refuse("leading_bytes", "there are bytes before the first entry")
    for offset, following in pairwise(offsets):
        if offset == following:
            refuse("overlap", f"two entries begin at byte {offset}")
        if offset > following:
            refuse("order", "the entries do not lie in the order of the directory, or outside the archive")


def _check_distinct(names: list[str]) -> None:
    seen = set[str]()
    for name in names:
        key = unicodedata.normalize("NFC", name).casefold().removesuffix("/")
        if key in seen:
            refuse("duplicate_name", f"two entries are called {name!r} (case and composed letters count as equal)")
        seen.add(key)


def _checked_name(record: Record) -> str:
    raw = record.raw_name
    try:
        name = raw.decode()
    except UnicodeDecodeError:
        if record.flags & UTF8_NAME:
            refuse("name", "a name is not the UTF-8 that it says it is")
        name = raw.decode("cp437")  # what the format says of names without the flag
    folders = name.removesuffix("/").split("/")
    if not 0 < len(raw) <= LONGEST_NAME:
        refuse("name", f"a name has {len(raw)} bytes; 1 to {LONGEST_NAME} are taken")
    if any(unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") for character in name):
        refuse("name", f"{name!r} has a control character")
    if "\\" in name or name[1:2] == ":" or any(folder in ("", ".", "..") for folder in folders):
        refuse("path", f"{name!r} is not a plain relative path")
    return name


def _check_record(record: Record, name: str) -> None:
    if record.flags & ENCRYPTED:
        refuse("encrypted", f"{name!r} is encrypted")
    if record.flags & ~KNOWN_FLAGS:
        refuse("flags", f"{name!r} needs a feature that is not taken (flags {record.flags:#06x})")
    if record.method not in (STORED, DEFLATED):
        refuse("method", f"{name!r} is compressed by method {record.method}; only stored and deflate are taken")
    kind = stat.S_IFMT(record.mode)
    is_folder = name.endswith("/")
    if kind not in ((0, stat.S_IFDIR) if is_folder else (0, stat.S_IFREG)):
        refuse("special_file", f"{name!r} is a link, a device, or another special file")
    if is_folder and record.size:
        refuse("special_file", f"{name!r} is a folder with content")
    if record.size > LARGEST_ENTRY:
        refuse("entry_size", f"{name!r} has {record.size} bytes, more than {LARGEST_ENTRY}")
    if record.size > HIGHEST_RATIO * record.compressed_size:
        refuse("ratio", f"{name!r} is compressed more than {HIGHEST_RATIO} times")
    if record.method == STORED and record.size != record.compressed_size:
        refuse("size", f"{name!r} is stored, yet its two sizes differ")


def _check_not_nested(archive: int, entry: Entry) -> None:
    data = read_exactly(archive, entry.offset, min(entry.compressed_size, 2 * MAGIC_REACH))
    if entry.method == DEFLATED:
        try:
            data = zlib.decompressobj(-zlib.MAX_WBITS).decompress(data, MAGIC_REACH)
        except zlib.error as error:
            raise BadArchive(f"{entry.name!r} cannot be inflated", reason="deflate") from error
    if any(data.startswith(magic, place) for magic, place in NESTED_MAGIC.items()):
        refuse("nested", f"{entry.name!r} is an archive itself")
