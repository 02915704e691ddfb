"""The metrics, against values that can be computed by hand or are known in advance."""

from itertools import combinations as combinations_of
from itertools import permutations, product

import numpy as np
import pytest
from numpy.typing import NDArray

from maskeraid_faces.coverings.shapes import box
from maskeraid_faces.drawing.covered import MASK
from maskeraid_faces.drawn import draw_faces
from maskeraid_faces.images import Floats
from maskeraid_faces.metrics.bootstrap import bootstrap_interval
from maskeraid_faces.metrics.calibration import calibration_error
from maskeraid_faces.metrics.colour_difference import colour_difference
from maskeraid_faces.metrics.combinations import combinations, decode, distinct, nearest_rmse, templates
from maskeraid_faces.metrics.copying import copying
from maskeraid_faces.metrics.coverage import coverage, neighbourhoods
from maskeraid_faces.metrics.diversity import mean_to_single_ratio, pairwise_l1, relative_diversity
from maskeraid_faces.metrics.embedding import embed
from maskeraid_faces.metrics.kid import kid
from maskeraid_faces.metrics.psnr import psnr
from maskeraid_faces.metrics.seam import seam
from maskeraid_faces.metrics.ssim import ssim
from maskeraid_faces.metrics.uniformity import total_variation_from_uniform
from maskeraid_faces.metrics.valid import valid, valid_combination_rate
from maskeraid_faces.metrics.wilson import wilson_interval

LIGHT = draw_faces("faces-light").images
HOLE = box(32, (8, 24), (8, 24))


def noisy(images: NDArray[np.uint8], deviation: float, seed: int = 0) -> NDArray[np.uint8]:
    noise = np.random.default_rng(seed).normal(0, deviation, images.shape)
    return np.clip(np.rint(images + noise), 0, 255).astype(np.uint8)


def features(mean: float, seed: int, n: int = 200, spread: float = 1) -> Floats:
    return np.random.default_rng(seed).normal(mean, spread, (n, 8)).astype(np.float32)


class TestPsnr:
    def test_of_a_known_error(self) -> None:
        image = np.full((32, 32, 3), 100, np.uint8)
        wrong = np.where(HOLE[..., None], np.uint8(151), image)  # a fifth of the range, in a quarter of the area
        assert psnr(wrong, image, HOLE) == pytest.approx(-20 * np.log10(0.2))
        assert psnr(wrong, image) == pytest.approx(psnr(wrong, image, HOLE) + 10 * np.log10(4))

    def test_of_equals_is_infinite(self) -> None:
        assert psnr(LIGHT[0], LIGHT[0]) == float("inf")


class TestCombinations:
    def test_of_the_training_faces_are_all(self) -> None:
        result = combinations(LIGHT[np.random.default_rng(0).permutation(125)], LIGHT)
        assert (result.nn, result.combinations) == (0, 125)

    def test_tell_a_collapse_that_nn_rewards(self) -> None:
        collapsed = combinations(np.repeat(LIGHT[:1], 512, axis=0), LIGHT)
        varied = combinations(noisy(LIGHT, 5), LIGHT)
        assert collapsed.nn < varied.nn
        assert (collapsed.combinations, varied.combinations) == (1, 125)

    def test_of_a_uniform_sampler_are_as_many_as_expected(self) -> None:
        draws = np.random.default_rng(5).integers(0, 125, 512)
        assert abs(combinations(LIGHT[draws], LIGHT).combinations - 122.9) < 4

    def test_have_five_templates_a_part(self) -> None:
        assert [len(templates(LIGHT, name)) for name in ("eyes", "nose", "mouth")] == [5, 5, 5]

    def test_decode_only_the_parts_that_are_asked_for(self) -> None:
        decodes = decode(LIGHT, LIGHT, ["mouth", "eyes"])
        np.testing.assert_array_equal(decodes, combinations(LIGHT, LIGHT).decodes[:, [2, 0]])
        assert distinct(decodes) == 25

    def test_nearest_distance_is_in_grey_levels(self) -> None:
        flat = [np.full((4, 4, 3), value, np.uint8) for value in (10, 90, 13)]
        nearest, distance = nearest_rmse(np.stack(flat[:1]), np.stack(flat[1:]))
        assert (nearest.tolist(), distance.tolist()) == ([1], [3.0])


