"""Adds engine C to a model of photographs, where it does not lose to ridge; the story on one screen."""

from dataclasses import replace

import numpy as np

from maskeraid_faces.coverings.shapes import lower_face, sunglasses
from maskeraid_faces.face_model import Conditional, FaceModel, Floats
from maskeraid_faces.filling.conditional import conditional_draws
from maskeraid_faces.filling.covering_system import model_system
from maskeraid_faces.images import Covering, Images, to_network
from maskeraid_faces.training.engines import MOST_LOST, EngineTraining, judged_from_the_hottest
from maskeraid_faces.training.honest_answers import gathered, honest_answers
from maskeraid_faces.training.randomness import Stream, generator_for

FEWEST_FACES = 300  # photographs; of fewer, a network that is told what is visible knows each by heart
CANDIDATES = 8
TEMPERATURES = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5)
FACES_JUDGED = 64


def with_engine_c(model: FaceModel, training: EngineTraining) -> FaceModel | None:
    """The model with a generator that is told what is visible; None when it was stopped."""
    from maskeraid_faces.training.conditional import ConditionalGan  # here, because it loads TensorFlow

    one_by_one = honest_answers(
        training.images,
        training.groups,
        model.basis,
        model.ridge.penalty,
        training.seed,
        is_mirrored=training.is_mirrored,
    )
    answers = gathered(one_by_one, training.should_stop)
    if answers is None:
        return None
    gan = ConditionalGan(answers, model.basis, training.seed)
    if not gan.train(training.should_stop):
        return None
    return accepted(model, Conditional(gan.weights(), 1.0), training.unseen[:FACES_JUDGED], training.seed)


def accepted(model: FaceModel, conditional: Conditional, faces: Images, seed: int) -> FaceModel:
    """The model with the generator at the highest temperature at which it is as good as ridge; without it if at none.

    `faces`: uint8 (n, size, size, 3) that neither has seen. The facts tell how far draws lie below ridge.
    """

    def loss(temperature: float) -> float:
        usual = lower_face(model.size), sunglasses(model.size)
        return max(_loss(model, conditional, faces, hole, temperature, seed) for hole in usual)

    told = judged_from_the_hottest(TEMPERATURES, loss, MOST_LOST)
    if told[-1]["lost_db"] <= MOST_LOST:
        made = replace(conditional, temperature=told[-1]["temperature"])
        return replace(model, conditional=made, facts={**model.facts, "engine_c": told})
    reasons = list(model.facts.get("reasons", ()))  # type: ignore[call-overload]  # a list of ours
    why = "engine C is left out: on faces that it has not seen it loses to ridge"
    return replace(model, facts={**model.facts, "engine_c": told, "reasons": [*reasons, why]})


def _loss(
    model: FaceModel, conditional: Conditional, faces: Images, covering: Covering, temperature: float, seed: int
) -> float:
    """By how many decibels the mean of 8 draws lies below ridge's answer in the hole, on average."""
    system, random = model_system(model, covering), generator_for(seed, Stream.TEMPERATURE)
    values = to_network(faces).reshape(len(faces), -1)
    answers = system.solve(system.project(values, model.basis))
    truths = values[:, system.hole] - model.basis.mean[system.hole]
    lost = []
    for answer, truth in zip(answers, truths, strict=True):
        noise = random.standard_normal((CANDIDATES, len(answer)), np.float32)
        draws = conditional_draws(conditional, noise, answer, covering, system, model.basis, temperature)
        errors = [_error(one, truth, system.components) for one in (draws.mean(axis=0), answer)]
        lost.append(10 * np.log10(errors[0] / errors[1]))
    return float(np.mean(lost))


def _error(coefficients: Floats, truth: Floats, components: Floats) -> float:
    return float(np.square(coefficients @ components - truth).mean())
