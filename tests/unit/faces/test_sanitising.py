"""Images of strangers: what is refused and why, and that only pixels are kept of the rest."""

import contextlib
import io
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image as Pictures
from PIL import ImageFile, WebPImagePlugin
from tests.unit.faces import odd_images
from tests.unit.faces.odd_images import CANARY, FACE, HOSTILE, LARGE, ODD, packed

from maskeraid_faces.errors import BadImage
from maskeraid_faces.png import encode_png
from maskeraid_faces.sanitising import SanitisedImage, sanitise, says_generated
from maskeraid_faces.sanitising_sides import Sides

FACES = Sides(2048, 16, is_square=True)
MAPS = Sides(2048)
PIXELS: NDArray[np.uint8] = np.asarray(FACE)

TURNS: dict[int, Callable[[NDArray[np.uint8]], NDArray[np.uint8]]] = {  # what each orientation of EXIF asks for
    1: lambda pixels: pixels,
    2: np.fliplr,
    3: lambda pixels: np.rot90(pixels, 2),
    4: np.flipud,
    5: lambda pixels: pixels.transpose(1, 0, 2),
    6: lambda pixels: np.rot90(pixels, -1),
    7: lambda pixels: np.rot90(pixels, 2).transpose(1, 0, 2),
    8: np.rot90,
}


def decoded(png: bytes) -> Pictures.Image:
    picture = Pictures.open(io.BytesIO(png))
    picture.load()
    return picture


def largest_difference(one: SanitisedImage, pixels: NDArray[np.integer]) -> int:
    return int(np.abs(one.pixels.astype(int) - pixels).max())


@pytest.mark.parametrize("make", ODD.values(), ids=ODD.keys())
class TestOddImages:
    def test_become_png_of_pixels_alone(self, make: Callable[[], bytes]) -> None:
        image = sanitise(make())
        picture = decoded(image.png)
        assert (picture.format, picture.mode, picture.size) == ("PNG", "RGB", (image.width, image.height))
        np.testing.assert_array_equal(np.asarray(picture), image.pixels)
        assert picture.info == {}
        assert CANARY not in image.png
        assert {image.png[start + 4 : start + 8] for start in _chunk_starts(image.png)} == {b"IHDR", b"IDAT", b"IEND"}


def _chunk_starts(png: bytes) -> list[int]:
    starts, position = [], 8
    while position < len(png):
        starts.append(position)
        position += 12 + int.from_bytes(png[position : position + 4], "big")
    return starts


class TestHostileImages:
    @pytest.mark.parametrize(("reason", "make"), HOSTILE.values(), ids=HOSTILE.keys())
    def test_are_refused_with_a_reason(self, reason: str, make: Callable[[], bytes]) -> None:
        # The bombs hold no pixels: decoded before their size is checked, they would be unreadable.
        with pytest.raises(BadImage) as caught:
            sanitise(make())
        assert caught.value.facts["reason"] == reason

    def test_of_another_format_are_told_the_right_ones(self) -> None:
        with pytest.raises(BadImage, match=r"^not a JPEG, PNG, or WebP: save it as one of them$"):
            sanitise(packed(FACE, "GIF"))

    def test_are_many(self) -> None:
        assert len(HOSTILE) + len(ODD) >= 40

    def test_mutated_end_in_an_image_or_a_reason(self) -> None:
        sources = [make() for make in ODD.values()]
        accepted = 0
        for seed in range(1000):
            with contextlib.suppress(BadImage):
                image = sanitise(odd_images.mutated(sources[seed % len(sources)], seed))
                assert decoded(image.png).size == (image.width, image.height)
                accepted += 1
        assert 50 < accepted < 950  # the mutations reach both ends