class TestValid:
    @pytest.mark.parametrize("tone", ["light", "medium", "dark"])
    def test_faces_of_the_set_are(self, tone: str) -> None:
        images = draw_faces(f"faces-{tone}").images
        assert valid(images, images).all()

    def test_blends_of_two_noses_are_not(self) -> None:
        blends = ((LIGHT[0].astype(int) + LIGHT[5:25:5]) // 2).astype(np.uint8)
        assert not valid(blends, LIGHT, parts=["nose"]).any()
        assert valid(blends, LIGHT, parts=["eyes", "mouth"]).all()

    def test_a_face_counts_when_all_of_its_parts_do(self) -> None:
        blend = ((LIGHT[0].astype(int) + LIGHT[5]) // 2).astype(np.uint8)  # of two noses
        assert valid_combination_rate(np.stack([LIGHT[0], LIGHT[7], LIGHT[9], blend]), LIGHT) == 0.75

    def test_a_part_that_the_set_does_not_vary_is_valid(self) -> None:
        one_mouth = LIGHT[::5][:5]
        assert [len(templates(one_mouth, name)) for name in ("nose", "mouth")] == [5, 1]
        assert valid(LIGHT[:10], one_mouth, parts=["mouth"]).all()
        assert valid_combination_rate(one_mouth, one_mouth) == 1.0


class TestTotalVariation:
    def test_of_even_counts_one_sided_ones_and_some_between(self) -> None:
        assert total_variation_from_uniform([7, 7, 7, 7]) == 0
        assert total_variation_from_uniform([9, 0, 0, 0]) == 0.75
        assert total_variation_from_uniform([3, 1, 2, 2]) == 0.125


class TestCalibrationError:
    def test_of_ten_that_are_said_to_be_70_percent_sure(self) -> None:
        assert calibration_error([0.7] * 10, [True] * 7 + [False] * 3) == pytest.approx(0)
        assert calibration_error([0.7] * 10, [True] * 4 + [False] * 6) == pytest.approx(0.3)

    def test_too_much_here_does_not_make_up_for_too_little_there(self) -> None:
        assert calibration_error([0.2, 0.2, 0.8, 0.8], [True, False, True, False]) == pytest.approx(0.3)

    def test_of_the_certain(self) -> None:
        assert calibration_error([1.0, 0.0], [True, False]) == 0
        assert calibration_error([1.0, 0.0], [False, True]) == 1


class TestWilson:
    def test_of_none_half_and_all_as_by_hand(self) -> None:
        z = 1.959964
        assert wilson_interval(400, 400) == (pytest.approx(400 / (400 + z**2)), 1)
        assert wilson_interval(0, 400) == (0, pytest.approx(z**2 / (400 + z**2)))
        half = z * (0.25 / 100 + z**2 / (4 * 100**2)) ** 0.5 / (1 + z**2 / 100)
        assert wilson_interval(50, 100) == (pytest.approx(0.5 - half), pytest.approx(0.5 + half))

    def test_holds_the_truth_as_often_as_it_says(self) -> None:
        counts = np.random.default_rng(0).binomial(400, 0.9, 2000)
        intervals = [wilson_interval(int(count), 400) for count in counts]
        assert np.mean([low <= 0.9 <= high for low, high in intervals]) == pytest.approx(0.95, abs=0.02)


class TestSsim:
    def test_equals_are_one_and_noise_takes_from_it(self) -> None:
        assert ssim(LIGHT[0], LIGHT[0]) == pytest.approx(1)
        assert ssim(noisy(LIGHT[:1], 40)[0], LIGHT[0]) < ssim(noisy(LIGHT[:1], 10)[0], LIGHT[0]) < 1


class TestCopying:
    training = np.array([[0], [10], [20], [30]], np.float32)  # rooms: 30, 20, 20, 30 to the third nearest

    def test_distances_and_nearness_as_by_hand(self) -> None:
        held_out = np.array([[4], [15], [26], [33]], np.float32)  # 4, 5, 4, 3 away
        generated = np.array([[0.5], [10], [14], [45]], np.float32)  # 0.5, 0, 4, 15 away
        measured = copying(generated, self.training, held_out)
        assert measured.distances.tolist() == [0.5, 0, 4, 15]
        assert measured.distances_of_held_out.tolist() == [4, 5, 4, 3]
        assert measured.nearness == pytest.approx([0.5 / 30, 0, 0.2, 0.5])
        assert (measured.near_share, measured.authenticity) == (0.75, 0)  # 0.5 of the room is no longer near

    def test_a_training_face_counts_as_unseen_among_the_others(self) -> None:
        training = np.array([[0], [10], [21], [33]], np.float32)  # rooms: 33, 23, 21, 33
        measured = copying(training, training, training[:0])
        assert measured.nearness_of_unseen == pytest.approx([10 / 23, 10 / 33, 11 / 23, 12 / 21])
        assert (measured.owners, measured.c_t) == (4, None)

    def test_other_pictures_of_a_person_are_no_neighbours(self) -> None:
        persons = np.repeat(self.training, 3, axis=0) + np.tile(np.arange(3, dtype=np.float32) / 10, 4)[:, None]
        alone, known = (copying(persons, persons, persons[:0], owners) for owners in (None, np.arange(12) // 3))
        assert alone.near_share_of_unseen > 0.5
        assert known.near_share_of_unseen == 0
        assert (known.owners, known.near_share) == (4, 1)

    def test_unseen_faces_are_made_as_smooth_as_the_generated_ones(self) -> None:
        faces = np.random.default_rng(0).standard_normal((300, 8)).astype(np.float32)
        training, others = faces[:150], faces[150:]
        sharp, blurred = (copying(others * spread, training, others) for spread in (1.0, 0.3))
        assert np.median(blurred.nearness_of_unseen) < 0.8 * np.median(sharp.nearness_of_unseen)
        assert np.median(blurred.nearness) == pytest.approx(float(np.median(blurred.nearness_of_unseen)), rel=0.1)

    def test_c_t_is_the_score_of_mann_and_whitney(self) -> None:
        held_out = np.array([[4], [16]], np.float32)  # 4, 4 away
        generated = np.array([[1], [2]], np.float32)  # nearer, both: the statistic is 0
        c_t = copying(generated, self.training, held_out).c_t
        assert c_t == pytest.approx(-2 / (2 * 2 * 5 / 12) ** 0.5)

    def test_a_face_far_from_all_is_authentic(self) -> None:
        assert copying(np.array([[75]], np.float32), self.training, self.training + 1).authenticity == 1

    def test_a_picture_that_is_there_many_times_has_no_room(self) -> None:
        training = np.repeat(self.training, 5, axis=0)
        assert copying(self.training, training, self.training + 1).near_share == 1


class TestEmbedding:
    def test_is_the_same_for_ever(self) -> None:
        # Published figures rest on these weights: another value here makes them incomparable.
        assert embed(LIGHT[:2]).shape == (2, 64)
        assert float(np.abs(embed(LIGHT)).mean()) == pytest.approx(0.479424, rel=1e-3)

    def test_of_any_size_and_number(self) -> None:
        large = np.kron(LIGHT[:3], np.ones((1, 4, 4, 1), np.uint8))
        assert embed(large).shape == (3, 64)
        assert embed(LIGHT[:0]).shape == (0, 64)
        np.testing.assert_allclose(embed(LIGHT)[70:72], embed(LIGHT[70:72]), rtol=1e-4, atol=1e-5)

    def test_tells_mouths_apart(self) -> None:
        one, other = embed(LIGHT[0::5]), embed(LIGHT[4::5])
        assert kid(one, other) > 10 * abs(kid(embed(LIGHT[0:60:2]), embed(LIGHT[1:60:2])))


class TestKid:
    def test_is_near_zero_for_one_distribution(self) -> None:
        values = [kid(features(0, seed), features(0, seed + 100)) for seed in range(10)]
        assert abs(np.mean(values)) < 0.02  # unbiased
        assert kid(features(1, 0), features(0, 1)) > 1

    def test_is_the_textbook_sum(self) -> None:
        one, other = features(0, 0, 3), features(0, 1, 4)

        def kernel(pair: tuple[Floats, Floats]) -> float:
            return (float(pair[0] @ pair[1]) / 8 + 1) ** 3

        within = sum(float(np.mean([kernel(pair) for pair in permutations(rows, 2)])) for rows in (one, other))
        between = float(np.mean([kernel(pair) for pair in product(one, other)]))
        assert kid(one, other) == pytest.approx(within - 2 * between, rel=1e-4)


class TestCoverage:
    def test_is_high_for_one_distribution(self) -> None:
        result = coverage(features(0, 0, 600), features(0, 1, 600))
        assert min(result.precision, result.recall, result.coverage) > 0.8
        assert result.density == pytest.approx(1, abs=0.15)

    def test_a_collapse_loses_recall_and_coverage_alone(self) -> None:
        result = coverage(features(0, 0), features(0, 1, spread=0.05))
        assert result.precision == 1
        assert result.recall < 0.1
        assert result.coverage < 0.5

    def test_rubbish_loses_everything(self) -> None:
        result = coverage(features(0, 0), features(50, 1))
        assert (result.precision, result.recall, result.density, result.coverage) == (0, 0, 0, 0)

    def test_of_points_on_a_line_as_by_hand(self) -> None:
        real = np.array([[0], [1], [2], [3], [100]], np.float32)  # the third neighbours are 3, 2, 2, 3, 99 away
        fake = np.array([[0.5], [0.6], [0.7], [0.8], [0.9]], np.float32)  # 0.3, 0.2, 0.2, 0.2, 0.3 away
        shown = neighbourhoods(real, fake)
        assert shown.k == 3
        assert shown.is_covered.tolist() == [True, True, True, True, False]
        assert shown.is_recalled.tolist() == [False, True, False, False, False]
        result = shown.summary()
        assert (result.precision, result.recall, result.coverage) == (1, 0.2, 0.8)
        assert result.density == pytest.approx(shown.inside_real.sum() / 5 / 3)


class TestDiversity:
    def test_of_samples_is_that_of_their_distances(self) -> None:
        real = np.array([[0], [1], [2]], np.float32)
        assert relative_diversity(real, real * 0.5) == 0.5
        assert relative_diversity(real, np.ones((3, 1), np.float32)) == 0

    def test_pairwise_difference_is_that_of_all_pairs(self) -> None:
        faces = noisy(LIGHT[:4], 20)
        pairs = [np.abs(one[HOLE].astype(float) - other[HOLE]).mean() / 255 for one, other in combinations_of(faces, 2)]
        assert pairwise_l1(faces, HOLE) == pytest.approx(np.mean(pairs))

    def test_equal_candidates_have_none(self) -> None:
        same = np.repeat(LIGHT[:1], 8, axis=0)
        assert pairwise_l1(same, HOLE) == 0
        assert mean_to_single_ratio(same, LIGHT[7], HOLE) == 1

    def test_honest_draws_reach_nine_sixteenths(self) -> None:
        # Truth and candidates drawn alike around one mean: the law gives (1 + 1/8) / 2.
        drawn = np.clip(np.random.default_rng(0).normal(128, 20, (9, 128, 128, 3)), 0, 255).astype(np.uint8)
        hole = box(128, (0, 128), (0, 128))
        assert mean_to_single_ratio(drawn[1:], drawn[0], hole) == pytest.approx(0.5625, abs=0.01)


class TestSeam:
    def test_of_the_original_is_one_or_less(self) -> None:
        result = seam(LIGHT[0], LIGHT[0], MASK)
        assert result.colour_ratio <= 1
        assert result.gradient_ratio == 1

    def test_grows_with_the_error(self) -> None:
        shifted = [np.where(MASK[..., None], LIGHT[0] - np.uint8(by), LIGHT[0]) for by in (0, 10, 30)]
        ratios = [seam(one, LIGHT[0], MASK) for one in shifted]
        assert ratios[0].colour_ratio < ratios[1].colour_ratio < ratios[2].colour_ratio
        assert ratios[1].gradient_ratio < ratios[2].gradient_ratio


class TestBootstrap:
    def test_interval_has_the_width_of_theory(self) -> None:
        values = np.random.default_rng(0).normal(10, 2, 400)
        low, high = bootstrap_interval(values)
        assert low < values.mean() < high
        assert high - low == pytest.approx(2 * 1.96 * 2 / 20, rel=0.15)

    def test_images_of_one_person_are_no_new_evidence(self) -> None:
        values = np.repeat(np.random.default_rng(0).normal(10, 2, 20), 20)
        persons = [str(row // 20) for row in range(400)]
        low, high = bootstrap_interval(values, persons)
        narrow_low, narrow_high = bootstrap_interval(values)
        assert high - low > 3 * (narrow_high - narrow_low)

    def test_depends_on_the_seed_alone(self) -> None:
        values = np.arange(20.0)
        assert bootstrap_interval(values, seed=1) == bootstrap_interval(values, seed=1)
        assert bootstrap_interval(values, seed=1) != bootstrap_interval(values, seed=2)


def test_colours_of_white_and_black_differ_by_100() -> None:
    black, white = np.array([[0] * 3, [255] * 3], np.uint8)
    assert colour_difference(black, white) == pytest.approx(100, abs=0.1)
