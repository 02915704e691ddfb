"""Archives of strangers: the good ones open, the hostile ones are refused with a named reason."""

import io
import os
import random
import stat
import struct
import tarfile
import zipfile
import zlib
from pathlib import Path
from typing import ClassVar

import pytest
from tests.unit.curator.zips import (
    UNKNOWN_16,
    UNKNOWN_32,
    Member,
    build,
    central_row,
    deflate,
    described,
    end64_records,
    end_record,
    local_header,
)

from maskeraid_core.errors import BadArchive
from maskeraid_curator.archives import Entry, inflate, read_entries

CHANCE = random.Random(20261123)  # hostile files are made from this seed
NOISE = CHANCE.randbytes(4096)


def opened(data: bytes, folder: Path) -> int:
    """A descriptor of a file with these bytes."""
    path = folder / "archive.zip"
    path.write_bytes(data)
    return os.open(path, os.O_RDONLY)


def read(data: bytes, folder: Path) -> dict[str, bytes]:
    """Names and contents, as the curator's child would get them."""
    archive = opened(data, folder)
    try:
        return {entry.name: inflate(archive, entry) for entry in read_entries(archive)}
    finally:
        os.close(archive)


def reason_of_refusal(data: bytes, folder: Path) -> object:
    with pytest.raises(BadArchive) as refused:
        read(data, folder)
    assert str(refused.value)
    return refused.value.facts["reason"]


def named(*names: bytes) -> bytes:
    return build([Member(name) for name in names])


def nested(data: bytes) -> bytes:
    return build([Member(b"a.png", data), Member(b"b.png", data, method=8)])


def tar() -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("a.png"))
    return packed.getvalue()


def same_data_twice() -> bytes:
    """The trick of the overlapping bomb: two rows of the directory, one piece of data."""
    return build([Member(b"a.png", NOISE), Member(b"b.png", NOISE, offset=0)])


def quoted_header() -> bytes:
    """A better bomb: the first entry's data holds the second entry's header and data."""
    inner = Member(b"b.png", NOISE)
    outer = Member(b"a.png", local_header(inner) + NOISE)
    body = local_header(outer) + outer.data
    start = len(body) - len(outer.data)
    rows = central_row(outer, 0) + central_row(inner, start)
    return body + rows + end_record(2, len(rows), len(body))


def data_into_the_next() -> bytes:
    lie = {"packed": 5000}
    return build([Member(b"a", NOISE, size=5000, local=lie, central=lie), Member()])


def declared_many(count: int) -> bytes:
    """An archive that says, in its Zip64 end record, that it has `count` entries."""
    body = local_header(Member()) + Member().data
    row = central_row(Member(), 0)
    end = end64_records(count, len(row), len(body), at=len(body) + len(row))
    return body + row + end + end_record(0, len(row), len(body), here=UNKNOWN_16, count=UNKNOWN_16)


def zip64_end(**lies: int) -> bytes:
    body, row = local_header(Member()) + Member().data, central_row(Member(), 0)
    facts = {"count": 1, "size": len(row), "offset": len(body)} | lies
    place = facts.pop("at", len(body) + len(row))
    end = end64_records(**facts, at=place)
    return body + row + end + end_record(1, len(row), len(body), here=UNKNOWN_16, count=UNKNOWN_16)


def zip64_extra(*values: int) -> bytes:
    return struct.pack(f"<HH{len(values)}Q", 1, 8 * len(values), *values)


def flat_bomb() -> bytes:
    return build([Member(b"a.png", bytes(20 * 2**20), method=8)])


def sum_bomb() -> bytes:
    """Each entry stays under the ratio, all of them together do not stay under the total."""
    data = (NOISE[:64] + bytes(4096)) * 256
    return build([Member(b"%d.png" % number, data, method=8) for number in range(280)])


def forged(size: int, data: bytes = NOISE) -> bytes:
    """The declared size is a lie."""
    return build([Member(b"a.png", data, method=8, size=size)])


def bad_deflate(stream: bytes) -> bytes:
    return build([Member(b"a.png", NOISE, method=8, stream=stream)])


PLAIN = build([Member(b"a.png", NOISE), Member(b"b.png", NOISE[:100], method=8)])
KINDS = {"link": stat.S_IFLNK, "fifo": stat.S_IFIFO, "socket": stat.S_IFSOCK, "disk": stat.S_IFBLK, "tty": stat.S_IFCHR}
DEEP_NAME = b"/".join([b"x" * 60] * 5)

