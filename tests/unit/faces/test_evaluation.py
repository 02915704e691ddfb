"""What is measured of a finished model, on models and sets whose answer is known."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from tests.unit.faces.filling_models import make_basis, make_eigen_model
from threadpoolctl import threadpool_limits

from maskeraid_faces.drawn import draw_faces
from maskeraid_faces.errors import TooFewImages
from maskeraid_faces.evaluation.classifiers import _splits
from maskeraid_faces.evaluation.fills import measure_fills
from maskeraid_faces.evaluation.guarantees import Labelled, ValueShare, measure_shares
from maskeraid_faces.evaluation.memorisation import Memorisation, judge, measure_memorisation
from maskeraid_faces.evaluation.quality import compare, measure_quality
from maskeraid_faces.evaluation.samples import draw_samples
from maskeraid_faces.face_model import FaceModel, Floats
from maskeraid_faces.images import Images, to_pixels
from maskeraid_faces.metrics.copying import Copying

LIGHT, DARK = draw_faces("faces-light"), draw_faces("faces-dark")
SIDE = 16
DIMENSIONS = 12


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """As where it is used: on small matrices threads wait for one another."""
    with threadpool_limits(limits=1, user_api="blas"):
        yield


def smooth_faces(number: int, seed: int, *, spread: float = 1.0) -> Images:
    """Images of a normal distribution in twelve smooth directions: their own generator is known."""
    rng = np.random.default_rng([9, 9])
    directions = rng.standard_normal((DIMENSIONS, 4, 4, 3)).repeat(4, axis=1).repeat(4, axis=2)
    latents = np.random.default_rng(seed).standard_normal((number, DIMENSIONS))
    return to_pixels(0.08 * spread * np.tensordot(latents, directions, axes=1))


def model_of(basis_of: Images, kernel: Floats, bias: Floats) -> FaceModel:
    """A model of photographs that draws bias + latent @ kernel, in whitened coefficients of the images' own basis."""
    return replace(
        make_eigen_model(kind="photo"),
        size=SIDE,
        basis=make_basis(basis_of),
        latent_size=len(kernel),
        generator={"output.kernel": kernel, "output.bias": bias},
    )


def honest_model(images: Images) -> FaceModel:
    rank = make_basis(images).gan_rank
    kept = np.zeros(rank, np.float32)
    kept[:DIMENSIONS] = 1  # what lies beyond is rounding
    return model_of(images, np.diag(kept), np.zeros(rank, np.float32))


def kernel(model: FaceModel) -> Floats:
    return model.generator["output.kernel"]


def mixture_of(images: Images) -> FaceModel:
    """A model that draws one of ten images, each as often: over-fitted as can be."""
    basis = make_basis(images)
    flat = (images.reshape(len(images), -1) / np.float32(127.5)) - 1 - basis.mean
    coefficients = (flat @ basis.components.T / basis.deviations**2).astype(np.float32)
    steep, slope = np.float32(1e4), np.float32(0.2)
    # At each tenth of the normal distribution two leaky units make a step from one to the next: 0.8 high, above 0.2.
    tenths = np.array([-1.2816, -0.8416, -0.5244, -0.2533, 0, 0.2533, 0.5244, 0.8416, 1.2816], np.float32)
    steps = np.diff(coefficients, axis=0) / (1 - slope)
    return replace(
        model_of(images, np.eye(1, dtype=np.float32), np.zeros(1, np.float32)),
        widths=(18,),
        generator={
            "hidden_1.kernel": np.full((1, 18), steep, np.float32),
            "hidden_1.bias": np.concatenate([-steep * tenths, -steep * tenths - 1]),
            "output.kernel": np.concatenate([steps, -steps]),
            "output.bias": coefficients[0] - slope * steps.sum(axis=0),
        },
    )