class TestSides:
    @pytest.mark.parametrize("sides", [FACES, MAPS], ids=["face", "map"])
    @pytest.mark.parametrize("make", LARGE.values(), ids=LARGE.keys())
    def test_are_told_by_the_header(
        self, make: Callable[[], bytes], sides: Sides, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        content = make()
        assert len(content) < 400_000
        for kind in (Pictures.Image, ImageFile.ImageFile, WebPImagePlugin.WebPImageFile):
            monkeypatch.setattr(kind, "load", lambda _: pytest.fail("a pixel was decoded"))
        with pytest.raises(BadImage, match="to 2048 pixels") as caught:
            sanitise(content, sides)
        assert caught.value.facts["reason"] == "resolution"

    @pytest.mark.parametrize(
        ("size", "reason"),
        [((8, 8), "too_small"), ((64, 8), "too_small"), ((32, 40), "resolution"), ((33, 33), "resolution"),
         ((264, 264), "resolution")],
    )  # fmt: skip
    def test_that_are_not_wanted_have_a_reason(self, size: tuple[int, int], reason: str) -> None:
        with pytest.raises(BadImage) as caught:
            Sides(256, 16, 8, is_square=True).check(*size)
        assert caught.value.facts["reason"] == reason

    @pytest.mark.parametrize("side", [16, 200, 256])
    def test_that_are_wanted_pass(self, side: int) -> None:
        Sides(256, 16, 8, is_square=True).check(side, side)

    def test_of_a_map_may_differ(self) -> None:
        assert sanitise(packed(FACE.resize((40, 2048)), "PNG"), MAPS).height == 2048

    def test_the_remedy_is_named(self) -> None:
        with pytest.raises(BadImage, match=r"^64 x 32 pixels: crop it to a square of 16 to 2048 pixels$"):
            FACES.check(64, 32)


class TestPixels:
    @pytest.mark.parametrize(
        "name", ["png", "lossless webp", "16-bit colour", "text chunk", "profile of another space"]
    )
    def test_of_exact_formats_are_kept(self, name: str) -> None:
        np.testing.assert_array_equal(sanitise(ODD[name]()).pixels, PIXELS)

    def test_of_any_shape_and_colour_are_packed_as_they_are(self) -> None:
        dice = np.random.default_rng(1)
        for height, width in ((1, 1), (1, 70), (70, 1), (33, 57)):
            pixels = dice.integers(0, 256, (height, width, 3), np.uint8)
            for image, is_grey in ((pixels, False), (np.repeat(pixels[..., :1], 3, axis=2), True)):
                np.testing.assert_array_equal(np.asarray(decoded(encode_png(image, has_repeats=is_grey))), image)

    def test_of_16_bit_grey_are_scaled(self) -> None:
        expected = np.rint(np.linspace(0, 65535, 1024).astype(np.uint16) / 257).reshape(32, 32, 1)
        np.testing.assert_array_equal(sanitise(ODD["16-bit grey"]()).pixels, np.repeat(expected, 3, axis=2))

    @pytest.mark.parametrize("name", ["alpha png", "alpha webp"])
    def test_that_are_transparent_lie_on_white(self, name: str) -> None:
        pixels = sanitise(ODD[name]()).pixels
        assert (pixels[:, :16] == 255).all()
        np.testing.assert_array_equal(pixels[:, 16:], PIXELS[:, 16:])

    def test_of_the_key_colour_lie_on_white(self) -> None:
        background = (PIXELS == (120, 180, 220)).all(-1)
        pixels = sanitise(ODD["colour key"]()).pixels
        assert (pixels[background] == 255).all()
        np.testing.assert_array_equal(pixels[~background], PIXELS[~background])

    @pytest.mark.parametrize("orientation", TURNS)
    def test_are_turned_upright(self, orientation: int) -> None:
        image = sanitise(odd_images.with_exif("PNG", orientation))
        np.testing.assert_array_equal(image.pixels, TURNS[orientation](PIXELS))

    def test_are_brought_to_srgb_by_their_profile(self) -> None:
        pure = Pictures.new("RGB", (16, 16), (255, 0, 0))
        image = sanitise(packed(pure, "PNG", icc_profile=odd_images.profile_with_red_and_green_swapped()))
        assert largest_difference(image, np.array([0, 255, 0])) <= 1

    def test_of_a_broken_profile_count_as_untagged(self) -> None:
        assert largest_difference(sanitise(ODD["broken profile"]()), np.asarray(decoded(packed(FACE, "JPEG")))) <= 1

    def test_of_the_first_of_several_pictures_are_kept(self) -> None:
        assert np.abs(sanitise(odd_images.two_pictures_in_one_jpeg()).pixels.astype(int) - PIXELS).mean() < 12


class TestFacts:
    @pytest.mark.parametrize(("name", "grey"), [("grey png", True), ("16-bit grey", True), ("png", False)])
    def test_grey_is_told_by_the_pixels(self, name: str, grey: bool) -> None:
        assert sanitise(ODD[name]()).grey is grey

    def test_small_images_have_no_thumbnail(self) -> None:
        assert sanitise(packed(FACE.resize((128, 128)), "PNG")).thumbnail is None

    def test_thumbnail_is_a_webp_of_side_128(self) -> None:
        thumbnail = sanitise(packed(FACE.resize((256, 512)), "PNG")).thumbnail
        assert thumbnail is not None
        picture = Pictures.open(io.BytesIO(thumbnail))
        assert (picture.format, picture.size) == ("WEBP", (64, 128))

    def test_same_bytes_give_the_same_png(self) -> None:
        content = packed(FACE, "JPEG")
        assert sanitise(content).png == sanitise(content).png


class TestGenerated:
    XMP = "http://cv.iptc.org/newscodes/digitalsourcetype/{}"

    @pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
    @pytest.mark.parametrize("source", ["compositeWithTrainedAlgorithmicMedia", "trainedAlgorithmicMedia"])
    def test_what_says_so_in_any_format_is_known(self, kind: str, source: str) -> None:
        said, data = self.XMP.format(source), io.BytesIO()
        if kind == "PNG":
            data.write(encode_png(PIXELS, xmp=said))
        else:
            FACE.save(data, kind, xmp=said.encode())
        assert says_generated(data.getvalue())

    def test_others_are_not(self) -> None:
        assert not says_generated(encode_png(PIXELS))
        assert not says_generated(encode_png(PIXELS, xmp=self.XMP.format("digitalCapture")))