HOSTILE: dict[str, tuple[str, bytes]] = {
    # names that leave the folder, or are not one name
    "slip": ("path", named(b"../../etc/passwd")),
    "slip inside": ("path", named(b"images/../../x.png")),
    "slip at the end": ("path", named(b"images/..")),
    "absolute": ("path", named(b"/etc/passwd")),
    "windows slip": ("path", named(b"..\\..\\windows\\x.png")),
    "windows drive": ("path", named(b"C:/x.png")),
    "windows drive, relative": ("path", named(b"c:x.png")),
    "windows share": ("path", named(b"\\\\host\\share\\x.png")),
    "empty folder name": ("path", named(b"images//x.png")),
    "dot": ("path", named(b"./x.png")),
    "NUL": ("name", named(b"x.png\x00.txt")),
    "line feed": ("name", named(b"x\n.png")),
    "escape": ("name", named(b"\x1b[2Jx.png")),
    "C1 control": ("name", named("x\u0085.png".encode())),
    "line separator": ("name", named("x\u2028.png".encode())),
    "no name": ("name", named(b"")),
    "256 bytes": ("name", named(b"x" * 256)),
    "deep": ("name", named(DEEP_NAME)),
    "not the UTF-8 it says": ("name", build([Member(b"\xff\xfe.png", flags=1 << 11)])),
    "twice": ("duplicate_name", named(b"a.png", b"a.png")),
    "case": ("duplicate_name", named(b"a.png", b"A.PNG")),
    "sharp s": ("duplicate_name", named("stra\u00dfe.png".encode(), b"STRASSE.png")),
    "composed": ("duplicate_name", named("\u00e9.png".encode(), "e\u0301.png".encode())),
    "file and folder": ("duplicate_name", build([Member(b"a", b""), Member(b"a/", b"", mode=0o040700)])),
    # kinds of files
    **{
        kind: ("special_file", build([Member(b"x", b"/etc/passwd", mode=mode | 0o777)])) for kind, mode in KINDS.items()
    },
    "folder with content": ("special_file", build([Member(b"x/", b"abc", mode=0o040700)])),
    "file that is a folder": ("special_file", build([Member(b"x", b"", mode=0o040700)])),
    # features
    "encrypted": ("encrypted", build([Member(flags=1)])),
    "strong encryption": ("encrypted", build([Member(flags=1 << 6 | 1)])),
    "masked headers": ("encrypted", build([Member(flags=1 << 13)])),
    "patch data": ("flags", build([Member(flags=1 << 5)])),
    **{f"method {one}": ("method", build([Member(method=one, stream=NOISE)])) for one in (1, 6, 9, 12, 14, 93, 95, 99)},
    # archives in archives
    "zip in zip": ("nested", nested(PLAIN)),
    "empty zip in zip": ("nested", nested(build([]))),
    "gzip": ("nested", nested(b"\x1f\x8b\x08" + NOISE)),
    "7z": ("nested", nested(b"7z\xbc\xaf\x27\x1c" + NOISE)),
    "rar": ("nested", nested(b"Rar!\x1a\x07\x01" + NOISE)),
    "xz": ("nested", nested(b"\xfd7zXZ\x00" + NOISE)),
    "bzip2": ("nested", nested(b"BZh9" + NOISE)),
    "zstd": ("nested", nested(b"\x28\xb5\x2f\xfd" + NOISE)),
    "tar": ("nested", build([Member(b"a.png", tar())])),
    # bombs and lies about sizes
    "flat bomb": ("ratio", flat_bomb()),
    "sum bomb": ("total_size", sum_bomb()),
    "large entry": ("entry_size", build([Member(b"a", b"x", size=65 * 2**20, central={"packed": 65 * 2**20})])),
    "smaller than declared": ("size", forged(len(NOISE) + 1)),
    "larger than declared": ("size", forged(len(NOISE) - 1)),
    "bomb that declares little": ("size", forged(100, bytes(2**20))),
    "bomb that declares nothing": ("size", forged(0, bytes(2**20))),
    "stored sizes differ": ("size", build([Member(b"a", NOISE, size=100)])),
    "wrong checksum": ("crc", build([Member(b"a", NOISE, crc=7)])),
    "not deflate": ("deflate", bad_deflate(b"\xff" * 64)),
    "deflate cut short": ("deflate", bad_deflate(deflate(NOISE)[:-9])),
    "bytes behind deflate": ("deflate", bad_deflate(deflate(NOISE) + b"hidden")),
    # headers that contradict each other
    "other name": ("header_mismatch", build([Member(b"a.png", local={"name": b"b.png"})])),
    "other method": ("header_mismatch", build([Member(local={"method": 8})])),
    "other flags": ("header_mismatch", build([Member(local={"flags": 1})])),
    "other size": ("header_mismatch", build([Member(local={"size": 3})])),
    "other packed size": ("header_mismatch", build([Member(local={"packed": 3})])),
    "other checksum": ("header_mismatch", build([Member(local={"crc": 3})])),
    "other descriptor": (
        "header_mismatch",
        build([Member(b"a", NOISE, flags=8, descriptor=b"PK\x07\x08" + struct.pack("<3I", 1, 2, 3))]),
    ),
    "no descriptor": ("gap", build([Member(b"a", NOISE, flags=8)])),
    # places
    "overlap": ("overlap", same_data_twice()),
    "quoted header": ("overlap", quoted_header()),
    "data into the next": ("overlap", data_into_the_next()),
    "wrong order": ("order", build([Member(b"a"), Member(b"b", offset=500), Member(b"c")])),
    "outside": ("order", build([Member(b"a"), Member(b"b", offset=2**31)])),
    "no header there": ("no_header", PLAIN[:1] + PLAIN[1:].replace(b"PK\x03\x04", b"PK\x03\x05")),
    "gap": ("gap", build([Member(b"a"), Member(b"b", before=b"hidden")])),
    # bytes around it
    "leading bytes": ("leading_bytes", build([Member()], prefix=b"\xff\xd8\xff\xe0 a picture")),
    "leading bytes, offsets not moved": ("directory_place", b"#!/bin/sh\n" + PLAIN),
    "trailing bytes": ("trailing_bytes", build([Member()], suffix=b"<script>")),
    "comment": ("trailing_bytes", build([Member()], suffix=b"hello", comment=5)),
    "comment that is not there": ("trailing_bytes", build([Member()], comment=5)),
    "two archives": ("directory_place", PLAIN + PLAIN),
    "empty with a body": ("leading_bytes", build([], prefix=NOISE)),
    # the directory
    "1,000,000 entries": ("too_many_entries", declared_many(1_000_000)),
    "50,001 entries": ("too_many_entries", build([Member()], here=50_001, count=50_001)),
    "more entries than rows": ("directory_size", build([Member()], here=2, count=2)),
    "fewer entries than rows": ("directory_size", build([Member(b"a"), Member(b"b")], here=1, count=1)),
    "directory too small": ("directory_place", build([Member()], size=10)),
    "directory elsewhere": ("directory_place", build([Member()], offset=0)),
    "huge directory": ("directory_size", build([Member()], size=2**31)),
    "not a directory": ("directory_size", NOISE + end_record(1, 46, len(NOISE) - 46)),
    "several disks": ("multi_disk", build([Member()], disk=1)),
    "entry on another disk": ("multi_disk", build([Member(central={"disk": 3})])),
    "rows on another disk": ("multi_disk", build([Member()], here=0)),
    # Zip64
    "Zip64 without need": ("zip64", zip64_end()),
    "Zip64 end missing": ("zip64", build([Member()], here=UNKNOWN_16, count=UNKNOWN_16)),
    "Zip64 end elsewhere": ("zip64", zip64_end(at=0)),
    "Zip64 contradicts": ("zip64", zip64_end(offset=2**33)),
    "Zip64 size without need": (
        "zip64",
        build([Member(central={"size": UNKNOWN_32, "extra": zip64_extra(10)})]),
    ),
    "Zip64 field missing": ("zip64", build([Member(central={"size": UNKNOWN_32})])),
    "Zip64 field too long": ("zip64", build([Member(central={"size": UNKNOWN_32, "extra": zip64_extra(2**33, 1)})])),
    "Zip64 field for readers who look": ("zip64", build([Member(local={"extra": zip64_extra(2**33)})])),
    "Zip64 offset to nowhere": (
        "order",
        build([Member(), Member(b"b", offset=UNKNOWN_32, central={"extra": zip64_extra(2**63)})]),
    ),
    # not a zip
    "nothing": ("truncated", b""),
    "noise": ("no_end_record", NOISE),
    "a picture": ("no_end_record", b"\x89PNG\r\n\x1a\n" + NOISE),
    "a tar": ("no_end_record", tar()),
}


