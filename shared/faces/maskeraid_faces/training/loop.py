"""The loop around every GAN: calls of about a second, the windows of `Watch`, and the rules that end a training."""

import math
import time
from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import get_args

import numpy as np

from maskeraid_faces.errors import BadModelFile, TrainingDiverged
from maskeraid_faces.face_model import FaceModel
from maskeraid_faces.training.gan import Gan, Shared, State
from maskeraid_faces.training.progress import Plan, Progress, part_of
from maskeraid_faces.training.randomness import Stream, generator_for
from maskeraid_faces.training.settings import Checkpoint, Stopped, Watch
from maskeraid_faces.training.verdicts import Flag, flag_of_curves

SECONDS_A_CALL = 1.0  # how soon a stop is answered
MOST_STEPS_A_CALL = 500
FASTEST_GROWTH = 8  # of the steps a call: the first one also compiles
SAMPLES = 25
THESIS_SAMPLE_STEPS = (1, 200, 700, 2_000, 54_000, 98_000)  # Desentz 2021, section 5.4
LOG_SPACED_STEPS: list[int] = [lead * 10**power for power in range(7) for lead in (1, 2, 5)]
SAMPLE_STEPS = sorted({*THESIS_SAMPLE_STEPS, *LOG_SPACED_STEPS})
PATIENCE = 10  # judgements without gain
LEAST_GAIN = 0.01  # relative, of what is missing to a perfect quality


