"""What is measured of an image: drawn faces are fine as they are, pictures that lost something are told of."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from maskeraid_faces.drawing.lifelike import draw_lifelike_face
from maskeraid_faces.drawn import draw_faces
from maskeraid_faces.images import Image
from maskeraid_faces.measures import WARNINGS, Measures, measure

SETS = (
    "faces-light", "faces-medium", "faces-dark",
    "faces-light-balanced", "faces-medium-balanced", "faces-dark-balanced", "faces-test",
)  # fmt: skip


@pytest.fixture(scope="module")
def photos() -> list[Image]:
    """Faces that have as many colours and as soft rims as photographs, in good light."""
    random = np.random.default_rng(3)
    faces = [draw_lifelike_face(64, random) for _ in range(24)]
    return [face for face in faces if not measure(face).warnings]


def warned(images: list[Image]) -> list[tuple[str, ...]]:
    return [measure(image).warnings for image in images]


def pixels(values: NDArray[np.floating]) -> Image:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


class TestWarnings:
    @pytest.mark.parametrize("name", SETS)
    def test_drawn_faces_have_none(self, name: str) -> None:
        images = list(draw_faces(name).images[::3])
        assert set(warned(images)) == {()}
        assert set(warned([image.repeat(2, 0).repeat(2, 1) for image in images])) == {()}

    def test_lifelike_faces_seldom_have_one(self, photos: list[Image]) -> None:
        assert len(photos) >= 20

    def test_a_photo_shrunk_to_32_pixels_is_too_small(self, photos: list[Image]) -> None:
        small = [np.asarray(cv2.resize(one, (32, 32), interpolation=cv2.INTER_AREA), np.uint8) for one in photos]
        assert all("face_too_small" in codes for codes in warned(small))

    def test_the_size_of_the_face_counts_and_not_that_of_the_picture(self, photos: list[Image]) -> None:
        assert measure(photos[0], face_size=40).warnings == ("face_too_small",)
        assert measure(photos[0], face_size=40).face_size == 40

    def test_blurred(self, photos: list[Image]) -> None:
        assert all("blurred" in one for one in warned([cv2.GaussianBlur(face, (0, 0), 2) for face in photos]))

    def test_sharpness_does_not_depend_on_contrast(self, photos: list[Image]) -> None:
        paler = [pixels(face * 0.5 + 60) for face in photos]
        ratios = [measure(pale).sharpness / measure(face).sharpness for pale, face in zip(paler, photos, strict=True)]
        assert np.allclose(ratios, 1, atol=0.1)

    @pytest.mark.parametrize(
        ("code", "scale", "offset"), [("too_dark", 0.2, 0), ("too_bright", 0.3, 215), ("flat", 0.05, 110)]
    )
    def test_light(self, photos: list[Image], code: str, scale: float, offset: float) -> None:
        assert all(code in one for one in warned([pixels(face * scale + offset) for face in photos]))

    def test_each_is_in_words(self) -> None:
        assert all(WARNINGS.values())


class TestLook:
    def test_is_the_mean_of_each_area(self) -> None:
        image = np.random.default_rng(1).integers(0, 256, (24, 24, 3)).astype(np.uint8)
        look = np.frombuffer(measure(image).look, np.uint8).reshape(8, 8, 3)
        by_hand = image.reshape(8, 3, 8, 3, 3).mean((1, 3))
        assert np.abs(look - by_hand).max() <= 0.51

    def test_hash_stays_when_a_photo_gets_smaller_or_brighter(self, photos: list[Image]) -> None:
        def bits(image: Image) -> int:
            found = measure(image).phash
            assert found is not None
            return found

        for face in photos:
            smaller = np.asarray(cv2.resize(face, (48, 48), interpolation=cv2.INTER_AREA), np.uint8)
            assert (bits(face) ^ bits(smaller)).bit_count() <= 6
            assert (bits(face) ^ bits(pixels(face * 0.9 + 8.0))).bit_count() <= 6
        assert len({bits(face) for face in photos}) == len(photos)

    def test_drawn_faces_have_no_hash_that_would_take_them_for_one_another(self) -> None:
        assert {measure(image).phash for image in draw_faces("faces-light").images} == {None}

    def test_plain_values_give_the_same_again(self, photos: list[Image]) -> None:
        found = measure(photos[0])
        assert Measures.from_dict(found.to_dict()) == found