class TestHostileArchives:
    def test_there_are_enough(self) -> None:
        assert len(HOSTILE) >= 60

    @pytest.mark.parametrize("title", HOSTILE)
    def test_refused_with_its_reason(self, title: str, tmp_path: Path) -> None:
        reason, data = HOSTILE[title]
        assert reason_of_refusal(data, tmp_path) == reason

    @pytest.mark.parametrize("percent", range(100))
    def test_refused_when_cut(self, percent: int, tmp_path: Path) -> None:
        assert reason_of_refusal(PLAIN[: len(PLAIN) * percent // 100], tmp_path)

    def test_nothing_is_inflated_before_all_checks_are_done(self, tmp_path: Path) -> None:
        bomb_then_lie = build(
            [Member(b"a", b"\xff" * 64, method=8, stream=b"\xff" * 64), Member(b"b", local={"crc": 1})]
        )
        assert reason_of_refusal(bomb_then_lie, tmp_path) == "header_mismatch"

    def test_inflating_stops_at_the_declared_size(self, tmp_path: Path) -> None:
        """A directory that lies to a reader who skipped the checks still gets no more than it declared."""
        archive = opened(deflate(bytes(2**26)), tmp_path)
        with pytest.raises(BadArchive, match="longer than the 10 bytes"):
            inflate(archive, Entry("a", 0, os.fstat(archive).st_size, 10, 8, 0))
        os.close(archive)

    def test_every_flipped_byte_is_refused_or_harmless(self, tmp_path: Path) -> None:
        whole = read(PLAIN, tmp_path)
        for place in CHANCE.sample(range(len(PLAIN)), 400):
            changed = bytearray(PLAIN)
            changed[place] ^= 1 << CHANCE.randrange(8)
            try:
                assert sorted(read(bytes(changed), tmp_path).values()) == sorted(whole.values())
            except BadArchive as refused:
                assert refused.facts["reason"]  # noqa: PT017  either outcome is right


class TestGoodArchives:
    FILES: ClassVar = {
        "images/a.png": NOISE,
        "images/b.png": bytes(500),
        "manifest.csv": b"file\nimages/a.png\n",
        "empty": b"",
    }

    @pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
    def test_as_pythons_writer_makes_them(self, method: int, tmp_path: Path) -> None:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", method) as archive:
            archive.mkdir("images")
            for name, data in self.FILES.items():
                archive.writestr(name, data)
        assert read(packed.getvalue(), tmp_path) == self.FILES

    def test_streamed_with_descriptors(self, tmp_path: Path) -> None:
        class OneWay(io.RawIOBase):
            def __init__(self) -> None:
                self.written = b""

            def writable(self) -> bool:
                return True

            def write(self, data: bytes) -> int:  # type: ignore[override]
                self.written += bytes(data)
                return len(data)

        pipe = OneWay()
        with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in self.FILES.items():
                archive.writestr(name, data)
        assert read(pipe.written, tmp_path) == self.FILES

    def test_descriptor_without_signature(self, tmp_path: Path) -> None:
        data = build([described(Member(b"a", NOISE, method=8), signature=b""), Member(b"b", b"")])
        assert read(data, tmp_path) == {"a": NOISE, "b": b""}

    def test_names_in_utf8_and_in_the_old_code_page(self, tmp_path: Path) -> None:
        data = build([Member("\u00fc.png".encode(), flags=1 << 11), Member("\u00e4.png".encode()), Member(b"\x94.png")])
        assert list(read(data, tmp_path)) == ["\u00fc.png", "\u00e4.png", "\u00f6.png"]

    def test_empty_archive(self, tmp_path: Path) -> None:
        assert read(build([]), tmp_path) == {}

    def test_other_extra_fields_are_skipped(self, tmp_path: Path) -> None:
        times = struct.pack("<HHBI", 0x5455, 5, 1, 1_700_000_000)
        assert read(build([Member(b"a", NOISE, local={"extra": times}, central={"extra": times})]), tmp_path) == {
            "a": NOISE
        }

    def test_zip64_where_the_offset_needs_it(self, tmp_path: Path) -> None:
        """4.3 GB of stored zeros in a sparse file; the last entry and the directory lie beyond 4 GiB."""
        block, count = 60 * 2**20, 72
        crc = zlib.crc32(bytes(block))
        path, rows, offset = tmp_path / "sparse.zip", b"", 0
        with path.open("wb") as file:
            for number in range(count):
                member = Member(b"%02d" % number, b"", size=block, crc=crc, local={"packed": block})
                member.central = {"packed": block}
                if offset >= UNKNOWN_32:
                    member.offset, member.central["extra"] = UNKNOWN_32, zip64_extra(offset)
                file.seek(offset)
                file.write(local_header(member))
                rows += central_row(member, offset)
                offset = file.tell() + block
            file.seek(offset)
            file.write(rows + end64_records(count, len(rows), offset, at=offset + len(rows)))
            file.write(end_record(count, len(rows), 0, offset=UNKNOWN_32))
        archive = os.open(path, os.O_RDONLY)
        entries = read_entries(archive)
        assert entries[-1].offset > 2**32
        assert inflate(archive, entries[-1]) == bytes(block)
        os.close(archive)
