"""Adds engine B to a model of photographs, where it brings more than ridge; the story on one screen."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from maskeraid_faces.face_model import FaceModel, Floats, Gated
from maskeraid_faces.image_rows import some_of
from maskeraid_faces.images import Images
from maskeraid_faces.training.devices import has_gpu
from maskeraid_faces.training.engines import MOST_LOST, EngineTraining, judged_from_the_hottest
from maskeraid_faces.training.gated_gate import Sums, drawing, measure
from maskeraid_faces.training.gated_practice import practice_for
from maskeraid_faces.training.honest_answers import gathered

if TYPE_CHECKING:  # it loads TensorFlow
    from maskeraid_faces.training.gated import GatedGan, GatedPlan

FACES_JUDGED = 24  # to fit the gate, and as many others to judge it
TEMPERATURES = (1.0, 0.8, 0.6)
LEAST_GAIN, MOST_ALIKE = 0.2, 0.85  # decibels above ridge, and ratio of errors: else engine C or A goes before it
CPU_STEPS, CPU_BATCH, CPU_BASE, CPU_LOOKS = 400, 16, 16, 4
CPU_SECONDS, GPU_SECONDS = 600.0, 3_600.0
GPU_BATCH, GPU_BASE, GPU_LOOK_EVERY = 32, 32, 1_000
STEPS_A_FACE, FEWEST_STEPS, MOST_STEPS = 20, 20_000, 200_000
MOST_LOOKS_WITHOUT_GAIN = 10
FEW, MANY = 1_000, 10_000  # faces
SIDE_OF_STEPS = 64  # pixels: of larger images a step on a CPU takes longer, so there are fewer


def with_engine_b(model: FaceModel, training: EngineTraining) -> FaceModel | None:
    """The model with a generator that adds to ridge's answer; None when it was stopped.

    `model`: with engine C where that was trained. Half of the unseen faces fit the gate, the others judge it.
    """
    from maskeraid_faces.training.gated import GatedGan  # here, because it loads TensorFlow

    practice = gathered(
        practice_for(model, training.images, training.groups, training.seed, is_mirrored=training.is_mirrored),
        training.should_stop,
    )
    if practice is None:
        return None
    plan = plan_for(len(training.images), model.size, is_on_gpu=has_gpu())
    gan = GatedGan(practice, plan, training.seed, is_mirrored=training.is_mirrored)
    faces = some_of(training.unseen, 2 * FACES_JUDGED, np.random.default_rng([training.seed, 20]))
    fitting, judges = faces[::2], faces[1::2] if len(faces) > 1 else faces
    looks = Looks(model, gan, fitting)
    if not gan.train(looks.look, training.should_stop):
        return None
    gated = Gated(looks.weights, plan.base, gate=1.0, temperature=1.0, leads=False)
    facts = {"base": plan.base, "steps": gan.steps, "kept_step": looks.step, "beta": round(gan.beta, 3)}
    return accepted(model, gated, fitting, judges, training.seed, facts)


def plan_for(faces: int, size: int, *, is_on_gpu: bool) -> "GatedPlan":
    """Some minutes on a CPU; on a graphics card until nothing is gained, an hour at the most."""
    from maskeraid_faces.training.gated import GatedPlan

    few, many = 0.05, 0.1
    adversarial = float(np.interp(faces, (FEW, MANY), (few, many)))
    if not is_on_gpu:
        steps = min(CPU_STEPS, max(CPU_LOOKS, CPU_STEPS * SIDE_OF_STEPS**2 // size**2))
        return GatedPlan(CPU_BASE, steps, CPU_BATCH, -(-steps // CPU_LOOKS), CPU_SECONDS, adversarial, compiled=False)
    steps = min(MOST_STEPS, max(FEWEST_STEPS, STEPS_A_FACE * faces))
    return GatedPlan(GPU_BASE, steps, GPU_BATCH, GPU_LOOK_EVERY, GPU_SECONDS, adversarial, compiled=True)


class Looks:
    """What is seen of a training in between: the best weights, and when nothing is gained any more."""

    def __init__(self, model: FaceModel, gan: "GatedGan", faces: Images) -> None:
        self._model, self._gan, self._faces = model, gan, faces
        self.weights: Mapping[str, Floats] = {}
        self.step, self._gain, self._in_vain = 0, -1.0, 0

    def look(self, step: int) -> float | None:
        """The ratio of squared errors, the mean of eight's to one's; None when there was no gain for long."""
        sums = measure(self._model, self._faces, self._gan.drawing())
        gain = float(sums.gains(sums.best_gate()).mean())
        self._in_vain += 1
        if gain > self._gain:
            self.weights, self.step, self._gain, self._in_vain = self._gan.weights(), step, gain, 0
        return None if self._in_vain >= MOST_LOOKS_WITHOUT_GAIN else sums.ratio(1.0)


def accepted(
    model: FaceModel, gated: Gated, fitting: Images, judges: Images, seed: int, facts: Mapping[str, object]
) -> FaceModel:
    """The model with the network, at a gate where the mean of eight is no worse than ridge; without it if that is 0.

    Args:
        model: with engine C and its facts, where that was trained.
        gated: of any gate and temperature.
        fitting: uint8 (n, size, size, 3) that nothing has seen, for gate and temperature.
        judges: others, for the figures; the gate is shut when a usual covering loses there.
        seed: of the draws.
        facts: of the training, for the card.
    """
    measured: dict[float, Sums] = {}

    def loss(temperature: float) -> float:
        measured[temperature] = measure(model, fitting, drawing(gated, model.size, temperature, seed))
        return float(-measured[temperature].gains(1.0).min())

    told = judged_from_the_hottest(TEMPERATURES, loss, MOST_LOST)
    temperature = told[-1]["temperature"]
    found = measure(model, judges, drawing(gated, model.size, temperature, seed))
    gate = measured[temperature].best_gate()
    gate = gate if found.gains(gate).min() >= 0 else 0.0
    gain, ratio = float(found.gains(gate).min()), found.ratio(gate)
    leads = gate > 0 and gain >= max(LEAST_GAIN, _gain_of_c(model)) and ratio <= MOST_ALIKE
    figures = {
        **facts, "temperature": temperature, "gate": round(gate, 2), "ungated": told, "leads": leads,
        "ungated_gain_db": round(float(found.gains(1.0).min()), 3), "gain_db": round(gain, 3),
        "error_ratio": round(ratio, 3),
    }  # fmt: skip
    reasons = list(model.facts.get("reasons", ()))  # type: ignore[call-overload]  # a list of ours
    made = replace(gated, gate=gate, temperature=temperature, leads=leads) if gate > 0 else None
    reasons.append(_verdict(gate, gain, leads))
    return replace(model, gated=made, facts={**model.facts, "engine_b": figures, "reasons": reasons})


def _gain_of_c(model: FaceModel) -> float:
    """Decibels by which the mean of eight of engine C lies above ridge; minus infinity where there is none."""
    if model.conditional is None:
        return -np.inf
    told: list[dict[str, float]] = model.facts["engine_c"]  # type: ignore[assignment]  # a list of ours
    return -told[-1]["lost_db"]


def _verdict(gate: float, gain: float, leads: bool) -> str:
    if gate == 0:
        return "engine B is left out: its gate is 0, for on faces that it has not seen it brings nothing beside ridge"
    said = f"engine B: its gate is {gate:.2f}, and the mean of 8 lies {gain:.2f} dB above ridge on faces not seen"
    return f"{said}; it fills unless another one is asked for" if leads else f"{said}; it fills when it is asked for"
