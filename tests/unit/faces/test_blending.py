"""From generated to finished faces: what is visible never changes, tones agree, seams close."""

import hashlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from maskeraid_faces.blending.composite import superimpose, visible_sha256
from maskeraid_faces.blending.harmonise import harmonise, harmonise_all
from maskeraid_faces.blending.palette import nearest_colours, palette_of, smooth, snap
from maskeraid_faces.blending.seam import Membrane, soften_rim
from maskeraid_faces.blending.skin_tone import from_lab, skin_of_photo, to_lab
from maskeraid_faces.coverings.shapes import box, lower_face
from maskeraid_faces.drawing import face
from maskeraid_faces.drawing.covered import MASK
from maskeraid_faces.drawing.face import Features, draw_face
from maskeraid_faces.drawn import draw_faces
from maskeraid_faces.errors import BadCovering, BadImage, BadSettings, NothingCovered, ShapeMismatch, TooMuchCovered
from maskeraid_faces.images import Image
from maskeraid_faces.metrics.colour_difference import colour_difference
from maskeraid_faces.metrics.seam import seam
from maskeraid_faces.metrics.valid import valid

LIGHT = draw_faces("faces-light").images
MEDIUM = draw_faces("faces-medium").images


def noisy(images: NDArray[np.uint8], deviation: float = 3.0, seed: int = 0) -> NDArray[np.uint8]:
    """What a generator's images look like: right, with noise on every value."""
    noise = np.random.default_rng(seed).normal(0, deviation, images.shape)
    return np.clip(np.rint(images + noise), 0, 255).astype(np.uint8)