class TrainingLoop:
    """Runs a GAN by its plan; `progress` and the GAN's weights are the outcome."""

    def __init__(
        self,
        gan: Gan,
        plan: Plan,
        watch: Watch,
        seed: int,
        progress: Progress,
        kept: Checkpoint,
        draft: Callable[[], FaceModel] | None = None,
    ) -> None:
        """Nothing runs yet; `kept` are arrays that go into every checkpoint unchanged, `draft` is for the watch."""
        self.progress = progress
        self._gan, self._plan, self._watch, self._kept = gan, plan, watch, kept
        self._agreed: Callable[[Sequence[float]], list[float]] = gan.agreed if isinstance(gan, Shared) else list
        self._best: State = {}
        self._last_kept: State = {}  # what the last checkpoint holds
        self._step_kept = 0
        self._draft, self._step_shown = draft, 0
        self._has_compiled = False
        self._latents = generator_for(seed, Stream.SAMPLES).standard_normal((SAMPLES, gan.latent_size), np.float32)

    def resume(self, checkpoint: Checkpoint) -> None:
        """Continue where a checkpoint was taken; raises BadModelFile if it is of another training."""
        progress = Progress.of(checkpoint)
        if progress.training != self.progress.training:
            raise BadModelFile("the checkpoint belongs to another training")
        self._last_kept = part_of("now", checkpoint)
        self._gan.restore(self._last_kept)
        if progress.transfer and progress.transfer["frozen_until"]:
            self._gan.freeze(progress.transfer["frozen_until"])  # type: ignore[attr-defined]  # it could, hence it was
        self.progress, self._best = progress, part_of("best", checkpoint)
        self._step_kept = progress.step

    @property
    def flags(self) -> tuple[Flag, ...]:
        """What the curves say of the training as it is."""
        flag = flag_of_curves(self.progress.history) if self._plan.has_ideal_accuracy else None
        return (flag,) if flag else ()

    def show_as_it_is(self) -> None:
        """Judge and show the state of a checkpoint, and forget what was better before."""
        self._best, self.progress.best_quality, self.progress.best_step = {}, None, 0
        self.progress.history[-1] |= self._judge()
        self._show()

    def run(self) -> Stopped:
        """Train until the plan or the watch ends it, then put the best judged weights into the GAN."""
        pace, last_checkpoint = 1, time.monotonic()
        while (stopped := self._decide()) is None:
            started = time.monotonic()
            wanted = self._call(pace, started)
            is_due = time.monotonic() - last_checkpoint >= self._watch.checkpoint_seconds
            pace, due = map(int, self._agreed([wanted, is_due]))
            if due:
                self._save_checkpoint()
                last_checkpoint = time.monotonic()
        if stopped == "asked":
            self._save_checkpoint()
        self._finish()
        return stopped

    def _call(self, pace: int, started: float) -> int:
        """One call of at most `pace` steps, and all that is due after it; the pace of the next call."""
        first = self.progress.step
        last = min(first + pace, self._next_halt(first))
        if not self._has_compiled:
            self._watch.phase("compiling")
        values = self._gan.run_steps(first, last)
        elapsed = time.monotonic() - started
        if not self._has_compiled:  # by this call, which is one step: on a busy machine it takes minutes
            self._has_compiled, started = True, time.monotonic()
            self._watch.phase("training")
        if not all(math.isfinite(value) for value in values.values()):
            self._go_back()
            return pace
        self.progress.step = last
        if self._plan.judge_every and last % self._plan.judge_every == 0:
            values |= self._judge()
        self.progress.seconds += time.monotonic() - started
        self.progress.history.append({"step": last, "seconds": round(self.progress.seconds, 3), **values})
        self._watch.progress(last, self.progress.seconds, values)
        for flag in self.flags:
            self._watch.attention(flag.code, flag.message)
        if last in SAMPLE_STEPS or last == self._plan.steps:
            self._show()
        wanted = math.ceil((last - first) * SECONDS_A_CALL / max(elapsed, 1e-6))
        return max(1, min(wanted, pace * FASTEST_GROWTH, MOST_STEPS_A_CALL))

    def _show(self) -> None:
        """What the model draws at this step, once."""
        step = self.progress.step
        if step == self._step_shown:
            return
        self._step_shown = step
        self._watch.samples(step, self._gan.sample(self._latents))
        if self._draft:
            self._watch.draft(step, self._draft)

    def _next_halt(self, step: int) -> int:
        """The next step after which something is due."""
        halts = [self._plan.steps, *SAMPLE_STEPS[bisect_right(SAMPLE_STEPS, step) :][:1]]
        if self._plan.judge_every:
            halts.append((step // self._plan.judge_every + 1) * self._plan.judge_every)
        return min(halts)

    def _decide(self) -> Stopped | None:
        """Why all processes stop now, if they do."""
        reasons: tuple[Stopped | None, ...] = (None, *get_args(Stopped))
        (place,) = self._agreed([reasons.index(self._reason_to_stop())])
        return reasons[int(place)]

    def _reason_to_stop(self) -> Stopped | None:
        progress, plan = self.progress, self._plan
        rules: dict[Stopped, bool] = {
            "finished": progress.step >= plan.steps,
            "asked": self._watch.stop(),  # before what would end it as well: who asked is told that it was heard
            "quality": progress.best_quality is not None and progress.best_quality >= plan.target_quality,
            "plateau": progress.judgements_without_gain >= PATIENCE,
            "unbalanced": progress.is_unbalanced,
            "time": progress.seconds >= plan.max_seconds,
        }
        if progress.step == 0:  # on a busy machine the preparation alone may take longer than a short budget
            return None
        return next((reason for reason, holds in rules.items() if holds), None)

    def _judge(self) -> dict[str, float]:
        judgement = self._gan.judge()
        if judgement is None:
            return {}
        (quality,) = self._agreed([judgement.quality])
        best = self.progress.best_quality
        state: State = self._gan.state() if best is None or quality > best else {}
        if not (math.isfinite(quality) and _is_finite(state)):  # the next call goes back
            return {}
        self.progress.is_unbalanced = judgement.is_unbalanced
        if best is None or 1 - quality < (1 - best) * (1 - LEAST_GAIN):
            self.progress.judgements_without_gain = 0
        else:
            self.progress.judgements_without_gain += 1
        if state:
            self.progress.best_quality, self.progress.best_step = quality, self.progress.step
            self._best = state
        return {"quality": quality, **judgement.values}

    def _go_back(self) -> None:
        """Infinite weights: once, return to the best, where nothing judges to the last kept, and learn half as fast."""
        good = self._best or self._last_kept
        if self.progress.slowed_down or not good:
            raise self._diverged()
        self._gan.restore(good)
        self._gan.slow_down()
        self.progress.slowed_down = True

    def _diverged(self) -> TrainingDiverged:
        """With what may be begun with."""
        step, kept = self.progress.step, self._step_kept
        begun = f", and begin with its checkpoint of step {kept:,}" if kept else ""
        return TrainingDiverged(
            f"The training's weights became infinite after step {step:,}: name a smaller learning_rate{begun}.",
            step=step, best_step=self.progress.best_step, kept_step=kept,
        )  # fmt: skip

    def _finish(self) -> None:
        """Judge what came after the last judgement, which the last row of the curves tells of, then keep the best."""
        progress = self.progress
        if self._plan.judge_every and progress.step % self._plan.judge_every:
            row = progress.history[-1]
            row |= self._judge()
            values = {name: value for name, value in row.items() if name not in ("step", "seconds")}
            self._watch.progress(progress.step, progress.seconds, values)  # the later word on a step holds
        if self._best:
            self._gan.restore(self._best)
        elif not _is_finite(self._gan.state()):
            self._go_back()
            progress.best_step = self._step_kept

    def keep(self) -> None:
        """A checkpoint of the end, from which nothing is trained again; its owner may leave there, too."""
        self._save_checkpoint()

    def _save_checkpoint(self) -> None:
        """Unless the last update broke the weights: the checkpoint before is the one to go back to."""
        state = self._gan.state()
        if not _is_finite(state):
            return
        self._show()
        self._last_kept, self._step_kept = state, self.progress.step
        self._watch.checkpoint(
            self.progress.step, {**self.progress.checkpoint(self._last_kept, self._best), **self._kept}
        )


def _is_finite(state: State) -> bool:
    return all(bool(np.isfinite(array).all()) for array in state.values())
