"""Reads the images of a dataset into one array: in memory, or in a file where they are too many for it."""

import asyncio
import io
import math
import os
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image as PillowImage

from maskeraid_core.blobs import Blobs, image_key
from maskeraid_faces.images import SMALLEST_SIDE, Image, Images
from maskeraid_faces.training.image_set import check_sizes
from maskeraid_trainer.settings import TrainerSettings

READS_AT_ONCE = 32  # PNGs in flight; the largest has 0.2 MB


async def read_images(blobs: Blobs, images_of: Sequence[tuple[str, str]], settings: TrainerSettings) -> Images:
    """Images by owner and digest, uint8 (n, side, side, 3); beside them a few PNGs are in memory.

    Raises: InputGone, ArtifactCorrupt, MixedSizes.
    """
    if not images_of:
        return np.zeros((0, SMALLEST_SIDE, SMALLEST_SIDE, 3), np.uint8)
    first = await _read(blobs, *images_of[0])
    images = make_room((len(images_of), *first.shape), settings.images_in_memory_bytes, settings.scratch_folder)
    sizes: Counter[int] = Counter()
    turns = (turn for turn in enumerate(images_of))

    async def take_turns() -> None:
        for row, (owner, digest) in turns:
            image = await _read(blobs, owner, digest)
            sizes[image.shape[0]] += 1
            if image.shape == first.shape:
                images[row] = image

    try:
        await asyncio.gather(*(take_turns() for _ in range(READS_AT_ONCE)))
    finally:
        turns.close()  # when one has failed, the others take no more
    check_sizes(sizes)
    return images


def make_room(shape: tuple[int, ...], most_bytes: int, folder: Path | None) -> Images:
    """An array for images, its content undefined; above `most_bytes` it lies in a file without a name in `folder`.

    The system writes that file's pages back and takes their memory when it needs it; the file ends with the array.
    Raises OSError when there is no room for the file: later, writing to it would end the process.
    """
    needed = math.prod(shape)
    if needed <= most_bytes:
        return np.empty(shape, np.uint8)
    with tempfile.TemporaryFile(dir=folder) as file:
        os.posix_fallocate(file.fileno(), 0, needed)
        return np.memmap(file, np.uint8, "r+", shape=shape)


async def _read(blobs: Blobs, owner: str, digest: str) -> Image:
    """Pixels of a PNG that our own curator wrote: no stranger's bytes come here."""
    png = await blobs.get(image_key(owner, digest), digest)
    with PillowImage.open(io.BytesIO(png)) as picture:
        return np.asarray(picture.convert("RGB"))
