"""Bytes in an object store: a folder, S3, GCS, or Azure, by URL. Keys are ours, never from user input."""

import asyncio
import contextlib
import errno
import hashlib
import os
import re
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime
from pathlib import Path

import obstore
import structlog
from anyio import to_thread
from obstore.exceptions import AlreadyExistsError, BaseError, NotFoundError
from obstore.store import LocalStore, ObjectStore, from_url

from maskeraid_core.errors import ArtifactCorrupt, InputGone
from maskeraid_core.whole_files import write_whole

log = structlog.get_logger()

BlobsFailed = BaseError  # what any store raises beyond what is told here
CHUNK_BYTES = 1 << 20
LARGEST_WITHOUT_THUMBNAIL = 128  # pixels a side
LISTED_AT_ONCE = 1_000
_STAGED = re.compile(r".+#[0-9]+")  # how the store calls a file that is being written; keys have no such sign


def sha256_hex(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def image_key(tenant: str, sha256: str) -> str:
    """Where a tenant's sanitised image lies: a PNG under its own digest."""
    return f"t/{tenant}/images/{sha256}.png"


def thumbnail_key(tenant: str, sha256: str) -> str:
    """Where the WebP thumbnail of the image with this digest lies; a smaller one has none."""
    return f"t/{tenant}/thumbnails/{sha256}.webp"


def is_for_want_of_room(error: BaseError) -> bool:
    """Whether a disk, or its owner's share of it, is full. The store keeps the system's number only in its text."""
    return any(f"(os error {number})" in str(error) for number in (errno.ENOSPC, errno.EDQUOT))


class Blobs:
    """Put and get objects by key. Reads check the digest when it is given."""

    def __init__(self, url: str) -> None:
        self._store: ObjectStore = _open_store(url)

    async def put(self, key: str, data: bytes, *, create_only: bool = False) -> None:
        """Write one object whole. Raises FileExistsError when `create_only` and the key is taken."""
        try:
            await obstore.put_async(self._store, key, data, mode="create" if create_only else "overwrite")
        except AlreadyExistsError as error:
            raise FileExistsError(key) from error

    async def put_all(self, objects: Iterable[tuple[str, bytes]]) -> None:
        """Write several objects at once; on return all are there."""
        if isinstance(self._store, LocalStore):
            # Waiting for a file costs more than writing it: one thread, one by one, takes half the processor time.
            await to_thread.run_sync(_put_each, Path(self._store.prefix or "/"), list(objects))
        else:
            await asyncio.gather(*(self.put(key, data) for key, data in objects))

    async def put_content(self, prefix: str, data: bytes, suffix: str) -> tuple[str, str]:
        """Write bytes under their own digest; key and SHA-256 in hex. Writing twice is writing once."""
        digest = sha256_hex(data)
        key = f"{prefix}/{digest}{suffix}"
        await self.put(key, data)
        return key, digest

    async def put_stream(self, key: str, chunks: AsyncIterator[bytes]) -> tuple[int, str]:
        """Write an object from a stream in bounded memory; its length and SHA-256 in hex."""
        digest, length = hashlib.sha256(), 0
        async with obstore.open_writer_async(self._store, key) as writer:
            async for chunk in chunks:
                digest.update(chunk)
                length += len(chunk)
                await writer.write(chunk)
        return length, digest.hexdigest()

    async def get(self, key: str, sha256: str | None = None) -> bytes:
        """Read one object whole.

        Raises:
            InputGone: there is none.
            ArtifactCorrupt: its SHA-256 (hex) is not the one given.
        """
        try:
            found = await obstore.get_async(self._store, key)
            data = bytes(await found.bytes_async())
        except (NotFoundError, FileNotFoundError) as error:
            raise _gone(key) from error
        return _checked(data, key, sha256)

    async def get_all(self, objects: Sequence[tuple[str, str | None]]) -> list[bytes]:
        """Read several small objects at once, by key and SHA-256 (hex), in their order. Raises as `get` does."""
        if isinstance(self._store, LocalStore):  # as in `put_all`
            return await to_thread.run_sync(lambda: [self._get_now(*one) for one in objects])
        return list(await asyncio.gather(*(self.get(*one) for one in objects)))

    async def get_those_there(self, objects: Sequence[tuple[str, str | None]]) -> list[bytes | None]:
        """The same, with None for one that is gone or another."""
        if isinstance(self._store, LocalStore):
            return await to_thread.run_sync(lambda: [self._get_now_or_none(*one) for one in objects])
        return list(await asyncio.gather(*(self._get_or_none(*one) for one in objects)))

    def _get_now(self, key: str, sha256: str | None) -> bytes:
        try:
            return _checked(bytes(obstore.get(self._store, key).bytes()), key, sha256)
        except (NotFoundError, FileNotFoundError) as error:
            raise _gone(key) from error

    def _get_now_or_none(self, key: str, sha256: str | None) -> bytes | None:
        try:
            return self._get_now(key, sha256)
        except (InputGone, ArtifactCorrupt):
            return None

    async def _get_or_none(self, key: str, sha256: str | None) -> bytes | None:
        try:
            return await self.get(key, sha256)
        except (InputGone, ArtifactCorrupt):
            return None

    async def stream(self, key: str) -> AsyncIterator[bytes]:
        """Read one object in chunks of about 1 MiB."""
        try:
            found = await obstore.get_async(self._store, key)
        except (NotFoundError, FileNotFoundError) as error:
            raise _gone(key) from error
        async for chunk in found.stream(min_chunk_size=CHUNK_BYTES):
            yield bytes(chunk)

    async def get_range(self, key: str, start: int, end: int, sha256: str | None = None) -> bytes:
        """Bytes `start` to `end` (exclusive) of an object, checked like those of `get`."""
        try:
            data = bytes(await obstore.get_range_async(self._store, key, start=start, end=end))
        except (NotFoundError, FileNotFoundError) as error:
            raise _gone(key) from error
        return _checked(data, key, sha256)

    async def exists(self, key: str) -> bool:
        try:
            await obstore.head_async(self._store, key)
        except (NotFoundError, FileNotFoundError):
            return False
        return True

    async def keys(self, prefix: str) -> list[str]:
        """Every key under a prefix."""
        found: list[str] = []
        async for batch in obstore.list(self._store, prefix):
            found.extend(entry["path"] for entry in batch)
        return found

    async def folders(self, prefix: str) -> list[str]:
        """What lies directly under a prefix and has something under it, as prefixes."""
        found = await obstore.list_with_delimiter_async(self._store, prefix)
        return list(found["common_prefixes"])

    async def older(self, prefix: str, than: datetime) -> AsyncIterator[list[str]]:
        """Keys under a prefix that were written before then, by the store's clock; a batch of 1,000 at most a time."""
        async for batch in obstore.list(self._store, prefix, chunk_size=LISTED_AT_ONCE):
            if found := [entry["path"] for entry in batch if entry["last_modified"] < than]:
                yield found

    async def delete_unfinished(self, than: datetime) -> int:
        """Delete what a killed process left of objects that it was writing, last touched before then; how many.

        A folder holds them beside where they were to be, under names that no listing shows (`content.zip#1`); of an
        upload in parts to S3, GCS, or Azure the bucket's lifecycle rule disposes.
        """
        if not isinstance(self._store, LocalStore) or self._store.prefix is None:
            return 0
        return await to_thread.run_sync(_delete_staged, Path(self._store.prefix), than.timestamp())

    async def copy(self, key: str, to: str) -> None:
        """Write an object once more under another key, in the store itself. Raises: InputGone."""
        try:
            await obstore.copy_async(self._store, key, to)
        except (NotFoundError, FileNotFoundError) as error:
            raise _gone(key) from error

    async def delete(self, keys: Iterable[str]) -> None:
        """Delete objects; one that is gone already is no error."""
        for key in keys:
            try:
                await obstore.delete_async(self._store, key)
            except (NotFoundError, FileNotFoundError):
                continue


def _put_each(folder: Path, objects: Iterable[tuple[str, bytes]]) -> None:
    for key, data in objects:
        try:
            write_whole(folder / key, data)
        except OSError as error:  # what the store itself would raise, and in its words
            raise BlobsFailed(f"cannot write an object: {error.strerror} (os error {error.errno})") from error


def _delete_staged(folder: Path, before: float) -> int:
    count = 0
    for place, _, names in os.walk(folder):  # a second for a million files
        for path in [Path(place, name) for name in names if "#" in name and _STAGED.fullmatch(name)]:
            with contextlib.suppress(FileNotFoundError):  # it was finished meanwhile
                if path.stat().st_mtime < before:
                    path.unlink()
                    count += 1
    return count


def _gone(key: str) -> InputGone:
    """Where it lay is for the log: a key names a tenant, and messages of errors reach other people."""
    log.warning("object gone", key=key)
    return InputGone()


def _checked(data: bytes, key: str, sha256: str | None) -> bytes:
    if sha256 is not None and sha256_hex(data) != sha256:
        log.error("object without its digest", key=key)
        raise ArtifactCorrupt
    return data


def _open_store(url: str) -> ObjectStore:
    if not url.startswith("file://"):
        return from_url(url)
    folder = Path(url.removeprefix("file://"))
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return LocalStore(folder)