class TestSamples:
    def test_the_same_seed_draws_the_same_faces(self) -> None:
        model = make_eigen_model()
        assert np.array_equal(draw_samples(model, 4, 7), draw_samples(model, 4, 7))
        assert not np.array_equal(draw_samples(model, 4, 7), draw_samples(model, 4, 8))


class TestMemorisation:
    training, held_out = smooth_faces(400, 0), smooth_faces(120, 1)

    def test_an_honest_model_is_healthy_and_passes_the_gate(self) -> None:
        found = measure_memorisation(honest_model(self.training), self.training, self.held_out)
        assert found.verdict == "healthy"
        assert found.to_dict()["near_share"] <= 0.05  # type: ignore[operator]
        assert abs(found.to_dict()["c_t"]) < 6  # type: ignore[arg-type]
        assert found.gate(is_generated=False) == "passes"

    def test_a_model_fitted_to_ten_faces_copies_and_is_blocked(self) -> None:
        ten = self.training[:10]
        found = measure_memorisation(mixture_of(ten), ten, self.held_out)
        assert found.verdict == "copying"
        assert found.to_dict()["near_share"] > 0.9  # type: ignore[operator]
        assert found.gate(is_generated=False) == "blocks"
        assert found.gate(is_generated=True) == "reports_only"

    def test_of_faces_that_look_photographed_copies_are_told_from_honest_draws(self) -> None:
        """Drawn faces under jittered light and noise; the honest model draws from their normal distribution."""
        rng = np.random.default_rng(0)
        drawn = draw_faces("faces-light").images[:, ::2, ::2][rng.integers(0, 125, 300)].astype(np.float32)
        jittered = drawn * rng.normal(1, 0.08, (300, 1, 1, 1)) + rng.normal(0, 16, drawn.shape)
        faces = np.clip(jittered, 0, 255).astype(np.uint8)
        training, held_out, ten = faces[:270], faces[270:], faces[:10]
        rank = make_basis(training).gan_rank
        honest = model_of(training, np.eye(rank, dtype=np.float32), np.zeros(rank, np.float32))
        assert measure_memorisation(honest, training, held_out).gate(is_generated=False) == "passes"
        for shown in (ten, training):
            copies = measure_memorisation(mixture_of(ten), shown, held_out)
            assert (copies.verdict, copies.gate(is_generated=False)) == ("copying", "blocks")

    def test_faces_that_were_learned_from_are_no_excuse(self) -> None:
        ten = self.training[:10]
        mirrored = ten[:, :, ::-1]
        found = measure_memorisation(mixture_of(ten), ten, np.concatenate([ten, mirrored, self.held_out]))
        assert (found.verdict, found.held_out) == ("copying", 120)

    def test_a_complete_drawn_set_cannot_tell(self) -> None:
        found = measure_memorisation(make_eigen_model(), LIGHT.images, LIGHT.images[:0])
        assert (found.verdict, found.reason) == ("cannot_tell", "all combinations were training images")
        assert found.gate(is_generated=True) == "reports_only"
        assert found.gate(is_generated=False) == "blocks"

    def test_a_set_that_held_nothing_out_is_judged_by_its_own_faces(self) -> None:
        nothing = self.held_out[:0]
        assert measure_memorisation(honest_model(self.training), self.training, nothing).verdict == "healthy"
        ten = self.training[:10]
        found = measure_memorisation(mixture_of(ten), ten, nothing)
        assert (found.verdict, found.to_dict()["c_t"]) == ("copying", None)

    def test_seven_persons_cannot_be_told_apart_however_many_their_pictures(self) -> None:
        persons = [str(row % 7) for row in range(400)]
        found = measure_memorisation(honest_model(self.training), self.training, self.held_out, persons)
        assert (found.verdict, found.measured) == ("cannot_tell", None)
        assert "it learned from 7 persons, and at least 8 are needed" in found.reason

    @pytest.mark.parametrize("spread", [0.6, 0.3])
    def test_blurred_faces_are_no_copies(self, spread: float) -> None:
        """Near the mean they are nearer to all faces: C_T alone would accuse them."""
        honest = honest_model(self.training)
        blurred = replace(honest, generator={**honest.generator, "output.kernel": np.float32(spread) * kernel(honest)})
        found = measure_memorisation(blurred, self.training, self.held_out)
        assert found.to_dict()["c_t"] < -3  # type: ignore[operator]
        assert found.verdict == "healthy"

    def test_a_model_that_repeats_itself_is_not_healthy(self) -> None:
        flag = {"code": "collapse", "message": "The model repeats itself."}
        honest = replace(honest_model(self.training), facts={"flags": [flag]})
        found = measure_memorisation(honest, self.training, self.held_out)
        assert found.verdict == "cannot_tell"
        assert found.reason.startswith("it repeats itself")
        assert found.gate(is_generated=False) == "blocks"
        ten = self.training[:10]
        assert measure_memorisation(replace(mixture_of(ten), facts=honest.facts), ten, self.held_out).flag() is not None

    def test_a_set_that_holds_pictures_twice_is_no_excuse(self) -> None:
        twice = np.concatenate([self.held_out, np.clip(self.training[:10], 1, 255) - 1])
        assert (twice[-10:] != self.training[:10]).any(axis=(1, 2, 3)).all()
        blurred = np.clip(self.training[:10] // 8 * 8 + 4, 0, 255).astype(np.uint8)
        found = measure_memorisation(mixture_of(blurred), self.training, twice)
        assert found.verdict == "copying"
        assert measure_memorisation(honest_model(self.training), self.training, twice).verdict == "healthy"

    def test_few_samples_between_both_bounds_cannot_tell(self) -> None:
        def judged(near: int, of: int) -> tuple[str, str]:
            nearness = np.concatenate([np.zeros(near), np.ones(of - near)])
            nothing = np.zeros(0)
            return judge(Copying(nearness, np.ones(100), nearness, nothing, 100, 100, None))

        assert [judged(near, 1000)[0] for near in (10, 50, 90)] == ["healthy", "cannot_tell", "copying"]
        assert "more samples would tell" in judged(50, 1000)[1]
        few = Copying(np.zeros(10), np.ones(8), np.zeros(10), np.zeros(0), 8, 8, None)
        assert judge(few)[0] == "copying"
        assert judge(replace(few, nearness_of_unseen=np.repeat([0.0, 1.0], 4)))[0] == "cannot_tell"

    def test_fewer_than_a_hundred_images_are_not_shared(self) -> None:
        few = Memorisation("healthy", "", 1000, 99, 120, None)
        assert few.gate(is_generated=False) == "blocks"
        assert replace(few, training_images=100).gate(is_generated=False) == "passes"


def labelled(drawn: tuple[Images, list[dict[str, str]]], is_training: list[bool]) -> Labelled:
    images, attributes = drawn
    values = {name: [row[name] for row in attributes] for name in ("hair_colour", "tone", "mouth", "hair_style")}
    return Labelled(images, values, np.array(is_training))


def by_value(shares: list[ValueShare], attribute: str) -> dict[str, ValueShare]:
    return {share.value: share for share in shares if share.attribute == attribute}


class TestGuarantees:
    both = np.concatenate([LIGHT.images, DARK.images]), [*LIGHT.attributes, *DARK.attributes]

    def test_what_all_training_images_share_is_told_from_others(self) -> None:
        faces = labelled(self.both, [True] * 125 + [False] * 125)
        share = by_value(measure_shares(make_eigen_model(), faces, n=400), "hair_colour")["blond"]
        assert (share.measured_by, share.classifier_error, share.training_share) == ("classifier", 0, 1)
        assert share.lower_bound == pytest.approx(0.9905, abs=1e-4)  # 400 of 400

    def test_of_a_source_contaminated_90_to_10_the_bound_is_honest(self) -> None:
        light, dark = LIGHT.images, DARK.images[:14]
        images = np.concatenate([light, dark])
        faces = labelled((images, [*LIGHT.attributes, *DARK.attributes[:14]]), [True] * len(images))
        share = by_value(measure_shares(two_tone_model(0.9), faces, n=1000, seed=3), "tone")["light"]
        assert share.lower_bound < 0.9 < share.upper_bound
        assert share.is_promised
        assert share.classifier_error <= 0.02

    def test_what_nothing_can_be_told_from_counts_by_resemblance(self) -> None:
        faces = labelled((LIGHT.images, list(LIGHT.attributes)), [True] * 125)
        share = by_value(measure_shares(make_eigen_model(), faces), "hair_colour")["blond"]
        assert share.measured_by == "resemblance"
        assert share.lower_bound > 0.9
        strange = measure_shares(two_tone_model(0.5), faces)
        assert by_value(strange, "hair_colour")["blond"].upper_bound < 0.6  # the dark half is not like the light faces

    def test_values_that_vary_are_counted_but_promise_nothing(self) -> None:
        faces = labelled((LIGHT.images, list(LIGHT.attributes)), [True] * 125)
        mouths = by_value(measure_shares(make_eigen_model(), faces), "mouth")
        assert sum(share.share for share in mouths.values()) == pytest.approx(1)
        assert not any(share.is_promised for share in mouths.values())
        assert not by_value(measure_shares(make_eigen_model(), faces, is_brief=True), "mouth")

    def test_a_classifier_that_guesses_says_so(self) -> None:
        coins = np.random.default_rng(0).integers(0, 2, 125).astype(str).tolist()
        faces = Labelled(LIGHT.images, {"coin": coins}, np.ones(125, np.bool_))
        assert measure_shares(make_eigen_model(), faces, n=100)[0].classifier_error > 0.3

    def test_persons_are_not_told_by_their_other_pictures(self) -> None:
        """Two pictures of each of 20 persons, who say nothing of the attribute."""
        persons = smooth_faces(20, 5).repeat(2, axis=0)
        values = np.random.default_rng(1).integers(0, 2, 20).repeat(2).astype(str).tolist()
        names = [str(row // 2) for row in range(40)]
        errors = [
            measure_shares(
                honest_model(smooth_faces(100, 0)),
                Labelled(persons, {"a": values}, np.ones(40, np.bool_), groups),
                n=10,
            )[0].classifier_error
            for groups in (None, names)
        ]
        assert errors[0] < errors[1]

    @pytest.mark.parametrize(
        ("persons", "told"),
        [
            ([0, 0, 0, 0], False),  # of one person nothing is left out
            ([0, 1, 0, 1], True),  # two, each with both values
            ([0, 0, 1, 2], False),  # who has the rarer value is one
            ([0, 1, 2, 3], True),  # two persons a value, fewer than folds
        ],
    )
    def test_few_persons_are_folds_of_their_own(self, persons: list[int], told: bool) -> None:
        """Images of a value come in two tens, each of one person; a value that only one person has is not promised."""
        values, names = ["a"] * 20 + ["b"] * 20, [str(person) for person in persons for _ in range(10)]
        faces = Labelled(smooth_faces(40, 5), {"v": values}, np.ones(40, np.bool_), names)
        shares = measure_shares(honest_model(smooth_faces(100, 0)), faces, n=10)
        assert {share.value for share in shares} == ({"a", "b"} if told else set())

    def test_each_value_is_learned_in_every_fold(self) -> None:
        """Twenty persons with one value, two with the other: these are never left out together."""
        truth = np.array(["a"] * 120 + ["b"] * 5, np.str_)
        persons = np.array([str(row // 6) for row in range(120)] + ["x"] + ["y"] * 4, np.str_)
        splits = _splits(truth, persons)
        assert all(set(truth[learned]) == {"a", "b"} for learned, _ in splits)
        assert sorted(row for _, left_out in splits for row in left_out) == list(range(125))


def two_tone_model(share_light: float) -> FaceModel:
    """Draws the mean light face, or with the rest of the probability the mean dark one."""
    images = np.stack([LIGHT.images[62], DARK.images[62]])
    basis = make_basis(images)
    flat = (images.reshape(2, -1) / np.float32(127.5)) - 1 - basis.mean
    light, dark = (flat @ basis.components.T / basis.deviations**2).astype(np.float32)
    edge = np.float32({0.9: 1.2816, 0.5: 0.0}[share_light])
    steep, step = np.float32(1e4), (dark - light) / np.float32(0.8)
    return replace(
        make_eigen_model(), basis=basis, latent_size=1, widths=(2,),
        generator={
            "hidden_1.kernel": np.full((1, 2), steep, np.float32),
            "hidden_1.bias": np.array([-steep * edge, -steep * edge - 1]),
            "output.kernel": np.stack([step, -step]), "output.bias": light - np.float32(0.2) * step,
        },
    )  # fmt: skip


class TestQuality:
    real = smooth_faces(200, 2)

    def test_an_honest_model_is_about_as_good_as_real_images(self) -> None:
        found = measure_quality(honest_model(smooth_faces(200, 0)), self.real)
        assert found.images == 100
        assert found.figures.kid == pytest.approx(found.real.kid, abs=0.1)  # of 100 images; 10 faces have 1.8
        assert found.figures.coverage == pytest.approx(found.real.coverage, abs=0.15)
        assert found.figures.score == pytest.approx(1 - found.figures.kid - 0.5 * (1 - found.figures.coverage))

    def test_a_model_of_ten_faces_scores_lower(self) -> None:
        honest, poor = honest_model(smooth_faces(200, 0)), mixture_of(smooth_faces(10, 0))
        assert measure_quality(poor, self.real).figures.score < measure_quality(honest, self.real).figures.score - 0.2

    def test_the_group_that_is_not_shown_is_the_worst(self) -> None:
        others = smooth_faces(100, 4, spread=2.5)
        real = np.concatenate([self.real, others])
        names = ["near"] * 200 + ["far"] * 96 + ["few"] * 4
        found = measure_quality(honest_model(smooth_faces(200, 0)), real, groups=names).to_dict()
        assert found["worst_group"] == "far"
        assert {group["group"] for group in found["groups"]} == {"near", "far"}

    def test_drawn_faces_are_counted_by_valid_parts(self) -> None:
        assert measure_quality(two_tone_model(0.9), LIGHT.images).valid_combinations == pytest.approx(0.9, abs=0.1)
        assert measure_quality(honest_model(smooth_faces(50, 0)), self.real).valid_combinations is None

    def test_too_few_images_are_refused(self) -> None:
        with pytest.raises(TooFewImages):
            measure_quality(honest_model(smooth_faces(50, 0)), self.real[:15])


class TestCompare:
    def test_tells_the_same_faces_from_others(self) -> None:
        faces, more, narrow = smooth_faces(64, 1), smooth_faces(64, 2), smooth_faces(64, 3, spread=0.2)
        assert compare(faces, more).score > compare(faces, narrow).score
        assert compare(faces, faces).coverage == 1


class TestFills:
    def test_both_engines_are_measured_by_group(self) -> None:
        names = ["a"] * 6 + ["b"] * 6
        ridge, draws = (found.to_dict() for found in measure_fills(make_eigen_model(), LIGHT.images[:12], groups=names))
        assert (ridge["engine"], draws["engine"], ridge["images"]) == ("R", "A", 12)
        for found in (ridge, draws):
            low, high = found["psnr_hole_95"]
            assert 15 < low <= found["psnr_hole"] <= high <= 60
            assert [group["group"] for group in found["groups"]] == ["a", "b"]
