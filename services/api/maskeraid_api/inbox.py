"""Bytes as they came, put away unread: who parses them is a limited child of a worker."""

import unicodedata
from collections.abc import AsyncIterator

from starlette.datastructures import UploadFile
from ulid import ULID

from maskeraid_core.blobs import Blobs, sha256_hex
from maskeraid_core.documents.datasets import StoredFile

PIECE = 2**20
LONGEST_LABEL = 255  # bytes


def inbox_key(tenant: str) -> str:
    """A new place for something that came in."""
    return f"t/{tenant}/inbox/{ULID()}"


async def store_file(blobs: Blobs, tenant: str, file: UploadFile) -> StoredFile:
    """Put a file away in bounded memory."""
    key = inbox_key(tenant)
    length, sha256 = await blobs.put_stream(key, _pieces(file))
    return StoredFile(name=label(file.filename or "file"), bytes=length, sha256=sha256, keys=[key])


async def store_bytes(blobs: Blobs, tenant: str, name: str, data: bytes) -> StoredFile:
    """Put a small file away in one write."""
    key = inbox_key(tenant)
    await blobs.put(key, data)
    return StoredFile(name=label(name), bytes=len(data), sha256=sha256_hex(data), keys=[key])


async def _pieces(file: UploadFile) -> AsyncIterator[bytes]:
    while piece := await file.read(PIECE):
        yield piece


def label(name: str) -> str:
    """A file's name as a label for people: never a path, no control characters, at most 255 bytes."""
    plain = unicodedata.normalize("NFC", name)
    visible = "".join(char for char in plain if unicodedata.category(char)[0] != "C")
    return visible.encode()[:LONGEST_LABEL].decode(errors="ignore") or "file"
