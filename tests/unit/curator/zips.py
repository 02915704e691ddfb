"""Builds zip archives byte by byte, good and hostile; nothing hostile is kept as a file."""

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

UNKNOWN_16, UNKNOWN_32 = 0xFFFF, 0xFFFFFFFF


@dataclass
class Member:
    """An entry as it is to stand in the archive. `local` and `central` replace fields of one header only."""

    name: bytes = b"a.txt"
    data: bytes = b"some bytes"
    method: int = 0
    flags: int = 0
    mode: int = 0o100600
    stream: bytes | None = None  # the compressed bytes, when they are not what `method` makes of `data`
    size: int | None = None  # declared, when it is a lie
    crc: int | None = None
    offset: int | None = None
    before: bytes = b""  # bytes that lie in front of the local header
    descriptor: bytes | None = None
    local: dict[str, int | bytes] = field(default_factory=dict)
    central: dict[str, int | bytes] = field(default_factory=dict)

    def facts(self) -> dict[str, int | bytes]:
        stream = self.packed()
        return {
            "name": self.name, "flags": self.flags, "method": self.method, "extra": b"",
            "crc": zlib.crc32(self.data) if self.crc is None else self.crc,
            "packed": len(stream), "size": len(self.data) if self.size is None else self.size,
        }  # fmt: skip

    def packed(self) -> bytes:
        return deflate(self.data) if self.stream is None and self.method == 8 else self.stream or self.data


@cache  # a bomb is the same megabyte again and again
def deflate(data: bytes) -> bytes:
    """Raw deflate, as zip has it."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


def described(member: Member, *, signature: bytes = b"PK\x07\x08") -> Member:
    """The member with its sizes behind the data."""
    facts = member.facts()
    member.flags |= 8
    member.local |= {"crc": 0, "packed": 0, "size": 0}
    member.descriptor = signature + struct.pack("<3I", facts["crc"], facts["packed"], facts["size"])
    return member


def local_header(member: Member) -> bytes:
    facts = member.facts() | member.local
    name, extra = bytes(facts["name"]), bytes(facts["extra"])
    numbers = (facts["flags"], facts["method"], 0, 0x5B77, facts["crc"], facts["packed"], facts["size"])
    return struct.pack("<4s5H3I2H", b"PK\x03\x04", 20, *numbers, len(name), len(extra)) + name + extra


def central_row(member: Member, offset: int) -> bytes:
    facts = member.facts() | member.central
    name, extra = bytes(facts["name"]), bytes(facts["extra"])
    numbers = (facts["flags"], facts["method"], 0, 0x5B77, facts["crc"], facts["packed"], facts["size"])
    place = (member.mode << 16, offset if member.offset is None else member.offset)
    sizes = (len(name), len(extra), 0, facts.get("disk", 0), 0)
    return struct.pack("<4s6H3I5H2I", b"PK\x01\x02", 0x0314, 20, *numbers, *sizes, *place) + name + extra


def end_record(count: int, size: int, offset: int, /, **lies: int) -> bytes:
    facts = {"disk": 0, "start": 0, "here": count, "count": count, "size": size, "offset": offset, "comment": 0} | lies
    return struct.pack("<4s4H2IH", b"PK\x05\x06", *facts.values())


def end64_records(count: int, size: int, offset: int, *, at: int) -> bytes:
    """The Zip64 end record that lies at byte `at`, and its locator."""
    record = struct.pack("<4sQ2H2I4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, size, offset)
    return record + struct.pack("<4sIQI", b"PK\x06\x07", 0, at, 1)


def build(members: Sequence[Member], *, prefix: bytes = b"", suffix: bytes = b"", **lies: int) -> bytes:
    """The archive; `lies` replace fields of its end record."""
    body, rows = prefix, b""
    for member in members:
        body += member.before
        rows += central_row(member, len(body))
        body += local_header(member) + member.packed() + (member.descriptor or b"")
    return body + rows + end_record(len(members), len(rows), len(body), **lies) + suffix