def photo(side: int = 64, seed: int = 0) -> Image:
    """A drawn face with light from one side and grain: as many colours as a photograph."""
    large = np.kron(LIGHT[seed], np.ones((side // 32, side // 32, 1))) * np.linspace(0.75, 1, side)[:, None]
    return noisy(np.asarray(large), 3, seed)


@st.composite
def images_and_coverings(draw: st.DrawFn, sides: st.SearchStrategy[int]) -> tuple[Image, Image, NDArray[np.bool_]]:
    height, width = draw(sides), draw(sides)
    generator = np.random.default_rng(draw(st.integers(0, 2**32)))
    image, other = generator.integers(0, 256, (2, height, width, 3), np.uint8)
    return image, other, generator.random((height, width)) < draw(st.floats(0, 1))


class TestSuperimpose:
    @given(images_and_coverings(st.integers(1, 300)))
    @settings(max_examples=60, deadline=None)
    def test_changes_covered_pixels_alone(self, drawn: tuple[Image, Image, NDArray[np.bool_]]) -> None:
        image, generated, covering = drawn
        result = superimpose(image, generated, covering)
        np.testing.assert_array_equal(result[~covering], image[~covering])
        np.testing.assert_array_equal(result[covering], generated[covering])
        assert visible_sha256(result, covering) == visible_sha256(image, covering)

    def test_refuses_what_does_not_fit(self) -> None:
        image, covering = LIGHT[0], MASK
        with pytest.raises(ShapeMismatch):
            superimpose(image, image[:16], covering)
        with pytest.raises(BadCovering):
            superimpose(image, image, covering.astype(np.uint8))
        with pytest.raises(BadImage):
            superimpose(image, image.astype(np.float32), covering)


class TestVisibleHash:
    def test_is_what_its_description_says(self) -> None:
        content = (32).to_bytes(4, "big") * 2 + np.packbits(MASK).tobytes() + LIGHT[0][~MASK].tobytes()
        assert visible_sha256(LIGHT[0], MASK) == hashlib.sha256(content).hexdigest()

    def test_sees_one_grey_level_of_one_visible_pixel(self) -> None:
        changed = LIGHT[0].copy()
        changed[0, 0, 2] += 1
        assert visible_sha256(changed, MASK) != visible_sha256(LIGHT[0], MASK)

    def test_sees_another_covering(self) -> None:
        image = np.zeros((32, 32, 3), np.uint8)
        assert visible_sha256(image, box(32, (0, 4), (0, 8))) != visible_sha256(image, box(32, (0, 8), (0, 4)))


class TestHarmonise:
    @given(images_and_coverings(st.just(32)), st.sampled_from(["auto", "drawn", "photo"]))
    @settings(max_examples=60, deadline=None)
    def test_changes_covered_pixels_alone(self, drawn: tuple[Image, Image, NDArray[np.bool_]], kind: str) -> None:
        image, generated, covering = drawn
        try:
            result = harmonise(generated, image, covering, kind=kind)  # type: ignore[arg-type]
        except (NothingCovered, TooMuchCovered):
            assert not 0 < covering.mean() <= 0.9
        else:
            np.testing.assert_array_equal(result[~covering], image[~covering])

    def test_of_many_equals_one_by_one(self) -> None:
        image, covering = photo(), lower_face(64)
        generated = np.stack([photo(seed=seed) for seed in range(3)])
        together = harmonise_all(generated, image, covering, kind="photo")
        alone = [harmonise(one, image, covering, kind="photo") for one in generated]
        np.testing.assert_allclose(together.astype(int), np.stack(alone).astype(int), atol=1)


class TestDrawnFaces:
    def test_noise_of_the_generator_vanishes(self) -> None:
        palette = palette_of(LIGHT)
        for truth, generated in zip(LIGHT[::10], noisy(LIGHT)[::10], strict=True):
            np.testing.assert_array_equal(harmonise(generated, truth, MASK, palette=palette), truth)

    @pytest.mark.parametrize("with_palette", [True, False])
    def test_a_model_of_another_tone_gives_the_visible_skin_exactly(self, with_palette: bool) -> None:
        # Figure 4 of the thesis: a light face filled by a model of medium faces.
        palette = palette_of(MEDIUM) if with_palette else None
        filled = harmonise_all(noisy(MEDIUM, 2), LIGHT[0], MASK, kind="drawn", palette=palette)
        medians = np.median(filled[:, MASK], axis=1).astype(np.uint8)
        assert (medians == face.LIGHT).all()
        assert not (filled == face.MEDIUM).all(-1).any()

    def test_the_nose_of_another_tone_stays_a_nose(self) -> None:
        filled = harmonise_all(noisy(MEDIUM), LIGHT[0], MASK, kind="drawn", palette=palette_of(MEDIUM))
        assert valid(filled, LIGHT).mean() >= 0.99

    def test_the_nose_survives_where_its_colour_is_nearly_the_visible_skin(self) -> None:
        # The shaded nose of a medium face, (138, 93, 46), lies 6 grey levels from this skin.
        person = Features((142, 88, 46), face.BLOND, face.BLUE, 1, 1, 1)
        image = draw_face(person)
        filled = harmonise_all(noisy(MEDIUM[:25], 2), image, MASK, kind="drawn", palette=palette_of(MEDIUM))
        wanted = [draw_face(Features((142, 88, 46), face.BLOND, face.BLUE, 1, nose, 1)) for nose in range(1, 6)]
        for nose, truth in enumerate(wanted):
            difference = colour_difference(filled[nose * 5][16:20], truth[16:20])
            assert difference.max() < 1

    def test_eyes_come_back_under_sunglasses(self) -> None:
        covering = box(32, (11, 16), (9, 24))
        filled = harmonise(noisy(LIGHT)[77], LIGHT[2], covering, palette=palette_of(LIGHT))
        np.testing.assert_array_equal(filled[covering], LIGHT[77][covering])


class TestPhotographs:
    def test_a_fill_of_another_light_takes_the_visible_one(self) -> None:
        truth, covering = photo(), lower_face(64)
        dark = np.rint(truth * np.array([0.8, 0.85, 0.9])).astype(np.uint8)
        before = colour_difference(dark[covering], truth[covering]).mean()
        after = colour_difference(harmonise(dark, truth, covering, kind="photo")[covering], truth[covering]).mean()
        assert after < before / 3

    def test_a_right_fill_stays_right(self) -> None:
        truth, covering = photo(), lower_face(64)
        filled = harmonise(truth, truth, covering, kind="photo")
        assert np.abs(filled.astype(int) - truth)[covering].mean() < 1

    def test_grey_stays_grey(self) -> None:
        truth = np.repeat(photo()[..., 1:2], 3, axis=2)
        other = np.repeat(photo(seed=9)[..., 1:2], 3, axis=2)
        filled = harmonise(other, truth, lower_face(64), kind="photo").astype(int)
        assert (filled.max(-1) - filled.min(-1)).max() <= 1

    def test_the_seam_closes(self) -> None:
        truth, covering = photo(), lower_face(64)
        wrong = np.clip(truth.astype(int) + 25, 0, 255).astype(np.uint8)
        pasted, filled = superimpose(truth, wrong, covering), harmonise(wrong, truth, covering, kind="photo")
        assert seam(pasted, truth, covering).colour_ratio > 2
        assert seam(filled, truth, covering).colour_ratio <= 1.2
        assert seam(filled, truth, covering).gradient_ratio <= 1.3

    def test_with_almost_no_visible_skin_are_filled_all_the_same(self) -> None:
        covering = box(64, (8, 63), (8, 56))
        filled = harmonise(photo(seed=3), photo(), covering, kind="photo")
        assert filled[covering].std() > 0


class TestMembrane:
    def test_carries_a_constant_error_inside(self) -> None:
        hole = box(32, (10, 14), (10, 14))
        image = np.full((32, 32, 3), 100, np.uint8)
        corrected = Membrane(hole, np.ones((32, 32))).correct(np.full((1, 32, 32, 3), 80, np.float32), image)
        assert corrected[0][hole].min() > 98
        assert (corrected[0][~hole] == 80).all()

    def test_stays_between_the_errors_of_the_rim(self) -> None:
        hole = box(32, (5, 32), (3, 29))  # touches the image's border
        errors = np.random.default_rng(0).uniform(0, 50, (32, 32, 3)).astype(np.uint8)
        correction = Membrane(hole, np.ones((32, 32))).correct(np.zeros((2, 32, 32, 3), np.float32), errors)
        assert correction.min() >= 0
        assert correction.max() <= 50
        np.testing.assert_array_equal(correction[0], correction[1])

    def test_solves_its_equation(self) -> None:
        hole = box(16, (4, 12), (4, 16))
        image = np.random.default_rng(1).integers(0, 255, (16, 16, 3), np.uint8)
        u = Membrane(hole, np.ones((16, 16))).correct(np.zeros((1, 16, 16, 3), np.float32), image)[0]
        known = np.where(hole[..., None], u, image).astype(np.float64)
        around = known[7, 8] + known[9, 8] + known[8, 7] + known[8, 9]
        np.testing.assert_allclose(4.02 * known[8, 8], around, rtol=1e-4)  # inside: four neighbours and the data weight
        around = known[7, 15] + known[9, 15] + known[8, 14]
        np.testing.assert_allclose(3.02 * known[8, 15], around, rtol=1e-4)  # at the border: three

    def test_counts_hair_less_than_skin(self) -> None:
        hole = box(16, (4, 12), (4, 12))
        image = np.zeros((16, 16, 3), np.uint8)
        image[:4] = 200
        weights = np.ones((16, 16))
        fills = np.zeros((1, 16, 16, 3), np.float32)
        even = Membrane(hole, weights).correct(fills, image)[0][hole].mean()
        weights[:4] = 0.2
        assert Membrane(hole, weights).correct(fills, image)[0][hole].mean() < even


def test_feather_mixes_one_pixel_inside_alone() -> None:
    hole = box(16, (4, 12), (4, 12))
    image = np.full((16, 16, 3), 100, np.uint8)
    mixed = soften_rim(np.zeros((1, 16, 16, 3), np.float32), image, hole)[0, ..., 0]
    rim = hole & ~box(16, (5, 11), (5, 11))
    assert (mixed[rim] == 50).all()
    assert (mixed[~rim] == 0).all()


class TestSmooth:
    def test_leaves_k_colours(self) -> None:
        smoothed = smooth(noisy(LIGHT[0], 6), 16)
        assert len(palette_of(smoothed)) <= 16
        assert np.abs(smoothed.astype(int) - LIGHT[0]).mean() < 6

    def test_keeps_an_image_of_few_colours(self) -> None:
        np.testing.assert_array_equal(smooth(LIGHT[0], 16), LIGHT[0])

    def test_gives_each_cluster_its_mean(self) -> None:
        image = noisy(LIGHT[0], 6)
        smoothed = smooth(image, 8, seed=3)
        for colour in palette_of(smoothed):
            members = (smoothed == colour).all(-1)
            np.testing.assert_allclose(image[members].mean(0), colour, atol=1)

    def test_depends_on_the_seed_alone(self) -> None:
        image = noisy(LIGHT[0], 20)
        np.testing.assert_array_equal(smooth(image, 8, seed=1), smooth(image, 8, seed=1))
        assert any((smooth(image, 8, seed=seed) != smooth(image, 8, seed=0)).any() for seed in range(1, 6))

    def test_refuses_no_clusters(self) -> None:
        with pytest.raises(BadSettings):
            smooth(LIGHT[0], 0)


class TestPalette:
    def test_holds_each_colour_once(self) -> None:
        np.testing.assert_array_equal(palette_of(LIGHT), np.unique(LIGHT.reshape(-1, 3), axis=0))

    def test_snap_takes_the_nearest(self) -> None:
        palette = np.array([[0, 0, 0], [255, 0, 0], [255, 255, 255]], np.uint8)
        image = np.array([[[100, 0, 0], [200, 20, 20], [180, 180, 180]]], np.uint8)
        assert nearest_colours(image, palette).tolist() == [[0, 1, 2]]
        np.testing.assert_array_equal(snap(image, palette)[0], palette)


class TestSkin:
    def test_lab_and_back_changes_nothing(self) -> None:
        image = noisy(LIGHT[0])
        np.testing.assert_allclose(from_lab(to_lab(image)), image, atol=0.6)

    def test_of_a_photo_is_neither_hair_nor_background(self) -> None:
        image = photo()
        skin = skin_of_photo(to_lab(image), np.ones((64, 64), np.bool_))
        drawn = np.kron((LIGHT[0] == face.LIGHT).all(-1), np.ones((2, 2), np.bool_))
        assert (skin & drawn).sum() / (skin | drawn).sum() > 0.9

    def test_is_never_found_under_the_covering(self) -> None:
        covering = lower_face(64)
        assert not (skin_of_photo(to_lab(photo()), ~covering) & covering).any()
