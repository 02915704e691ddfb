"""The training loop: the rules that end a run, what a watch is told, and what settings may be."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from numpy.typing import NDArray

from maskeraid_faces.drawn import draw_faces
from maskeraid_faces.errors import BadModelFile, BadSettings, OutOfMemory, TrainingDiverged
from maskeraid_faces.images import Floats, Images
from maskeraid_faces.training import loop as loop_module
from maskeraid_faces.training import noise
from maskeraid_faces.training.eigen import EigenGan
from maskeraid_faces.training.held_out import Judgement, invalid_share, judge_drawn, judge_images, judge_photos
from maskeraid_faces.training.loop import PATIENCE, TrainingLoop
from maskeraid_faces.training.progress import Plan, Progress
from maskeraid_faces.training.randomness import Stream
from maskeraid_faces.training.settings import Checkpoint, TrainSettings, Watch
from maskeraid_faces.training.train import train

State = Mapping[str, NDArray[Any]]


@pytest.fixture(scope="module")
def faces() -> Images:
    return draw_faces("faces-light").images


class TestRandomNumbers:
    def test_are_those_of_release_0_1(self) -> None:
        for stream in (Stream.WEIGHTS, Stream.LATENTS, Stream.SPLIT):
            assert noise._key(5, tf.constant(3), stream).numpy().tolist() == [5, 3 * 8 + stream]

    def test_differ_from_stream_to_stream(self) -> None:
        keys = {tuple(noise._key(5, tf.constant(3), stream).numpy().tolist()) for stream in Stream}
        assert len(keys) == len(Stream)


class TestJudgement:
    random = np.random.default_rng(0)
    real = random.standard_normal((125, 6)).astype(np.float32)

    def test_the_faces_themselves_are_the_best_draws(self) -> None:
        assert judge_drawn(np.repeat(self.real, 4, axis=0), self.real).quality == pytest.approx(1)

    def test_collapse_is_worse_than_a_little_noise(self) -> None:
        noise = self.random.standard_normal((500, 6)).astype(np.float32)
        noisy = np.repeat(self.real, 4, axis=0) + 0.1 * noise
        collapsed = np.repeat(self.real[:5], 100, axis=0)
        assert judge_drawn(noisy, self.real).quality > judge_drawn(collapsed, self.real).quality

    def test_images_are_best_when_they_are_the_faces_and_invalid_parts_cost(self, faces: Images) -> None:
        itself, collapsed = judge_images(faces, faces, "drawn"), judge_images(faces[:5].repeat(25, 0), faces, "drawn")
        grey = faces.copy()
        grey[:25, 22:27] = 128  # a fifth have no mouth
        assert itself.quality > 0.95
        assert collapsed.quality < itself.quality - 0.4
        assert judge_images(grey, faces, "drawn").values["invalid"] == pytest.approx(0.2)
        assert invalid_share(faces[:, 8:24, 8:24], faces[:, 8:24, 8:24]) == 0  # where its parts lie is not known

    def test_photographs_prefer_the_same_distribution(self) -> None:
        same, narrow = (scale * self.random.standard_normal((125, 6)).astype(np.float32) for scale in (1, 0.3))
        assert judge_photos(same, self.real).quality > judge_photos(narrow, self.real).quality


class CountingGan:
    """A GAN whose only weight is the number of its steps, and whose quality is scripted by step."""

    def __init__(self, qualities: Mapping[int, float] | None = None, diverge_at: int = 0, won_at: int = 0) -> None:
        self.latent_size = 2
        self.widths: tuple[int, ...] = (1,)
        self.recipe: dict[str, object] = {}
        self.steps = 0
        self.calls: list[tuple[int, int]] = []
        self.slowed = 0
        self.qualities, self.diverge_at, self.won_at = qualities or {}, diverge_at, won_at

    def run_steps(self, first: int, last: int) -> dict[str, float]:
        self.calls.append((first, last))
        self.steps += last - first
        diverged = 0 < self.diverge_at <= last
        return {"loss_g": math.nan if diverged else 0.5}

    def state(self) -> State:
        return {"steps": np.array(self.steps)}

    def restore(self, state: State) -> None:
        self.steps = int(state["steps"])

    def slow_down(self) -> None:
        self.slowed += 1
        self.diverge_at = 0

    def generator_weights(self) -> dict[str, Floats]:
        return {}

    def sample(self, latents: Floats) -> Images:
        return np.zeros((len(latents), 16, 16, 3), np.uint8)

    def judge(self) -> Judgement:
        return Judgement(self.qualities.get(self.steps, 0.0), {}, is_unbalanced=0 < self.won_at <= self.steps)


class BrokenGan(CountingGan):
    """Whose weights are infinite after a step, and whose next losses then are."""

    def __init__(self, breaks_at: int) -> None:
        super().__init__()
        self.breaks_at = breaks_at
        self.is_broken = False

    def run_steps(self, first: int, last: int) -> dict[str, float]:
        values = {"loss_g": math.nan} if self.is_broken else super().run_steps(first, last)
        self.is_broken = self.is_broken or 0 < self.breaks_at <= last
        return values

    def state(self) -> State:
        return {**super().state(), "weight": np.array(math.inf if self.is_broken else 1.0)}

    def restore(self, state: State) -> None:
        super().restore(state)
        self.is_broken = not np.isfinite(state["weight"])

    def slow_down(self) -> None:
        super().slow_down()
        self.breaks_at = 0

    def judge(self) -> Judgement:
        return Judgement(0.1, {}) if not self.is_broken else Judgement(0.9, {})


def make_loop(gan: CountingGan, plan: Plan, watch: Watch | None = None) -> TrainingLoop:
    return TrainingLoop(gan, plan, watch or Watch(), 0, Progress("training"), {"kept": np.ones(1)})


class TestEndOfTraining:
    def test_a_fixed_number_of_steps_is_run_exactly(self) -> None:
        gan = CountingGan()
        assert make_loop(gan, Plan(123)).run() == "finished"
        assert gan.steps == 123
        assert [first for first, _ in gan.calls[1:]] == [last for _, last in gan.calls[:-1]]

    def test_reached_quality_ends_it(self) -> None:
        gan = CountingGan({20: 0.5, 30: 0.9})
        assert make_loop(gan, Plan(1000, judge_every=10, target_quality=0.8)).run() == "quality"
        assert gan.steps == 30

    def test_a_discriminator_that_has_won_for_good_ends_it_with_the_best_weights(self) -> None:
        gan = CountingGan({20: 0.5}, won_at=30)
        loop = make_loop(gan, Plan(1000, judge_every=10))
        assert loop.run() == "unbalanced"
        assert (loop.progress.step, gan.steps) == (30, 20)

    def test_without_gain_it_ends_with_the_best_weights(self) -> None:
        gan = CountingGan({20: 0.5})
        loop = make_loop(gan, Plan(1000, judge_every=10))
        assert loop.run() == "plateau"
        assert (loop.progress.step, gan.steps) == (20 + 10 * PATIENCE, 20)

    def test_compiling_counts_against_no_budget(self, monkeypatch: pytest.MonkeyPatch) -> None:
        class CompilingGan(CountingGan):
            now = 0.0

            def run_steps(self, first: int, last: int) -> dict[str, float]:
                self.now += 1.0 * (last - first) if self.calls else 803.0
                return super().run_steps(first, last)

        gan, phases = CompilingGan(), list[str]()
        monkeypatch.setattr(loop_module.time, "monotonic", lambda: gan.now)
        loop = make_loop(gan, Plan(1000, max_seconds=10), Watch(phase=phases.append))
        assert loop.run() == "time"
        assert (loop.progress.step, loop.progress.seconds) == (11, 10.0)
        assert phases == ["compiling", "training"]

    @pytest.mark.parametrize("plan", [Plan(1000, max_seconds=0), Plan(1000, judge_every=1, target_quality=0.8)])
    def test_a_wish_that_was_there_before_the_end_is_what_ended_it(self, plan: Plan) -> None:
        assert make_loop(CountingGan({1: 0.9}), plan, Watch(stop=lambda: True)).run() == "asked"

    def test_all_steps_are_no_early_end(self) -> None:
        assert make_loop(CountingGan(), Plan(1), Watch(stop=lambda: True)).run() == "finished"

    def test_a_spent_budget_ends_it_but_not_before_the_first_step(self) -> None:
        loop = make_loop(CountingGan(), Plan(1000, max_seconds=0))
        assert loop.run() == "time"
        assert [row["step"] for row in loop.progress.history] == [1]

    def test_an_asked_stop_leaves_a_checkpoint(self) -> None:
        gan, kept = CountingGan(), dict[int, Checkpoint]()
        watch = Watch(stop=lambda: gan.steps >= 5, checkpoint=kept.__setitem__)
        assert make_loop(gan, Plan(1000), watch).run() == "asked"
        assert set(kept[gan.steps]) == {"progress", "kept", "now/steps"}

    def test_infinite_weights_are_forgiven_once(self) -> None:
        gan = CountingGan({10: 0.5}, diverge_at=15)
        loop = make_loop(gan, Plan(40, judge_every=10))
        assert loop.run() == "finished"
        assert gan.slowed == 1

    def test_where_nothing_judges_they_go_back_to_the_last_checkpoint(self) -> None:
        gan, kept = CountingGan(diverge_at=15), list[Checkpoint]()
        watch = Watch(checkpoint=lambda step, arrays: kept.append(arrays), checkpoint_seconds=0)
        assert make_loop(gan, Plan(40), watch).run() == "finished"
        assert gan.slowed == 1
        assert gan.steps == 40  # the steps of the infinite call do not count

    def test_a_second_time_they_end_it_and_what_is_kept_is_named(self) -> None:
        gan, kept = CountingGan(diverge_at=15), dict[int, Checkpoint]()
        gan.slow_down = lambda: None  # type: ignore[method-assign]  # so it happens again
        with pytest.raises(TrainingDiverged) as caught:
            make_loop(gan, Plan(40), Watch(checkpoint=kept.__setitem__, checkpoint_seconds=0)).run()
        assert caught.value.facts["kept_step"] == max(kept)
        assert f"step {max(kept)}" in str(caught.value)

    def test_want_of_memory_names_a_smaller_batch(self, faces: Images, monkeypatch: pytest.MonkeyPatch) -> None:
        def run_steps(*_: object) -> dict[str, float]:
            raise tf.errors.ResourceExhaustedError(None, None, "")

        monkeypatch.setattr(EigenGan, "run_steps", run_steps)
        with pytest.raises(OutOfMemory, match=r"128.* 64") as caught:
            train(faces)
        assert caught.value.facts == {"batch": 128, "smaller": 64}

    def test_infinite_weights_without_a_good_past_end_it(self) -> None:
        with pytest.raises(TrainingDiverged):
            make_loop(CountingGan(diverge_at=1), Plan(40, judge_every=10)).run()

    def test_the_judgement_after_the_last_step_is_in_the_curves(self) -> None:
        shown: dict[int, Mapping[str, float]] = {}
        watch = Watch(progress=lambda step, seconds, values: shown.update({step: values}))
        loop = make_loop(CountingGan({10: 0.3, 15: 0.5}), Plan(15, judge_every=10), watch)
        loop.run()
        last = loop.progress.history[-1]
        assert (last["step"], last["quality"], loop.progress.best_step) == (15, 0.5, 15)
        assert shown[15] == {"loss_g": 0.5, "quality": 0.5}
        assert len(loop.progress.history) == len(shown)

    @pytest.mark.parametrize("judge_every", [0, 10])
    def test_weights_that_a_last_update_broke_are_never_kept_as_good(self, judge_every: int) -> None:
        """The curves of a call are from before its updates: they are sound, and the weights are not."""
        gan, kept = BrokenGan(breaks_at=20), dict[int, Checkpoint]()
        watch = Watch(checkpoint=kept.__setitem__, checkpoint_seconds=0)
        assert make_loop(gan, Plan(40, judge_every=judge_every), watch).run() == "finished"
        assert gan.slowed == 1
        assert kept
        assert all(np.isfinite(arrays["now/weight"]) for arrays in kept.values())

    def test_weights_that_the_very_last_update_broke_give_way_to_the_last_checkpoint(self) -> None:
        gan, kept = BrokenGan(breaks_at=20), dict[int, Checkpoint]()
        loop = make_loop(gan, Plan(20), Watch(checkpoint=kept.__setitem__, checkpoint_seconds=0))
        loop.run()
        assert np.isfinite(gan.state()["weight"])
        assert loop.progress.best_step == max(kept) < 20


class TestWindows:
    def test_samples_come_at_the_thesis_steps(self) -> None:
        seen: list[int] = []
        make_loop(CountingGan(), Plan(2000), Watch(samples=lambda step, images: seen.append(step))).run()
        assert seen == [1, 2, 5, 10, 20, 50, 100, 200, 500, 700, 1000, 2000]

    def test_progress_is_the_history(self) -> None:
        seen: list[int] = []
        loop = make_loop(CountingGan(), Plan(30), Watch(progress=lambda step, seconds, values: seen.append(step)))
        loop.run()
        assert [row["step"] for row in loop.progress.history] == seen

    def test_a_checkpoint_brings_back_everything(self) -> None:
        kept: list[Checkpoint] = []
        watch = Watch(checkpoint=lambda step, arrays: kept.append(arrays), checkpoint_seconds=0)
        make_loop(CountingGan({10: 0.5}), Plan(15, judge_every=10), watch).run()
        gan = CountingGan()
        loop = make_loop(gan, Plan(15, judge_every=10))
        loop.resume(kept[-1])
        assert (loop.progress.step, loop.progress.best_step, gan.steps) == (15, 10, 15)
        loop.run()
        assert gan.steps == 10  # the best came along

    def test_a_resumed_gan_keeps_a_half_as_long_as_it_was_told_to(self) -> None:
        class FreezingGan(CountingGan):
            frozen_until = 0

            def freeze(self, until_step: int) -> None:
                self.frozen_until = until_step

        kept: list[Checkpoint] = []
        watch = Watch(checkpoint=lambda step, arrays: kept.append(arrays), checkpoint_seconds=0)
        loop = make_loop(FreezingGan(), Plan(5), watch)
        loop.progress.transfer = {"networks": ["generator"], "reason": "", "frozen_until": 2000}
        loop.run()
        gan = FreezingGan()
        make_loop(gan, Plan(9)).resume(kept[-1])
        assert gan.frozen_until == 2000

    def test_each_checkpoint_has_its_samples(self) -> None:
        seen: list[int] = []
        kept: list[int] = []
        watch = Watch(
            samples=lambda step, images: seen.append(step), checkpoint=lambda step, arrays: kept.append(step),
            checkpoint_seconds=0,
        )  # fmt: skip
        make_loop(CountingGan(), Plan(30), watch).run()
        assert set(kept) <= set(seen)
        assert len(seen) == len(set(seen))

    @pytest.mark.parametrize("arrays", [{}, {"progress": np.frombuffer(b"[]", np.uint8)}])
    def test_a_checkpoint_of_nothing_is_refused(self, arrays: Checkpoint) -> None:
        with pytest.raises(BadModelFile):
            make_loop(CountingGan(), Plan(15)).resume(arrays)


@pytest.mark.usefixtures("uncompiled")
class TestAttention:
    def test_a_training_that_comes_to_nothing_asks_for_it(self, faces: Images, monkeypatch: pytest.MonkeyPatch) -> None:
        told: list[str] = []
        monkeypatch.setattr("maskeraid_faces.training.attention.FEWEST_STEPS", 1)
        monkeypatch.setattr("maskeraid_faces.training.attention.SOUND_SPREAD", 9.0)  # which nothing comes to
        monkeypatch.setattr("maskeraid_faces.training.train.complete_model", lambda *_: None)  # seconds, for nothing
        monkeypatch.setattr("maskeraid_faces.training.train.can_search", lambda _: False)  # which has no model to ask
        watch = Watch(attention=lambda code, message: told.append(code))
        train(faces, settings=TrainSettings(architecture="thesis", steps=1, detector=False), watch=watch)
        assert told == ["no_progress"]


class TestSettings:
    @pytest.mark.parametrize(
        "wrong",
        [
            {"architecture": "stylegan"},
            {"kind": "cat"},
            {"loop": "fast"},
            {"steps": 0},
            {"batch": 1},
            {"max_seconds": -1.0},
            {"learning_rate": 0.0},
            {"learning_rate": 0.2},
            {"final_learning_rate": 1e-3, "learning_rate": 1e-4},
            {"real_label": 0.95},
            {"width": 48},
            {"width": 2048},
        ],
    )
    def test_a_wrong_setting_is_named(self, wrong: dict[str, object]) -> None:
        with pytest.raises(BadSettings) as caught:
            TrainSettings(**wrong)  # type: ignore[arg-type]
        assert caught.value.facts["field"] == next(iter(wrong))
