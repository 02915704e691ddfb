"""The first bytes of pictures: what is none, or too large, is refused before there is a job."""

import io
from contextlib import suppress
from typing import Any

import numpy as np
import pytest
from PIL import Image

from maskeraid_api.picture_heads import MOST_PIXELS, PNG, check_head
from maskeraid_core.errors import TooLarge, UnsupportedMedia

WIDE = (8001, 5000)  # pixels: a row of 5,000 too many


def saved(kind: str, size: tuple[int, int], **options: Any) -> bytes:  # noqa: ANN401 Pillow's own
    packed = io.BytesIO()
    Image.new("RGB", size).save(packed, kind, **options)
    return packed.getvalue()


KINDS: list[tuple[str, dict[str, Any]]] = [
    ("PNG", {}), ("JPEG", {}), ("JPEG", {"progressive": True, "exif": b"Exif\0\0" + bytes(60_000)}),
    ("WEBP", {"lossless": True}), ("WEBP", {"quality": 1, "method": 0}), ("WEBP", {"exif": b"Exif\0\0", "method": 0}),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "options"), KINDS, ids=str)
def test_pixels_are_counted_in_every_kind(kind: str, options: dict[str, Any]) -> None:
    check_head(saved(kind, (8000, 5000), **options), "image")
    with pytest.raises(TooLarge, match="8001 x 5000") as refused:
        check_head(saved(kind, WIDE, **options), "image")
    assert refused.value.facts == {"parameter": "image", "limit": MOST_PIXELS}


@pytest.mark.parametrize("data", [b"", b"a text", b"GIF89a", b"\x89PN", b"%PDF-1.7", b"\0" * 99], ids=repr)
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    with pytest.raises(UnsupportedMedia, match="neither a PNG, a JPEG, nor a WebP"):
        check_head(data, "image")


def test_heads_that_tell_no_size_are_left_to_the_job() -> None:
    noise = np.random.default_rng(7)
    for kind, options in KINDS:
        whole = saved(kind, (64, 64), **options)
        for length in range(12, 64):
            check_head(whole[:length], "image")
        for _ in range(200):
            changed = bytearray(whole[:200])
            changed[int(noise.integers(24, len(changed)))] = int(noise.integers(256))
            with suppress(TooLarge, UnsupportedMedia):
                check_head(bytes(changed), "image")
    check_head(PNG, "image")
