"""Engine B: ridge's answer, and what a network adds to it as far as its gate is open."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from tests.unit.faces.filling_models import make_eigen_model

from maskeraid_faces.coverings.shapes import lower_face
from maskeraid_faces.drawing.covered import COVERINGS
from maskeraid_faces.drawn import draw_faces
from maskeraid_faces.errors import BadModelFile, BadSettings
from maskeraid_faces.face_model import Conditional, FaceModel, Gated
from maskeraid_faces.filling.fill import fill
from maskeraid_faces.filling.filled import Filled
from maskeraid_faces.filling.gated import ANSWER, questions
from maskeraid_faces.filling.near_copies import _temperature
from maskeraid_faces.filling.picks import Pick
from maskeraid_faces.images import Floats, to_network
from maskeraid_faces.model_files import load_model, save_model
from maskeraid_faces.networks.gated_stages import GatedStages
from maskeraid_faces.training import engine_b, gated_practice, honest_answers
from maskeraid_faces.training import train as training
from maskeraid_faces.training.choices import wants_engine_b
from maskeraid_faces.training.engine_b import accepted, plan_for, with_engine_b
from maskeraid_faces.training.engines import EngineTraining
from maskeraid_faces.training.gated import GatedGan, GatedPlan
from maskeraid_faces.training.gated_gate import Sums, measure
from maskeraid_faces.training.gated_practice import Practice, practice_for
from maskeraid_faces.training.image_set import prepare
from maskeraid_faces.training.settings import TrainSettings, Watch
from maskeraid_faces.training.train import train

FACES = draw_faces("faces-light-balanced").images[::4]
NOISY = np.clip(FACES + np.random.default_rng(0).normal(0, 6, FACES.shape), 0, 255).astype(np.uint8)
MASK = COVERINGS["mask"]
BASE = 2
PLAN = GatedPlan(BASE, steps=2, batch=2, look_every=1, seconds=600, adversarial=0.05, compiled=False)


def some_weights(scale: float = 0.3) -> Mapping[str, Floats]:
    """Of a network whose draws lie some 30 grey levels from ridge's answer, and 20 from one another."""
    random = np.random.default_rng(0)
    weights = {
        name: np.float32(1.4 / np.sqrt(np.prod(shape[:-1])) * (len(shape) > 1))
        * random.standard_normal(shape, np.float32)
        for name, shape in GatedStages(32, BASE).shapes().items()
    }
    return {**weights, "output.kernel": np.float32(scale) * weights["output.kernel"]}


@cache
def photo_model(gate: float = 0.5, *, leads: bool = False) -> FaceModel:
    return replace(make_eigen_model(kind="photo"), gated=Gated(some_weights(), BASE, gate, 0.8, leads))


def of_b(model: FaceModel, pick: Pick = "spread", seed: int = 1) -> Filled:
    return fill(FACES[3], MASK, model, engine="B", pick=pick, k=8, seed=seed)


@pytest.fixture(scope="module")
def saved() -> FaceModel:
    """One that can be written to files."""
    model = photo_model(0.35, leads=True)
    rank = model.basis.gan_rank
    shapes = {
        "hidden_1.kernel": (model.latent_size, 4), "hidden_1.bias": (4,),
        "output.kernel": (4, rank), "output.bias": (rank,),
    }  # fmt: skip
    generator = {name: np.zeros(shape, np.float32) for name, shape in shapes.items()}
    return replace(model, widths=(4,), generator=generator)


@pytest.fixture(scope="module")
def plain() -> FaceModel:
    return make_eigen_model(kind="photo")


@pytest.fixture(scope="module")
def practice(plain: FaceModel) -> Practice:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gated_practice, "COVERINGS", 2)
        patch.setattr(gated_practice, "FACES_A_COVERING", 10)
        return honest_answers.joined(list(practice_for(plain, NOISY, None, 1, is_mirrored=True)))


