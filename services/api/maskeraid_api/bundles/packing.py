"""Makes the bundle of a re-imaging when it is asked for, from the stored files: no pixel is touched."""

import hashlib
import zlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

from anyio import to_thread

from maskeraid_api.bundles.manifest import (
    MANIFEST,
    REPORT,
    RESULT,
    SIGNATURE,
    FileFacts,
    in_order,
    manifest_of,
    signature_of,
)
from maskeraid_api.bundles.plain_zip import Member, directory
from maskeraid_api.bundles.report import write_report
from maskeraid_api.bundles.result import shown_result, write_result
from maskeraid_api.signing import Signer
from maskeraid_core.blobs import Blobs, sha256_hex
from maskeraid_core.jobs import Job

HELD_BYTES = 16 * 2**20  # a larger bundle is read from the store a second time while it is sent


@dataclass(frozen=True)
class StoredPiece:
    """A file of the result, where the job says it lies."""

    key: str
    offset: int
    size: int
    sha256: str

    @classmethod
    def of(cls, file: Mapping[str, Any]) -> "StoredPiece":
        return cls(file["key"], file.get("offset", 0), file["bytes"], file["sha256"])

    async def read(self, blobs: Blobs, start: int = 0, end: int | None = None) -> bytes:
        """Whole, and then checked; or a part of it. Raises: InputGone, ArtifactCorrupt."""
        end = self.size if end is None else end
        digest = self.sha256 if (start, end) == (0, self.size) else None
        return await blobs.get_range(self.key, self.offset + start, self.offset + end, digest) if end > start else b""


@dataclass(frozen=True)
class Bundle:
    """A zip whose bytes are known, though not all at hand."""

    pieces: list[bytes | StoredPiece]
    size: int
    sha256: str

    async def read(self, blobs: Blobs, start: int, end: int) -> AsyncIterator[bytes]:
        """Bytes `start` to `end` (exclusive), one file of the result at a time."""
        at = 0
        for piece in self.pieces:
            size = len(piece) if isinstance(piece, bytes) else piece.size
            first, last = max(start - at, 0), min(end - at, size)
            at += size
            if first < last:
                yield piece[first:last] if isinstance(piece, bytes) else await piece.read(blobs, first, last)


async def pack(job: Job, blobs: Blobs, signer: Signer) -> Bundle:
    """The bundle of a re-imaging that has candidates; the same bytes each time. Raises: InputGone, ArtifactCorrupt."""
    contents = await to_thread.run_sync(_contents, job, signer)
    is_held = sum(len(one) if isinstance(one, bytes) else one.size for one in contents.values()) <= HELD_BYTES
    digest = hashlib.sha256()
    members: list[Member] = []
    pieces: list[bytes | StoredPiece] = []
    for name, content in contents.items():
        data = content if isinstance(content, bytes) else await content.read(blobs)
        member = await to_thread.run_sync(_add, digest, name, data)
        members.append(member)
        pieces += [member.header, data if is_held else content]
    pieces.append(directory(members))
    digest.update(directory(members))
    size = sum(len(one) if isinstance(one, bytes) else one.size for one in pieces)
    return Bundle(pieces, size, digest.hexdigest())


def _contents(job: Job, signer: Signer) -> dict[str, bytes | StoredPiece]:
    """Every file in its order."""
    files = {name: StoredPiece.of(file) for name, file in (job.result or {})["files"].items()}
    result = shown_result(job)
    written = {REPORT: write_report(result), RESULT: write_result(result)}
    facts = {name: FileFacts(sha256=one.sha256, bytes=one.size) for name, one in files.items()}
    facts |= {name: FileFacts(sha256=sha256_hex(data), bytes=len(data)) for name, data in written.items()}
    manifest = manifest_of(job, facts)
    contents: dict[str, bytes | StoredPiece] = {
        MANIFEST: manifest,
        SIGNATURE: signature_of(manifest, signer),
        **written,
        **files,
    }
    return {name: contents[name] for name in in_order(contents)}


def _add(digest: Any, name: str, data: bytes) -> Member:  # noqa: ANN401 hashlib's own type has no name
    member = Member(name, zlib.crc32(data), len(data))
    digest.update(member.header)
    digest.update(data)
    return member
