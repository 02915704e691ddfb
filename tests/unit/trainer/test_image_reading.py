"""Images are read into one array, a few at a time: into memory, or into a file where they are too many."""

import io
import os
import resource
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from anyio.lowlevel import checkpoint
from PIL import Image as PillowImage

from maskeraid_core.blobs import Blobs, image_key, sha256_hex
from maskeraid_core.errors import InputGone
from maskeraid_faces.drawn import draw_faces
from maskeraid_faces.errors import MixedSizes
from maskeraid_faces.images import Image, Images
from maskeraid_trainer.image_reading import READS_AT_ONCE, make_room, read_images
from maskeraid_trainer.settings import TrainerSettings

FACES = draw_faces("faces-light").images


class CountingBlobs(Blobs):
    """Counts what is read, and how many reads are under way at once."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.reads = self.under_way = self.most_under_way = 0

    async def get(self, key: str, sha256: str | None = None) -> bytes:
        self.reads += 1
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        await checkpoint()
        found = await super().get(key, sha256)
        self.under_way -= 1
        return found


@pytest.fixture
def blobs(tmp_path: Path) -> CountingBlobs:
    return CountingBlobs(f"file://{tmp_path}/blobs")


async def put(blobs: Blobs, images: Images | Sequence[Image]) -> list[str]:
    digests: list[str] = []
    for image in images:
        buffer = io.BytesIO()
        PillowImage.fromarray(image).save(buffer, "png")
        digests.append(sha256_hex(buffer.getvalue()))
        await blobs.put(image_key("ten_1", digests[-1]), buffer.getvalue())
    return digests


def settings(folder: Path, most_bytes: int) -> TrainerSettings:
    return TrainerSettings(environment="test", scratch_folder=folder, images_in_memory_bytes=most_bytes)


class TestReading:
    @pytest.mark.parametrize("most_bytes", [FACES.nbytes, FACES.nbytes - 1])
    async def test_gives_the_images_in_order_wherever_they_lie(
        self, blobs: CountingBlobs, tmp_path: Path, most_bytes: int
    ) -> None:
        digests = await put(blobs, FACES)
        images = await read_images(blobs, [("ten_1", digest) for digest in digests], settings(tmp_path, most_bytes))
        np.testing.assert_array_equal(images, FACES)
        assert isinstance(images, np.memmap) == (most_bytes < FACES.nbytes)
        assert os.listdir(tmp_path) == ["blobs"]  # the file has no name
        assert 1 < blobs.most_under_way <= READS_AT_ONCE

    async def test_of_none_is_empty(self, blobs: CountingBlobs, tmp_path: Path) -> None:
        assert len(await read_images(blobs, [], settings(tmp_path, 0))) == 0

    async def test_counts_the_sizes_where_they_differ(self, blobs: CountingBlobs, tmp_path: Path) -> None:
        digests = await put(blobs, [*FACES[:9], *FACES[:3, :16, :16]])
        with pytest.raises(MixedSizes) as caught:
            await read_images(blobs, [("ten_1", digest) for digest in digests], settings(tmp_path, 0))
        assert caught.value.facts["sizes"] == {"16": 3, "32": 9}

    async def test_ends_with_an_image_that_is_gone(self, blobs: CountingBlobs, tmp_path: Path) -> None:
        digests = await put(blobs, FACES)
        await blobs.delete([image_key("ten_1", digests[1])])
        with pytest.raises(InputGone):
            await read_images(blobs, [("ten_1", digest) for digest in digests], settings(tmp_path, 0))
        assert blobs.reads < len(digests)


class TestRoom:
    def test_on_a_disk_that_is_full_is_refused_at_once(self, tmp_path: Path) -> None:
        with files_of_at_most(5000), pytest.raises(OSError, match="File too large"):
            make_room((1000, 16, 16, 3), 0, tmp_path)
        assert make_room((1000, 16, 16, 3), 0, tmp_path).shape == (1000, 16, 16, 3)


@contextmanager
def files_of_at_most(number: int) -> Iterator[None]:
    """As if the disk had room for so many bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (number, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