@pytest.fixture(scope="module")
def gans(practice: Practice) -> list[GatedGan]:
    """Two of one seed, trained for two steps."""
    made = [GatedGan(practice, PLAN, 1, is_mirrored=True) for _ in range(2)]
    for gan in made:
        assert gan.train(lambda _: 0.9, lambda: False)
    return made


class TestDraws:
    @pytest.mark.parametrize("pick", ["spread", "sample"])
    def test_leave_the_visible_part_as_it_is(self, pick: Pick) -> None:
        filled = of_b(photo_model(), pick)
        assert filled.engine == "B"
        assert len(filled.candidates) > 1
        for candidate in filled.candidates:
            assert np.array_equal(candidate.final[~MASK], FACES[3][~MASK])

    def test_are_ridges_answer_where_the_gate_is_shut(self) -> None:
        filled, of_ridge = of_b(photo_model(0.0)), fill(FACES[3], MASK, photo_model(), engine="R")
        assert [one.final.tobytes() for one in filled.candidates] == [of_ridge.candidates[0].final.tobytes()]
        assert np.allclose(filled.uncertainty, of_ridge.uncertainty)

    def test_differ_more_the_wider_the_gate_is_open(self) -> None:
        def spread(gate: float) -> float:
            return float(
                np.stack([one.final for one in of_b(photo_model(gate), "sample").candidates]).std(axis=0).mean()
            )

        assert 0 < spread(0.3) < 0.7 * spread(1.0)

    def test_tell_their_doubt_at_an_open_gate(self) -> None:
        filled = of_b(photo_model(1.0), "sample")
        generated = np.stack([one.stages.generated for one in filled.candidates if one.stages]).astype(np.float32)
        assert np.allclose(filled.uncertainty[MASK], generated.std(axis=0)[MASK].mean(axis=1) / 255, atol=1e-4)

    def test_are_the_same_with_the_same_seed(self) -> None:
        first, second, other = (of_b(photo_model(), seed=seed).candidates[0].final.tobytes() for seed in (2, 2, 3))
        assert first == second != other

    def test_are_told_nothing_of_covered_pixels(self) -> None:
        changed = np.where(MASK[..., None], 255 - FACES[:2], FACES[:2]).astype(np.uint8)
        told = [questions(photo_model(), faces, MASK) for faces in (FACES[:2], changed)]
        assert np.array_equal(*told)
        assert np.array_equal(told[0][..., 3] > 0, np.broadcast_to(MASK, (2, 32, 32)))
        assert (told[0][..., 7][:, MASK] > 0).all()

    def test_of_a_shut_gate_are_as_smooth_as_ridges_to_those_who_look_for_copies(self) -> None:
        assert [_temperature(photo_model(gate), "gated") for gate in (0.0, 0.5)] == [0.0, 0.4]


class TestChoice:
    def test_of_auto_is_b_where_it_was_better(self) -> None:
        assert fill(FACES[3], MASK, photo_model(leads=True), k=1).engine == "B"
        assert fill(FACES[3], MASK, photo_model(), k=1).engine == "A"
        assert fill(FACES[3], MASK, photo_model(leads=True), k=1, pick="random").engine == "A"

    def test_of_b_without_one_is_refused(self) -> None:
        with pytest.raises(BadSettings, match="no engine B") as refused:
            fill(FACES[3], MASK, make_eigen_model(), engine="B")
        assert refused.value.facts == {"field": "engine", "allowed": ["auto", "R", "A"]}

    def test_of_b_at_random_is_refused(self) -> None:
        with pytest.raises(BadSettings, match="random"):
            fill(FACES[3], MASK, photo_model(), engine="B", pick="random")

    @pytest.mark.parametrize(
        ("number", "wanted", "has_gpu", "is_trained"),
        [(100, None, True, False), (300, None, True, True), (300, None, False, False), (100, True, False, True),
         (300, False, True, False)],
    )  # fmt: skip
    def test_it_is_trained_with_a_graphics_card_or_when_asked_for(
        self, number: int, wanted: bool | None, has_gpu: bool, is_trained: bool
    ) -> None:
        images = np.random.default_rng(0).integers(0, 256, (number, 16, 16, 3), np.uint8)
        settings = TrainSettings(engine_b=wanted)
        assert wants_engine_b(prepare(images, settings, None, 0), settings, lambda: has_gpu) is is_trained

    def test_what_cannot_be_judged_is_refused(self) -> None:
        settings = TrainSettings(engine_b=True)
        with pytest.raises(BadSettings, match="engine_b needs photographs") as refused:
            wants_engine_b(prepare(FACES, settings, None, 0), settings)
        assert refused.value.facts["field"] == "engine_b"

    def test_a_cpu_makes_few_steps_of_a_narrow_network(self) -> None:
        small, large = (plan_for(500, size, is_on_gpu=False) for size in (64, 256))
        on_gpu = plan_for(5_000, 64, is_on_gpu=True)
        assert (small.base, on_gpu.base) == (16, 32)
        assert 0 < large.steps < small.steps < 1_000 < on_gpu.steps == 100_000


