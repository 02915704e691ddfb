"""The sanitiser of single images: its child is kept, replaced, and never trusted with more than an image."""

import io
import os
import signal

import numpy as np
import pytest
from PIL import Image

from maskeraid_core.image_sanitiser import ImageRejected, ImageSanitiser
from maskeraid_core.limited_child import ChildDied

SIDES = {"largest": 64}


def png(side: int = 32) -> bytes:
    packed = io.BytesIO()
    Image.fromarray(np.arange(side * side * 3, dtype=np.uint8).reshape(side, side, 3)).save(packed, "PNG")
    return packed.getvalue()


class TestImageSanitiser:
    def test_pixels_and_png_agree(self) -> None:
        with ImageSanitiser() as sanitiser:
            picture = sanitiser.sanitise(png(48), SIDES)
        pixels = np.frombuffer(picture.pixels, np.uint8).reshape(picture.height, picture.width, 3)
        assert np.array_equal(pixels, np.asarray(Image.open(io.BytesIO(picture.png))))
        assert (picture.width, picture.height, picture.grey, picture.thumbnail) == (48, 48, False, None)

    def test_refusal_keeps_the_child(self) -> None:
        with ImageSanitiser() as sanitiser:
            with pytest.raises(ImageRejected, match="not a JPEG, PNG, or WebP") as refused:
                sanitiser.sanitise(b"%PDF-1.7", SIDES)
            assert refused.value.code == "unreadable_image"
            assert sanitiser.sanitise(png(), SIDES).width == 32

    def test_dead_child_is_replaced_before_the_next_image(self) -> None:
        with ImageSanitiser() as sanitiser:
            assert sanitiser._child is not None
            os.kill(sanitiser._child.pid, signal.SIGKILL)
            sanitiser._child._process.wait()
            assert sanitiser.sanitise(png(), SIDES).width == 32

    def test_image_that_kills_is_refused_and_the_next_one_served(self) -> None:
        with ImageSanitiser() as sanitiser:
            assert sanitiser._child is not None
            os.kill(sanitiser._child.pid, signal.SIGSTOP)
            sanitiser._child._send = lambda frame, seconds: os.kill(sanitiser._child.pid, signal.SIGKILL)  # type: ignore[method-assign, union-attr]
            with pytest.raises(ImageRejected, match="within the limits"):
                sanitiser.sanitise(png(), SIDES)
            assert sanitiser.sanitise(png(), SIDES).width == 32

    def test_child_that_does_not_come_up_is_no_fault_of_the_image(self) -> None:
        with pytest.raises(ChildDied, match="nonesuch"):
            ImageSanitiser("nonesuch").sanitise(png(), SIDES)
