"""Engine C: draws of a generator that is told what is visible."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from tests.unit.faces.filling_models import make_eigen_model

from maskeraid_faces.coverings.shapes import box, lower_face
from maskeraid_faces.drawing.covered import COVERINGS
from maskeraid_faces.drawn import draw_faces
from maskeraid_faces.errors import BadModelFile, BadSettings
from maskeraid_faces.evaluation.fills import measure_fills
from maskeraid_faces.face_model import Conditional, FaceModel, Floats
from maskeraid_faces.filling.conditional import bend, covering_code, posterior, seen_weights
from maskeraid_faces.filling.covering_system import covering_system, model_system
from maskeraid_faces.filling.fill import fill
from maskeraid_faces.filling.picks import Pick
from maskeraid_faces.images import Images, to_network
from maskeraid_faces.model_files import load_model, save_model
from maskeraid_faces.training import engine_c, honest_answers
from maskeraid_faces.training.basis import fit_basis
from maskeraid_faces.training.choices import wants_engine_c
from maskeraid_faces.training.engine_c import accepted, with_engine_c
from maskeraid_faces.training.engines import EngineTraining
from maskeraid_faces.training.image_set import prepare
from maskeraid_faces.training.settings import KindChoice, TrainSettings, Watch
from maskeraid_faces.training.train import train

FACES = draw_faces("faces-light-balanced").images[::4]
NOISY = np.clip(FACES + np.random.default_rng(0).normal(0, 6, FACES.shape), 0, 255).astype(np.uint8)
MASK = COVERINGS["mask"]
WIDTH = 8


def _no_step(step: int, *_: object) -> None:
    raise AssertionError(f"step {step} was made")


NEVER = Watch(progress=_no_step)


def weights_of(model: FaceModel, scale: float = 0.0) -> dict[str, Floats]:
    """Of a generator that bends nothing, or by chance."""
    random, rank = np.random.default_rng(0), model.basis.gan_rank
    told = rank + len(seen_weights(model.basis)) + 64
    shapes = {
        "hidden_1.kernel": (told, WIDTH), "hidden_1.bias": (WIDTH,),
        "output.kernel": (WIDTH, rank), "output.bias": (rank,),
    }  # fmt: skip
    return {name: scale * random.standard_normal(shape, np.float32) for name, shape in shapes.items()}


@cache
def photo_model(scale: float = 0.0, temperature: float = 0.8) -> FaceModel:
    model = make_eigen_model(kind="photo")
    return replace(model, conditional=Conditional(weights_of(model, scale), temperature))


class TestDraws:
    @pytest.mark.parametrize("pick", ["spread", "sample"])
    def test_agree_with_the_visible_part_and_leave_it_as_it_is(self, pick: Pick) -> None:
        face = FACES[3]
        filled = fill(face, MASK, photo_model(0.3), engine="C", pick=pick, k=8, seed=1)
        assert (filled.engine, len(filled.candidates)) == ("C", 8)
        for candidate in filled.candidates:
            assert np.array_equal(candidate.final[~MASK], face[~MASK])
            assert candidate.fit < 20  # grey levels; two faces lie some 30 apart

    def test_without_a_bend_are_those_of_gaussian_faces(self) -> None:
        model = make_eigen_model(kind="photo")
        system = model_system(model, MASK)
        noise = np.random.default_rng(1).standard_normal((5, len(model.basis.components)), np.float32)
        assert np.array_equal(bend(weights_of(model), noise, noise[0], covering_code(MASK), model.basis), noise)
        keep = posterior(system)
        assert np.allclose(noise @ keep, system.penalty * system.solve(noise), atol=1e-4)
        variances = np.linalg.eigvalsh(keep)
        assert variances.min() > -1e-3  # float32: machines differ in the fourth place
        assert variances.max() < 1 + 1e-3

    def test_a_lower_temperature_draws_less_variety(self) -> None:
        def spread(model: FaceModel) -> float:
            filled = fill(FACES[3], MASK, model, engine="C", k=8, seed=1)
            return float(np.stack([one.final for one in filled.candidates]).std(axis=0)[MASK].mean())

        assert spread(photo_model(0.3, 0.5)) < 0.8 * spread(photo_model(0.3, 1.0))

    def test_are_the_same_with_the_same_seed(self) -> None:
        first, second = (fill(FACES[3], MASK, photo_model(0.3), k=3, seed=2) for _ in range(2))
        assert [one.final.tobytes() for one in first.candidates] == [one.final.tobytes() for one in second.candidates]

    def test_the_network_is_told_which_fields_are_covered(self) -> None:
        code = covering_code(box(32, (0, 4), (0, 8)))
        assert np.array_equal(code.nonzero()[0], [0, 1])
        assert np.allclose(covering_code(lower_face(64)).mean(), lower_face(64).mean())


class TestChoice:
    def test_of_auto_is_c_where_there_is_one(self) -> None:
        assert fill(FACES[3], MASK, photo_model(), k=1).engine == "C"
        assert fill(FACES[3], MASK, make_eigen_model(kind="photo"), k=1).engine == "A"
        assert fill(FACES[3], MASK, photo_model(), k=1, pick="random").engine == "A"

    def test_of_c_without_one_is_refused(self) -> None:
        with pytest.raises(BadSettings, match="no engine C") as refused:
            fill(FACES[3], MASK, make_eigen_model(), engine="C")
        assert refused.value.facts == {"field": "engine", "allowed": ["auto", "R", "A"]}

    def test_of_c_at_random_is_refused(self) -> None:
        with pytest.raises(BadSettings, match="random"):
            fill(FACES[3], MASK, photo_model(), engine="C", pick="random")

    @pytest.mark.parametrize(
        ("number", "wanted", "is_trained"),
        [(100, None, False), (100, True, True), (300, None, True), (300, False, False)],
    )
    def test_it_is_trained_of_many_photographs_or_when_asked_for(
        self, number: int, wanted: bool | None, is_trained: bool
    ) -> None:
        images = np.random.default_rng(0).integers(0, 256, (number, 16, 16, 3), np.uint8)
        settings = TrainSettings(engine_c=wanted)
        assert wants_engine_c(prepare(images, settings, None, 0), settings) is is_trained

    @pytest.mark.parametrize(
        ("images", "persons"),
        [(FACES, None), (FACES[:20], None), (FACES[:40], ["anna"] * 40)],
        ids=["drawn", "few", "one"],
    )
    def test_what_cannot_be_judged_is_refused_before_the_first_step(
        self, images: Images, persons: list[str] | None
    ) -> None:
        kind: KindChoice = "auto" if len(images) > 40 else "photo"
        with pytest.raises(BadSettings, match="engine_c needs photographs"):
            train(images, settings=TrainSettings(kind=kind, engine_c=True), groups=persons, watch=NEVER)
        usual = TrainSettings(kind=kind)
        assert not wants_engine_c(prepare(images, usual, persons, 0), usual)

    def test_an_evaluation_measures_it_too(self) -> None:
        assert [one.engine for one in measure_fills(photo_model(), FACES, most=4)] == ["R", "A", "C"]


class TestFiles:
    def test_come_back(self) -> None:
        model = replace(photo_model(0.3), widths=(4,))
        model = replace(model, generator=saved_generator(model))
        loaded = load_model(save_model(model))
        assert loaded.conditional is not None
        assert model.conditional is not None
        assert loaded.conditional.temperature == 0.8
        assert all(
            np.array_equal(loaded.conditional.weights[name], array) for name, array in model.conditional.weights.items()
        )

    def test_without_its_arrays_are_refused(self) -> None:
        model = replace(photo_model(0.3), widths=(4,))
        files = save_model(replace(model, generator=saved_generator(model)))
        with pytest.raises(BadModelFile):
            load_model({name: content for name, content in files.items() if name != "conditional.safetensors"})


def saved_generator(model: FaceModel) -> Mapping[str, Floats]:
    rank = model.basis.gan_rank
    shapes = {
        "hidden_1.kernel": (model.latent_size, 4), "hidden_1.bias": (4,),
        "output.kernel": (4, rank), "output.bias": (rank,),
    }  # fmt: skip
    return {name: np.zeros(shape, np.float32) for name, shape in shapes.items()}


class TestAcceptance:
    def test_takes_the_highest_temperature_that_loses_little(self) -> None:
        model = make_eigen_model(kind="photo")
        made = accepted(model, Conditional(weights_of(model), 1.0), FACES[:20], seed=1)
        told = made.facts["engine_c"]
        assert isinstance(told, list)
        if made.conditional is not None:
            assert told[-1]["lost_db"] <= engine_c.MOST_LOST
            assert made.conditional.temperature == told[-1]["temperature"]
        assert all(one["lost_db"] > engine_c.MOST_LOST for one in told[:-1])

    def test_leaves_out_what_loses_to_ridge_and_says_so(self) -> None:
        model = make_eigen_model(kind="photo")
        wild = Conditional(weights_of(model, 20.0), 1.0)
        made = accepted(model, wild, FACES[:20], seed=1)
        assert made.conditional is None
        assert "loses to ridge" in made.facts["reasons"][-1]  # type: ignore[index]


class TestHonesty:
    def test_answers_are_to_faces_that_were_not_seen(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Beside answers with the model's own components, which know each face."""
        monkeypatch.setattr(honest_answers, "COVERINGS", 4)
        noisy = np.clip(FACES + np.random.default_rng(0).normal(0, 20, FACES.shape), 0, 255).astype(np.uint8)
        basis = fit_basis(noisy, kind="photo", seed=0)
        parts = list(honest_answers.honest_answers(noisy, None, basis, 0.05, 1, is_mirrored=False))
        answers = honest_answers.joined(parts)
        assert answers.answers.shape == (4, honest_answers.FACES_A_COVERING, len(basis.components))
        covering = lower_face(32)
        system = covering_system(basis, covering, 0.05)
        values = to_network(noisy).reshape(len(noisy), -1)
        eye = np.eye(len(system.gram), dtype=np.float32)
        own = np.linalg.solve(system.gram + system.penalty * eye, system.project(values, basis).T).T
        truths = (values - basis.mean) @ basis.components.T / np.square(basis.deviations)
        theirs = np.square(answers.answers - answers.truths).mean()
        assert theirs > 1.5 * np.square(own - truths).mean()

    @pytest.mark.parametrize(("people", "folds"), [(1, 5), (3, 3), (40, 5)])
    def test_no_fold_is_empty_and_a_person_is_in_one(self, people: int, folds: int) -> None:
        names = [f"p{place % people}" for place in range(120)]
        found = honest_answers._folds(120, names, np.random.default_rng(0))
        assert set(found.tolist()) == set(range(folds))
        if people > 1:
            assert all(len(set(found[place::people].tolist())) == 1 for place in range(people))

    def test_answers_to_few_persons_are_made_too(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(honest_answers, "COVERINGS", 1)
        names = [f"p{place % 3}" for place in range(len(NOISY))]
        basis = fit_basis(NOISY, kind="photo", seed=0)
        (answers,) = honest_answers.honest_answers(NOISY, names, basis, 0.05, 1, is_mirrored=True)
        assert np.isfinite(answers.answers).all()


class TestTraining:
    @pytest.fixture(autouse=True)
    def small(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(honest_answers, "COVERINGS", 6)
        monkeypatch.setattr(honest_answers, "FACES_A_COVERING", 60)
        monkeypatch.setattr("maskeraid_faces.training.conditional.STEPS", 40)
        monkeypatch.setattr("maskeraid_faces.training.conditional.STEPS_A_CALL", 20)

    @pytest.mark.usefixtures("uncompiled")
    def test_is_a_phase_of_a_training_of_photographs(self) -> None:
        phases: list[str] = []
        settings = TrainSettings(kind="photo", steps=20, engine_c=True, detector=False)
        model = train(NOISY, settings=settings, seed=3, watch=Watch(phase=phases.append)).model
        assert phases.count("engine_c") == 1
        assert isinstance(model.facts["engine_c"], list)

    def test_is_repeatable_to_the_bit(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(engine_c, "MOST_LOST", 99.0)
        model = make_eigen_model(kind="photo")
        made = [with_engine_c(model, EngineTraining(NOISY, NOISY[:8], None, 1, is_mirrored=True)) for _ in range(2)]
        first, second = (one.conditional for one in made if one is not None)
        assert first is not None
        assert second is not None
        for name, array in first.weights.items():
            assert array.tobytes() == second.weights[name].tobytes()
        assert any(np.abs(array).max() > 0 for name, array in first.weights.items() if "output" in name)

    @pytest.mark.usefixtures("uncompiled")
    def test_that_is_stopped_there_leaves_it_out_and_says_so(self) -> None:
        said: list[str] = []
        state = {"ended": False}
        watch = Watch(
            phase=lambda name: state.update(ended=name == "engine_c"),
            stop=lambda: state["ended"],
            warn=lambda code, _: said.append(code),
        )
        settings = TrainSettings(kind="photo", steps=20, engine_c=True, detector=False)
        result = train(NOISY, settings=settings, seed=3, watch=watch)
        assert result.model.conditional is None
        assert said == ["engine_c_left_out"]
        assert result.stopped == "finished"