class TestFiles:
    def test_come_back(self, saved: FaceModel) -> None:
        loaded, kept = load_model(save_model(saved)).gated, saved.gated
        assert loaded is not None
        assert kept is not None
        assert (loaded.base, loaded.gate, loaded.temperature, loaded.leads) == (BASE, 0.35, 0.8, True)
        assert all(np.array_equal(loaded.weights[name], array) for name, array in kept.weights.items())

    def test_without_its_arrays_are_refused(self, saved: FaceModel) -> None:
        files = save_model(saved)
        del files["gated.safetensors"]
        with pytest.raises(BadModelFile):
            load_model(files)

    def test_of_a_model_without_it_do_not_speak_of_it(self, saved: FaceModel) -> None:
        files = save_model(replace(saved, gated=None))
        assert not [name for name in json.loads(files["architecture.json"]) if name.startswith("gated")]
        assert load_model(files).engines == ("R", "A")


class TestGate:
    """Of what ridge lacks, `share` is added, and noise of a variance."""

    @staticmethod
    def sums(share: float, noise: float) -> Sums:
        missing = np.ones((2, 5), np.float32)
        added = share**2 * missing
        return Sums(missing, share * missing, added + noise / 8, added + noise)

    @pytest.mark.parametrize(
        ("share", "noise", "gate"), [(1, 0, 1), (2, 0, 0.5), (-1, 0, 0), (0.5, 2, 1), (0.1, 8, 0.1)]
    )
    def test_is_as_open_as_gains_most(self, share: float, noise: float, gate: float) -> None:
        assert self.sums(share, noise).best_gate() == pytest.approx(gate)

    def test_is_shut_where_one_covering_loses(self) -> None:
        good, bad = self.sums(0.9, 0), self.sums(-0.1, 0)
        mixed = Sums(*(np.stack([a[0], b[0]]) for a, b in zip(vars(good).values(), vars(bad).values(), strict=True)))
        assert mixed.best_gate() == 0

    def test_the_ratio_of_independent_draws_is_nine_sixteenths(self) -> None:
        assert self.sums(0.0, 1.0).ratio(1.0) == pytest.approx(9 / 16)

    def test_sums_are_those_of_candidates(self) -> None:
        model, random = photo_model(), np.random.default_rng(0)
        added = random.normal(0, 0.1, (8, 32, 32, 3)).astype(np.float32)
        sums = measure(model, FACES[:1], lambda _: added)
        hole = lower_face(32)
        missing = (to_network(FACES[:1]) - questions(model, FACES[:1], hole)[..., ANSWER])[0]
        for gate in (0.0, 0.7):
            errors = [np.square(missing - gate * one)[hole].sum() for one in (added.mean(axis=0), *added)]
            assert sums.mean_errors(gate)[0, 0] == pytest.approx(errors[0], rel=1e-3)
            assert sums.single_errors(gate)[0, 0] == pytest.approx(np.mean(errors[1:]), rel=1e-3)


