"""Results are recognised when they come back resized or packed again; the faces that they were made of are not."""

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.unit.faces.jittered import COPIES

from maskeraid_faces.coverings.shapes import box, lower_face, sunglasses
from maskeraid_faces.drawing.lifelike import draw_lifelike_face
from maskeraid_faces.drawn import draw_faces
from maskeraid_faces.images import Covering, Image
from maskeraid_faces.own_outputs import LARGEST_SIDE, describe_output, hash_of, is_one_of, near
from maskeraid_faces.sizes import fit_image

SIDE = 64


def lifelike(seed: int, side: int = SIDE) -> Image:
    return draw_lifelike_face(side, np.random.default_rng(seed))


def result(seed: int, covering: Covering) -> tuple[Image, Image]:
    """A face, and the same with another under the covering, which as a fill does is not far from it."""
    face = lifelike(seed)
    between = (face.astype(np.uint16) + lifelike(seed + 1_000)) // 2
    return face, np.where(covering[..., None], between, face).astype(np.uint8)


def recognises(image: Image, final: Image, covering: Covering) -> bool:
    """As the register does: by the hash, then by the filled part."""
    output, phash = describe_output(final, covering), hash_of(image)
    assert output.phash is not None
    hashes: NDArray[np.uint64] = np.array([output.phash], np.uint64)
    return phash is not None and len(near(phash, hashes)) == 1 and is_one_of(image, [output])


@pytest.mark.parametrize("covering", [lower_face(SIDE), sunglasses(SIDE)], ids=["lower", "eyes"])
@pytest.mark.parametrize("seed", range(8))
class TestRecognising:
    @pytest.mark.parametrize("copy", ["repacked", "resized"])
    def test_a_copy_is_recognised(self, copy: str, seed: int, covering: Covering) -> None:
        _, final = result(seed, covering)
        assert recognises(COPIES[copy](final), final, covering)

    def test_twice_the_size_is_recognised(self, seed: int, covering: Covering) -> None:
        _, final = result(seed, covering)
        assert recognises(fit_image(final, 2 * SIDE), final, covering)

    def test_the_face_itself_is_not(self, seed: int, covering: Covering) -> None:
        face, final = result(seed, covering)
        assert not recognises(face, final, covering)
        assert not recognises(COPIES["repacked"](face), final, covering)


def test_only_cells_that_are_mostly_filled_count() -> None:
    """Two specks far apart: their box holds the whole face, which is as it was."""
    covering = box(SIDE, (4, 12), (4, 12)) | box(SIDE, (52, 60), (52, 60))
    face = lifelike(1)
    final = np.where(covering[..., None], np.where(face > 128, face - 12, face + 12), face).astype(np.uint8)
    assert not is_one_of(face, [describe_output(final, covering)])
    assert is_one_of(final, [describe_output(final, covering)])


def test_a_line_that_fills_no_cell_by_half_still_counts() -> None:
    covering = np.zeros((SIDE, SIDE), np.bool_)
    covering[range(SIDE), range(SIDE)] = True
    face = lifelike(1)
    final = np.where(covering[..., None], 255 - face, face)
    assert is_one_of(final, [describe_output(final, covering)])
    assert not is_one_of(face, [describe_output(final, covering)])


def test_drawn_faces_have_no_hash() -> None:
    face = draw_faces("faces-light").images[0]
    assert describe_output(face, lower_face(32)).phash is None


def test_large_pictures_are_told_by_fewer_pixels() -> None:
    """A whole photograph, of any shape; made smaller it is the same picture."""
    large = fit_image(lifelike(3), 2 * LARGEST_SIDE)[: LARGEST_SIDE + 1]
    covering = np.zeros(large.shape[:2], np.bool_)
    covering[100:400, 300:700] = True
    assert recognises(large[::2, ::2], large, covering)


def test_near_hashes_come_nearest_first() -> None:
    hashes = np.array([0b1111111, 0b111, 0, 0b1, 0b111111], np.uint64)
    assert near(0, hashes).tolist() == [2, 3, 1, 4]


def test_the_right_one_of_several_is_found() -> None:
    covering = lower_face(SIDE)
    face, final = result(1, covering)
    others = [describe_output(np.where(covering[..., None], lifelike(seed), face), covering) for seed in range(5, 9)]
    assert not is_one_of(final, others)
    assert is_one_of(final, [*others, describe_output(final, covering)])
