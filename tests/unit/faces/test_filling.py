"""Filling, on models that NumPy made: what candidates are, what never changes, what is refused."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.faces.filling_models import make_eigen_model, make_thesis_model

from maskeraid_faces import errors
from maskeraid_faces.blending.composite import visible_sha256
from maskeraid_faces.drawing.covered import COVERINGS
from maskeraid_faces.drawn import draw_faces
from maskeraid_faces.face_model import Bank, FaceModel
from maskeraid_faces.filling import covering_system
from maskeraid_faces.filling.fill import MOST_CANDIDATES, fill
from maskeraid_faces.filling.filled import Filled
from maskeraid_faces.images import Image, Images
from maskeraid_faces.metrics.colour_difference import colour_difference

MASK = COVERINGS["mask"]
LIGHT = draw_faces("faces-light")
EYES = (slice(12, 16), slice(10, 23))
NOSE_AND_MOUTH = (slice(16, 27), slice(11, 21))
HIDDEN_COMBINATIONS = 25


@pytest.fixture(scope="module")
def model() -> FaceModel:
    return make_eigen_model()


@pytest.fixture(scope="module")
def photo_model() -> FaceModel:
    """The same faces taken for photographs: no palette, seams closed by a membrane."""
    return make_eigen_model(kind="photo")


@pytest.fixture(scope="module")
def thesis_model() -> FaceModel:
    return make_thesis_model()


@pytest.fixture(scope="module")
def models(model: FaceModel, photo_model: FaceModel, thesis_model: FaceModel) -> dict[str, FaceModel]:
    return {"drawn": model, "photo": photo_model, "thesis": thesis_model}


@pytest.fixture
def face() -> Image:
    return covered(37)


def covered(row: int, images: Images = LIGHT.images) -> Image:
    return np.where(MASK[..., None], np.array((20, 150, 140), np.uint8), images[row])


def skin_difference(filled: Filled, face: Image) -> float:
    """Median dE00 of the filled cheek to the visible forehead."""
    cheeks = filled.candidates[0].final[20:28, 9:11].reshape(-1, 3)
    return float(np.median(colour_difference(cheeks, np.broadcast_to(face[10, 15], cheeks.shape))))


class TestVisiblePixels:
    @given(
        cells=st.lists(st.booleans(), min_size=16, max_size=16).filter(lambda cells: 0 < sum(cells) < 15),
        kind=st.sampled_from(["drawn", "photo", "thesis"]),
        options=st.fixed_dictionaries(
            {
                "pick": st.sampled_from(["spread", "sample", "random"]),
                "engine": st.sampled_from(["auto", "R"]),
                "tone_match": st.sampled_from(["auto", "off"]),
                "smoothing_k": st.sampled_from([None, 0, 3]),
                "seed": st.integers(0, 5),
            }
        ),
    )
    @settings(max_examples=40, deadline=None)
    def test_stay_as_they_are_whatever_is_asked(
        self, models: dict[str, FaceModel], cells: list[bool], kind: str, options: dict[str, Any]
    ) -> None:
        covering = np.kron(np.reshape(cells, (4, 4)), np.ones((8, 8))).astype(np.bool_)
        image = np.random.default_rng(options["seed"]).integers(0, 256, (32, 32, 3), np.uint8)
        filled = fill(image, covering, models[kind], k=2, **options)
        assert filled.visible_sha256_of_input == visible_sha256(image, covering)
        for candidate in filled.candidates:
            assert np.array_equal(candidate.final[~covering], image[~covering])
            assert visible_sha256(candidate.final, covering) == filled.visible_sha256


class TestCandidates:
    @pytest.mark.parametrize("pick", ["spread", "sample", "random"])
    def test_weights_sum_to_one_best_first(self, model: FaceModel, face: Image, pick: str) -> None:
        weights = [one.weight for one in fill(face, MASK, model, pick=pick).candidates]  # type: ignore[arg-type]
        assert sum(weights) == pytest.approx(1)
        assert weights == sorted(weights, reverse=True)
        assert len(weights) == 8

    def test_spread_gives_unlike_ones(self, model: FaceModel, face: Image) -> None:
        finals = [one.final.tobytes() for one in fill(face, MASK, model).candidates]
        assert len(set(finals)) == 8

    def test_are_exact_faces_of_the_set(self, model: FaceModel, face: Image) -> None:
        known = {image[MASK].tobytes() for image in LIGHT.images}
        assert all(one.final[MASK].tobytes() in known for one in fill(face, MASK, model, k=25).candidates)

    def test_agree_with_the_visible_eyes(self, model: FaceModel, face: Image) -> None:
        for candidate in fill(face, MASK, model).candidates:
            assert candidate.stages is not None
            assert np.array_equal(candidate.stages.smoothed[EYES], LIGHT.images[37][EYES])

    def test_truth_is_among_all_possible_answers(self, model: FaceModel, face: Image) -> None:
        filled = fill(face, MASK, model, k=HIDDEN_COMBINATIONS)
        assert filled.outcomes == HIDDEN_COMBINATIONS
        assert any(np.array_equal(one.final, LIGHT.images[37]) for one in filled.candidates)

    @pytest.mark.parametrize("name", ["drawn", "thesis"])
    @pytest.mark.parametrize("pick", ["spread", "sample", "random"])
    def test_possible_are_those_that_fit_however_many_are_shown(
        self, models: dict[str, FaceModel], face: Image, name: str, pick: str
    ) -> None:
        """Also of random draws, as the thesis takes them (section 7.4: 1 of 25)."""
        for k in (1, 8):
            filled = fill(face, MASK, models[name], k=k, pick=pick)  # type: ignore[arg-type]
            assert (filled.outcomes, len(filled.candidates)) == (HIDDEN_COMBINATIONS, k)

    def test_do_not_favour_the_truth(self, model: FaceModel) -> None:
        """Nothing visible tells of the nose and mouth: a higher share than 1/25 were a leak."""
        weights = []
        for row in range(0, 125, 12):
            candidates = fill(covered(row), MASK, model, k=HIDDEN_COMBINATIONS).candidates
            weights += [one.weight for one in candidates if np.array_equal(one.final, LIGHT.images[row])]
        assert np.mean(weights) == pytest.approx(1 / HIDDEN_COMBINATIONS, abs=0.01)

    def test_random_does_not_look_at_the_eyes(self, model: FaceModel, face: Image) -> None:
        filled = fill(face, MASK, model, k=MOST_CANDIDATES, pick="random", smoothing_k=0)
        assert len(filled.candidates) == MOST_CANDIDATES
        eyes = [one.stages.generated[EYES].astype(float) for one in filled.candidates if one.stages]
        errors_to_truth = [np.abs(one - LIGHT.images[37][EYES]).mean() for one in eyes]
        assert np.mean(np.array(errors_to_truth) < 5) < 0.5  # a fifth of the faces have these eyes

    def test_thesis_weights_prefer_the_visible_eyes(self, thesis_model: FaceModel, face: Image) -> None:
        candidate = fill(face, MASK, thesis_model, smoothing_k=0).candidates[0]
        assert candidate.stages is not None
        assert np.array_equal(candidate.stages.generated[EYES], LIGHT.images[37][EYES])

    def test_ridge_gives_one(self, model: FaceModel, face: Image) -> None:
        filled = fill(face, MASK, model, engine="R")
        assert (filled.engine, len(filled.candidates)) == ("R", 1)

    def test_stages_are_left_out_when_not_wanted(self, model: FaceModel, face: Image) -> None:
        assert fill(face, MASK, model, stages=False).candidates[0].stages is None

    def test_clipped_stage_shows_what_is_replaced(self, model: FaceModel, face: Image) -> None:
        stages = fill(face, MASK, model).candidates[0].stages
        assert stages is not None
        assert np.array_equal(stages.clipped[MASK], face[MASK])
        assert (stages.clipped[~MASK] == 255).all()

    def test_smoothing_leaves_few_colours(self, photo_model: FaceModel, face: Image) -> None:
        stages = fill(face, MASK, photo_model, smoothing_k=5).candidates[0].stages
        assert stages is not None
        assert len(np.unique(stages.smoothed.reshape(-1, 3), axis=0)) <= 5


class TestPhotographs:
    def test_many_fills_average_to_ridge(self, photo_model: FaceModel, face: Image) -> None:
        """Matheron's rule on draws of a linear model: their mean is ridge's answer."""
        ridge = fill(face, MASK, photo_model, engine="R", smoothing_k=0, tone_match="off").candidates[0].final
        finals = [
            candidate.final.astype(float)
            for seed in range(4)
            for candidate in fill(
                face, MASK, photo_model, k=32, pick="sample", seed=seed, smoothing_k=0, tone_match="off"
            ).candidates
        ]
        error = np.abs(np.mean(finals, axis=0) - ridge)[MASK].mean()
        assert error < np.std(finals, axis=0)[MASK].mean() / 2


class TestTone:
    """Figure 4 of the thesis: a model of another tone."""

    def test_is_the_visible_skin(self, face: Image) -> None:
        filled = fill(face, MASK, make_eigen_model("faces-medium"))
        assert skin_difference(filled, face) == 0

    def test_is_the_models_own_when_matching_is_off(self, face: Image) -> None:
        filled = fill(face, MASK, make_eigen_model("faces-medium"), tone_match="off")
        assert skin_difference(filled, face) > 10

    def test_leaves_the_visible_features_to_be_told_apart(self) -> None:
        """A dark face's faint nose and mouth are no light face's, unless the skin is moved first."""
        light, dark, hole = make_eigen_model("faces-light"), draw_faces("faces-dark").images, COVERINGS["sunglasses"]
        for row in range(0, 125, 7):
            face = np.where(hole[..., None], np.uint8(40), dark[row])
            stages = fill(face, hole, light, k=1).candidates[0].stages
            assert stages is not None
            assert np.array_equal(stages.smoothed[NOSE_AND_MOUTH], LIGHT.images[row][NOSE_AND_MOUTH])


class TestUncertainty:
    @pytest.mark.parametrize("engine", ["A", "R"])
    def test_is_zero_outside_and_doubt_within(self, model: FaceModel, face: Image, engine: str) -> None:
        uncertainty = fill(face, MASK, model, engine=engine).uncertainty  # type: ignore[arg-type]
        assert (uncertainty[~MASK] == 0).all()
        assert 0 < uncertainty[MASK].max() <= 1

    def test_lies_where_answers_differ(self, model: FaceModel, face: Image) -> None:
        uncertainty = fill(face, MASK, model).uncertainty
        assert uncertainty[23:25, 13:19].mean() > 0.05  # mouths
        assert uncertainty[20:22, 9:12].max() < 0.01  # cheek

    def test_few_agreeing_draws_are_flagged(self, model: FaceModel, face: Image) -> None:
        few = replace(model, bank=Bank(model.bank.latents[:200], np.asarray(model.bank.draws, np.float32)[:200]))
        assert fill(face, MASK, few).candidates[0].is_approximate
        assert not fill(face, MASK, model).candidates[0].is_approximate


class TestReproducibility:
    @pytest.mark.parametrize("pick", ["spread", "sample", "random"])
    def test_same_seed_gives_the_same_bytes(self, photo_model: FaceModel, face: Image, pick: str) -> None:
        one, other = (fill(face, MASK, photo_model, pick=pick, seed=3) for _ in range(2))  # type: ignore[arg-type]
        assert [a.final.tobytes() for a in one.candidates] == [b.final.tobytes() for b in other.candidates]

    def test_another_seed_gives_others(self, photo_model: FaceModel, face: Image) -> None:
        one, other = (fill(face, MASK, photo_model, seed=seed) for seed in (0, 1))
        assert one.candidates[0].final.tobytes() != other.candidates[0].final.tobytes()

    def test_threads_share_the_store_of_coverings(self, photo_model: FaceModel, face: Image) -> None:
        coverings = [np.roll(MASK, shift, axis=1) for shift in range(covering_system.SYSTEMS_KEPT + 3)] * 2
        alone = [fill(face, covering, photo_model, k=1).candidates[0].final for covering in coverings]
        with ThreadPoolExecutor(4) as threads:
            together = list(threads.map(lambda one: fill(face, one, photo_model, k=1).candidates[0].final, coverings))
        assert all(np.array_equal(a, b) for a, b in zip(alone, together, strict=True))


class TestResult:
    def test_is_plain_json(self, model: FaceModel, face: Image) -> None:
        facts = fill(face, MASK, model, k=2).to_dict()
        assert json.loads(json.dumps(facts)) == facts


class TestRefusals:
    @pytest.mark.parametrize(
        "options", [{"k": 0}, {"k": MOST_CANDIDATES + 1}, {"engine": "B"}, {"engine": "C"}, {"engine": "x"}]
    )
    def test_settings_out_of_range(self, model: FaceModel, face: Image, options: dict[str, object]) -> None:
        with pytest.raises(errors.BadSettings) as refusal:
            fill(face, MASK, model, **options)  # type: ignore[arg-type]
        assert refusal.value.facts["field"] in options
        assert refusal.value.facts["allowed"]

    @pytest.mark.parametrize("option", ["pick", "tone_match"])
    def test_unknown_words(self, model: FaceModel, face: Image, option: str) -> None:
        with pytest.raises(errors.BadSettings):
            fill(face, MASK, model, **{option: "best"})  # type: ignore[arg-type]

    @pytest.mark.parametrize(
        ("change", "error"),
        [
            (lambda face, covering: (face.astype(float), covering), errors.BadImage),
            (lambda face, covering: (face[:24, :24], covering[:24, :24]), errors.SizeMismatch),
            (lambda face, covering: (face, covering.astype(int)), errors.BadCovering),
            (lambda face, covering: (face, covering[:-1]), errors.ShapeMismatch),
            (lambda face, covering: (face, np.zeros_like(covering)), errors.NothingCovered),
            (lambda face, covering: (face, np.ones_like(covering)), errors.TooMuchCovered),
        ],
    )
    def test_bad_input(
        self,
        model: FaceModel,
        face: Image,
        change: Callable[[Image, object], tuple[Image, object]],
        error: type[Exception],
    ) -> None:
        with pytest.raises(error):
            fill(*change(face, MASK), model)  # type: ignore[arg-type]