class TestAcceptance:
    @staticmethod
    def accept(monkeypatch: pytest.MonkeyPatch, share: float, noise: float, model: FaceModel) -> FaceModel:
        monkeypatch.setattr(engine_b, "measure", lambda *_: TestGate.sums(share, noise))
        return accepted(
            model, Gated(some_weights(), BASE, 1.0, 1.0, leads=False), FACES[:4], FACES[4:8], 1, {"steps": 7}
        )

    def test_what_gains_clearly_leads(self, monkeypatch: pytest.MonkeyPatch) -> None:
        made = self.accept(monkeypatch, 0.5, 0.4, make_eigen_model(kind="photo"))
        assert made.gated is not None
        assert (made.gated.gate, made.gated.temperature, made.gated.leads) == (1.0, 1.0, True)
        told = made.facts["engine_b"]
        assert isinstance(told, dict)
        assert (told["steps"], told["gate"], told["leads"]) == (7, 1.0, True)
        assert told["gain_db"] == pytest.approx(10 * np.log10(1 / 0.3), abs=1e-3)
        assert "fills unless another" in made.facts["reasons"][-1]  # type: ignore[index]

    @pytest.mark.parametrize(("share", "noise"), [(0.01, 0.01), (0.5, 0.01)], ids=["little gain", "no variety"])
    def test_what_gains_little_or_varies_little_is_there_when_asked_for(
        self, share: float, noise: float, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        made = self.accept(monkeypatch, share, noise, make_eigen_model(kind="photo"))
        assert made.gated is not None
        assert not made.gated.leads
        assert "when it is asked for" in made.facts["reasons"][-1]  # type: ignore[index]

    @pytest.mark.parametrize(("lost", "leads"), [(0.1, True), (-6.0, False)])
    def test_engine_c_goes_before_it_where_that_is_better(
        self, lost: float, leads: bool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        model = make_eigen_model(kind="photo")
        model = replace(model, conditional=Conditional({}, 1.0), facts={"engine_c": [{"lost_db": lost}]})
        made = self.accept(monkeypatch, 0.5, 0.4, model)
        assert made.gated is not None
        assert made.gated.leads is leads

    def test_what_other_faces_lose_by_is_left_out(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A gate that was fitted to some faces by chance."""
        measured = iter([TestGate.sums(0.5, 0.4), TestGate.sums(-0.1, 0.4)])
        monkeypatch.setattr(engine_b, "measure", lambda *_: next(measured))
        gated = Gated(some_weights(), BASE, 1.0, 1.0, leads=False)
        made = accepted(make_eigen_model(kind="photo"), gated, FACES[:4], FACES[4:8], 1, {})
        assert made.gated is None

    @pytest.mark.parametrize("scale", [30.0, 1e30], ids=["wild", "diverged"])
    def test_what_loses_to_ridge_is_left_out_and_the_card_says_so(self, scale: float) -> None:
        wild = Gated(some_weights(scale), BASE, 1.0, 1.0, leads=True)
        made = accepted(make_eigen_model(kind="photo"), wild, FACES[:2], FACES[2:4], 1, {})
        assert made.gated is None
        assert made.engines == ("R", "A")
        assert made.facts["engine_b"]["gate"] == 0  # type: ignore[index]
        assert "its gate is 0" in made.facts["reasons"][-1]  # type: ignore[index]
        json.dumps(made.facts, allow_nan=False)


class TestTraining:
    def test_practises_on_honest_answers(self, practice: Practice) -> None:
        """They lie far from these noisy faces, which the components of all faces would know better."""
        assert practice.faces.shape == practice.answers.shape == (2, 10, 32, 32, 3)
        question, faces = practice.batch(4, np.random.default_rng(0), is_mirrored=True)
        assert (question.shape, faces.shape) == ((4, 32, 32, 8), (4, 32, 32, 3))
        covered = question[..., 3] > 0
        assert not question[covered][:, :3].any()
        assert np.array_equal(question[~covered][:, :3], faces[~covered])
        assert 0.02 < np.abs(question[..., ANSWER] - faces)[covered].mean() < 0.5

    def test_is_repeatable_to_the_bit(self, gans: list[GatedGan]) -> None:
        first, second = (gan.weights() for gan in gans)
        assert first.keys() == GatedStages(32, BASE).shapes().keys()
        assert all(array.tobytes() == second[name].tobytes() for name, array in first.items())
        assert np.abs(first["output.kernel"]).max() > 0

    def test_what_it_draws_is_what_is_drawn_of_its_weights(self, gans: list[GatedGan], plain: FaceModel) -> None:
        question = questions(plain, FACES[:1], MASK)[0]
        draws = gans[0].drawing()(question)
        assert draws.shape == (8, 32, 32, 3)
        assert np.array_equal(draws, gans[0].drawing()(question))

    def test_too_little_variety_makes_difference_worth_more(self, gans: list[GatedGan]) -> None:
        assert gans[0].beta == pytest.approx(0.3257 * 1.05**2, rel=1e-3)

    def test_ends_when_nobody_wants_more(self, practice: Practice, gans: list[GatedGan]) -> None:
        assert not gans[0].train(lambda _: 0.9, lambda: True)
        assert gans[0].train(lambda _: None, lambda: False)
        assert gans[0].steps == 1

    def test_keeps_the_weights_that_gained_most(self, monkeypatch: pytest.MonkeyPatch, plain: FaceModel) -> None:
        shares = iter([0.1, 0.5, *[0.3] * 10])
        monkeypatch.setattr(engine_b, "measure", lambda *_: TestGate.sums(next(shares), 0.0))

        class Still:
            def drawing(self) -> None: ...
            def weights(self) -> dict[str, Floats]:
                return {}

        looks = engine_b.Looks(plain, Still(), FACES[:1])  # type: ignore[arg-type]
        said = [looks.look(step) for step in range(1, 13)]
        assert looks.step == 2
        assert [one is None for one in said] == [*[False] * 11, True]

    @pytest.mark.usefixtures("uncompiled")
    def test_is_a_phase_of_a_training_of_photographs(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def stub(model: FaceModel, given: EngineTraining) -> FaceModel:
            counts = {"seen": len(given.images), "unseen": len(given.unseen)}
            return replace(model, facts={**model.facts, "engine_b": counts})

        monkeypatch.setattr(training, "with_engine_b", stub)
        phases: list[str] = []
        settings = TrainSettings(kind="photo", steps=2, engine_b=True, engine_c=False, detector=False)
        made = train(NOISY[:40, ::2, ::2], settings=settings, seed=3, watch=Watch(phase=phases.append)).model
        assert phases.count("engine_b") == 1
        assert made.facts["engine_b"] == {"seen": 36, "unseen": 4}

    def test_goes_from_faces_to_a_verdict(
        self, monkeypatch: pytest.MonkeyPatch, plain: FaceModel, gans: list[GatedGan]
    ) -> None:
        class Trained:
            steps, beta = 1, 0.3
            weights, drawing = gans[0].weights, gans[0].drawing

            def train(self, look: Callable[[int], float | None], should_stop: Callable[[], bool]) -> bool:
                return look(1) is not None and not should_stop()

        monkeypatch.setattr("maskeraid_faces.training.gated.GatedGan", lambda *_, **__: Trained())
        monkeypatch.setattr(gated_practice, "COVERINGS", 1)
        monkeypatch.setattr(gated_practice, "FACES_A_COVERING", 5)
        monkeypatch.setattr(engine_b, "plan_for", lambda *_, **__: replace(PLAN, steps=1))
        given = EngineTraining(NOISY, NOISY[:4], None, seed=1, is_mirrored=False)
        made = with_engine_b(plain, given)
        assert made is not None
        told = made.facts["engine_b"]
        assert isinstance(told, dict)
        assert (told["steps"], told["kept_step"], told["base"]) == (1, 1, BASE)
        assert (made.gated is None) is (told["gate"] == 0)
        assert with_engine_b(plain, replace(given, should_stop=lambda: True)) is None
