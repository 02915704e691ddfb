"""Near duplicates: copies are found whatever happened to them, other faces are not."""

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.unit.faces.jittered import COPIES

import maskeraid_faces.near_duplicates as near_duplicates
from maskeraid_faces.drawing.lifelike import draw_lifelike_face
from maskeraid_faces.images import Image
from maskeraid_faces.measures import measure
from maskeraid_faces.near_duplicates import find_near_duplicates

Compared = tuple[NDArray[np.uint8], NDArray[np.uint64]]


def compared(images: list[Image]) -> Compared:
    found = [measure(image) for image in images]
    looks = np.array([np.frombuffer(one.look, np.uint8) for one in found])
    return looks, np.array([one.phash or 0 for one in found], np.uint64)


@pytest.fixture(scope="module")
def faces() -> list[Image]:
    random = np.random.default_rng(5)
    return [draw_lifelike_face(48, random) for _ in range(60)]


class TestFinding:
    def test_different_faces_are_none(self, faces: list[Image]) -> None:
        assert set(find_near_duplicates(*compared(faces))) == {-1}

    @pytest.mark.parametrize("copy", COPIES)
    def test_each_copy_finds_its_original(self, copy: str, faces: list[Image]) -> None:
        both = compared([*faces, *(COPIES[copy](face) for face in faces)])
        found = find_near_duplicates(*both, known=len(faces))
        assert (found == np.arange(len(faces))).all()

    def test_blocks_make_no_difference(self, faces: list[Image], monkeypatch: pytest.MonkeyPatch) -> None:
        images = [*faces, *(COPIES["repacked"](face) for face in faces[::2]), *faces[:5]]
        whole = find_near_duplicates(*compared(images), known=3)
        for name, size in (("BLOCK", 7), ("CHUNK", 11), ("MOST_PAIRS", 2)):
            monkeypatch.setattr(near_duplicates, name, size)
        assert (find_near_duplicates(*compared(images), known=3) == whole).all()
        assert (whole >= 0).sum() == 35

    def test_first_of_a_family_is_the_original_of_all(self, faces: list[Image]) -> None:
        family = [faces[0], *(COPIES[copy](faces[0]) for copy in COPIES)]
        assert find_near_duplicates(*compared(family)).tolist() == [-1, *[0] * len(COPIES)]

    def test_what_resembles_a_near_duplicate_alone_is_none(self) -> None:
        """Each step is near, two of them are not: no chain."""
        look = np.zeros((3, 192), np.uint8) + 100
        look[1, ::2] += 15
        look[2, ::2] += 30
        hashes = np.zeros(3, np.uint64)
        assert find_near_duplicates(look, hashes).tolist() == [-1, 0, -1]

    def test_hash_has_its_say(self, faces: list[Image]) -> None:
        looks, hashes = compared([faces[0], faces[0]])
        hashes[1] ^= np.uint64(2**15 - 1)
        assert find_near_duplicates(looks, hashes).tolist() == [-1, -1]

    def test_nothing_to_compare(self) -> None:
        assert find_near_duplicates(np.empty((0, 192), np.uint8), np.empty(0, np.uint64)).tolist() == []
