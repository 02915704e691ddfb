"""Synthetic coverings: the truth that comes with them holds, and no two are alike."""

import numpy as np
import pytest

from maskeraid_faces.coverings.families import FAMILIES, draw_shape
from maskeraid_faces.coverings.surfaces import draw_surface
from maskeraid_faces.coverings.worn import as_stored, wear_any
from maskeraid_faces.drawn import draw_faces

FACE = draw_faces("faces-light").images[7]


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("side", [16, 32, 64, 256])
def test_every_family_hides_some_of_the_face_and_never_most_of_it(family: str, side: int) -> None:
    shares = [(draw_shape(family, side, np.random.default_rng(seed)) > 0).mean() for seed in range(40)]

    assert min(shares) > 0
    assert max(shares) < 0.8


@pytest.mark.parametrize("family", FAMILIES)
def test_two_draws_of_a_family_differ(family: str) -> None:
    rng = np.random.default_rng(1)

    assert not np.array_equal(draw_shape(family, 32, rng), draw_shape(family, 32, rng))


@pytest.mark.parametrize("seed", range(30))
def test_pixels_beside_the_covering_stay_as_they_were(seed: int) -> None:
    worn = wear_any(FACE, np.random.default_rng(seed))

    assert np.array_equal(worn.image[~worn.covering], FACE[~worn.covering])
    assert worn.family in FAMILIES


def test_the_covering_is_seen() -> None:
    rng = np.random.default_rng(3)
    changed = [(one.image != FACE).any(-1)[one.covering].mean() for one in (wear_any(FACE, rng) for _ in range(40))]

    assert np.mean(changed) > 0.95


def test_only_the_named_families_are_worn() -> None:
    rng = np.random.default_rng(4)

    assert {wear_any(FACE, rng, ("hat", "bar")).family for _ in range(20)} == {"hat", "bar"}


def test_the_same_seed_covers_alike() -> None:
    first, second = (wear_any(FACE, np.random.default_rng(5)) for _ in range(2))

    assert np.array_equal(first.image, second.image)


def test_surfaces_have_patterns_of_all_kinds() -> None:
    surfaces = [draw_surface(FACE, np.random.default_rng(seed)) for seed in range(60)]

    assert all(one.shape == FACE.shape and one.min() >= 0 and one.max() <= 255 for one in surfaces)
    deviations = np.array([one.std(axis=(0, 1)).max() for one in surfaces])
    assert (deviations < 12).any()  # flat ones
    assert (deviations > 50).any()  # and checks, stripes, dots


def test_stored_pictures_keep_the_face() -> None:
    rng = np.random.default_rng(6)
    stored = [as_stored(FACE, rng) for _ in range(30)]

    assert any(np.array_equal(one, FACE) for one in stored)
    assert any(not np.array_equal(one, FACE) for one in stored)
    assert max(np.abs(one.astype(int) - FACE).mean() for one in stored) < 20  # JPEG is hard on drawn lines
