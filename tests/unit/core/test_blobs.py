"""Bytes in a folder: whole or not at all, and checked on the way out."""

import asyncio
import errno
import os
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from maskeraid_core import whole_files
from maskeraid_core.blobs import Blobs, BlobsFailed, is_for_want_of_room, sha256_hex
from maskeraid_core.errors import ArtifactCorrupt, InputGone


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs(f"file://{tmp_path}/blobs")


async def pieces(count: int) -> AsyncIterator[bytes]:
    for number in range(count):
        yield bytes([number % 256]) * 100_000


class TestBlobs:
    async def test_what_was_put_comes_back(self, blobs: Blobs) -> None:
        key, digest = await blobs.put_content("t/ten_1/images", b"pixels", ".png")
        assert key == f"t/ten_1/images/{sha256_hex(b'pixels')}.png"
        assert await blobs.get(key, digest) == b"pixels"

    async def test_a_flipped_byte_is_noticed(self, blobs: Blobs, tmp_path: Path) -> None:
        key, digest = await blobs.put_content("t", b"pixels", "")
        (tmp_path / "blobs" / key).write_bytes(b"pixelt")
        with pytest.raises(ArtifactCorrupt) as damaged:
            await blobs.get(key, digest)
        assert (str(damaged.value), damaged.value.facts) == ("A stored file no longer has its digest.", {})

    async def test_what_is_gone_is_said_to_be_gone(self, blobs: Blobs) -> None:
        with pytest.raises(InputGone):
            await blobs.get("t/none")
        with pytest.raises(InputGone):
            _ = [chunk async for chunk in blobs.stream("t/none")]

    async def test_no_message_says_where_it_lay(self, blobs: Blobs) -> None:
        key = "t/ten_1/images/0.png"
        for read in (blobs.get(key), blobs.get_range(key, 0, 1), blobs.copy(key, "t/b")):
            with pytest.raises(InputGone, match="An object that the job needs was deleted") as gone:
                await read
            assert gone.value.facts == {}

    async def test_create_only_never_overwrites(self, blobs: Blobs) -> None:
        await blobs.put("t/a", b"first", create_only=True)
        with pytest.raises(FileExistsError):
            await blobs.put("t/a", b"second", create_only=True)
        assert await blobs.get("t/a") == b"first"

    async def test_a_stream_is_counted_and_digested(self, blobs: Blobs) -> None:
        length, digest = await blobs.put_stream("t/big", pieces(40))
        whole = b"".join([chunk async for chunk in blobs.stream("t/big")])
        assert (length, digest) == (len(whole), sha256_hex(whole))
        assert await blobs.get_range("t/big", 99_999, 100_001) == b"\x00\x01"

    async def test_keys_are_found_and_deleted_by_prefix(self, blobs: Blobs) -> None:
        await blobs.put_all([("t/a/1", b""), ("t/a/2", b""), ("t/b/1", b"")])
        assert sorted(await blobs.keys("t/a")) == ["t/a/1", "t/a/2"]
        await blobs.delete(["t/a/1", "t/a/1"])
        assert await blobs.keys("t/a") == ["t/a/2"]


class TestSeveral:
    async def test_come_in_their_order_and_checked(self, blobs: Blobs) -> None:
        stored = [await blobs.put_content("t", data, "") for data in (b"a", b"b")]
        assert await blobs.get_all([stored[1], stored[0], stored[1]]) == [b"b", b"a", b"b"]
        with pytest.raises(ArtifactCorrupt):
            await blobs.get_all([stored[0], (stored[1][0], stored[0][1])])
        with pytest.raises(InputGone):
            await blobs.get_all([("t/none", stored[0][1])])

    async def test_are_written_whole_beside_what_a_killed_writer_left(self, blobs: Blobs, tmp_path: Path) -> None:
        folder = tmp_path / "blobs/t/ten_1/images"
        await blobs.put_all([("t/ten_1/images/a", b"first")])
        (folder / "a#1").write_bytes(b"ha")
        await blobs.put_all([("t/ten_1/images/a", b"second"), ("t/ten_1/thumbnails/a", b"small")])
        both = [("t/ten_1/images/a", None), ("t/ten_1/thumbnails/a", None)]
        assert await blobs.get_all(both) == [b"second", b"small"]
        assert sorted(path.name for path in folder.iterdir()) == ["a", "a#1"]

    async def test_that_cannot_be_written_leave_nothing(
        self, blobs: Blobs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*_: object) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        monkeypatch.setattr(whole_files.os, "rename", refuse)
        with pytest.raises(BlobsFailed) as failed:
            await blobs.put_all([("t/ten_1/a", b"pixels")])
        assert is_for_want_of_room(failed.value)
        assert str(tmp_path) not in str(failed.value)
        assert not list((tmp_path / "blobs/t/ten_1").iterdir())


KILLED_AMID_A_WRITE = """
import asyncio, os, sys
from maskeraid_core.blobs import Blobs

async def pieces():
    for _ in range(30):
        yield bytes(1 << 20)
    os.kill(os.getpid(), 9)

asyncio.run(Blobs(sys.argv[1]).put_stream("t/ten_1/jobs/exp_1/attempt-1/content.zip", pieces()))
"""


class TestUnfinished:
    async def test_what_a_killed_writer_left_goes_and_nothing_else(self, blobs: Blobs, tmp_path: Path) -> None:
        await blobs.put("t/ten_1/whole", b"kept")
        command = [sys.executable, "-c", KILLED_AMID_A_WRITE, f"file://{tmp_path}/blobs"]
        process = await asyncio.create_subprocess_exec(*command)
        assert await process.wait() == -9
        files = [path for path in (tmp_path / "blobs").rglob("*") if path.is_file()]
        assert sorted(path.name for path in files) == ["content.zip#1", "whole"]
        assert await blobs.keys("t") == ["t/ten_1/whole"]
        assert await blobs.delete_unfinished(datetime.now(UTC) - timedelta(hours=1)) == 0
        assert await blobs.delete_unfinished(datetime.now(UTC) + timedelta(hours=1)) == 1
        assert [path.name for path in (tmp_path / "blobs").rglob("*") if path.is_file()] == ["whole"]
        assert await blobs.get("t/ten_1/whole") == b"kept"


class TestFullDisk:
    """The words are those of obstore's local store on a full tmpfs."""

    def test_is_told_from_other_failures(self) -> None:
        full = "Generic LocalFileSystem error: Unable to copy data to file: No space left on device (os error 28)"
        assert is_for_want_of_room(BlobsFailed(full))
        assert not is_for_want_of_room(BlobsFailed(full.replace("28", "5")))
