"""The bytes of uploads in parts: streamed into the store, their digests checked, never parsed."""

import base64
import hashlib
import re
import shutil

from anyio import to_thread
from starlette.requests import Request

from maskeraid_api.inbox import inbox_key
from maskeraid_api.settings import ApiSettings
from maskeraid_core.blobs import Blobs
from maskeraid_core.documents.datasets import Upload, UploadPart
from maskeraid_core.errors import BadHeader, DigestMismatch, StorageFull, ValidationFailed

_SHA256 = re.compile(r"(?:^|,)\s*sha-256=:([A-Za-z0-9+/]{43}=):")


def announced_digest(request: Request) -> str:
    """SHA-256 in hex from `Content-Digest: sha-256=:…:` (RFC 9530)."""
    found = _SHA256.search(request.headers.get("content-digest", ""))
    if not found:
        raise BadHeader("Send `Content-Digest: sha-256=:<base64>:`.", parameter="Content-Digest")
    return base64.b64decode(found[1]).hex()


def part_size(upload: Upload, number: int) -> int:
    """How many bytes a part must have; the last one has the rest."""
    return min(upload.part_bytes, upload.bytes - (number - 1) * upload.part_bytes)


async def receive_part(blobs: Blobs, upload: Upload, number: int, request: Request) -> UploadPart:
    """Stream a body into the store. What does not have the announced size and digest is removed again.

    Raises: BadHeader, DigestMismatch, ValidationFailed.
    """
    expected, digest = part_size(upload, number), announced_digest(request)
    key = inbox_key(upload.tenant)
    try:
        length, sha256 = await blobs.put_stream(key, request.stream())
        if length != expected:
            raise ValidationFailed(f"Part {number} has {expected} bytes; {length} came.", parameter="Content-Length")
        if sha256 != digest:
            raise DigestMismatch(f"Part {number} has the SHA-256 {sha256}.")
    except BaseException:
        await blobs.delete([key])
        raise
    return UploadPart(number=number, bytes=length, sha256=sha256, key=key)


async def check_whole(blobs: Blobs, upload: Upload) -> None:
    """Raise DigestMismatch unless the parts together have the digest that was announced."""
    digest = hashlib.sha256()
    for number in range(1, upload.part_count + 1):
        async for piece in blobs.stream(upload.parts[str(number)].key):
            await to_thread.run_sync(digest.update, piece)
    if digest.hexdigest() != upload.sha256:
        raise DigestMismatch(f"The whole has the SHA-256 {digest.hexdigest()}.")


async def check_room(settings: ApiSettings) -> None:
    """Raise StorageFull when the disk of a local store is nearly full."""
    if not settings.blobs_url.startswith("file://"):
        return
    usage = await to_thread.run_sync(shutil.disk_usage, settings.blobs_url.removeprefix("file://"))
    if usage.free < usage.total * settings.least_free_share:
        raise StorageFull
