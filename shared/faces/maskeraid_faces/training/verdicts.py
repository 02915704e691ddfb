"""Verdicts on a finished training, in words: what its owner should know before the model is used. No TensorFlow."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.spatial.distance import cdist, pdist

from maskeraid_faces.face_model import Bank, Basis, Floats
from maskeraid_faces.image_rows import ManyImages
from maskeraid_faces.metrics.coverage import coverage
from maskeraid_faces.training.basis import coefficients_of
from maskeraid_faces.training.held_out import judge_drawn
from maskeraid_faces.training.image_set import FaceSet

FACES_JUDGED = 512
LEAST_COVERAGE, LEAST_DIVERSITY, LEAST_DISTINCT = 0.5, 0.5, 0.5
SAME = 0.5  # of the distance to the nearest other face: draws that are nearer to one another are one face
ALIKE = 1e-3  # of the mean distance: training faces that are nearer are one picture twice
STEPS_LOOKED_AT, MOST_ACCURACY, LEAST_LOSS = 2_000, 0.99, 0.02  # of curves


@dataclass(frozen=True)
class Flag:
    """Something that needs attention."""

    code: Literal["collapse", "undertrained", "copying", "overfit"]
    message: str


@dataclass(frozen=True)
class Spread:
    """How much of the training faces a model shows."""

    coverage: float  # the share of the training faces that a draw comes near to; drawn: of what an even sampler shows
    diversity: float  # mean distance of two draws over that of two training faces
    distinct: float = 1.0  # how many different faces the draws are, over how many an even sampler would show


def verdicts(faces: FaceSet, basis: Basis, bank: Bank) -> tuple[Flag, ...]:
    """Judge the draws of a bank against the training faces, in pixel units within the basis.

    Whether it copies is judged of the finished model: `evaluation.memorisation`.
    """
    generated = _features_of_bank(bank, basis, faces.size)[:FACES_JUDGED]
    training = _features(faces.training, basis)
    found = flag_of_spread(measure_spread(generated, training, is_drawn=faces.kind == "drawn"))
    return (found,) if found else ()


def measure_spread(generated: Floats, training: Floats, *, is_drawn: bool) -> Spread:
    """Of draws (m, d) and training faces (n, d), the latter of every order: they are taken from all over the set."""
    some = training[:: -(-len(training) // FACES_JUDGED)]
    diversity = float(pdist(generated).mean() / pdist(some).mean())
    distinct = _distinct(generated, some)
    if is_drawn:  # sharp points: a neighbourhood says less than whose nearest one a draw is
        return Spread(judge_drawn(generated, training).values["coverage"], diversity, distinct)
    return Spread(coverage(some, generated).coverage, diversity, distinct)


def _distinct(generated: Floats, training: Floats) -> float:
    """How many different faces draws (m, d) are, over how many an even sampler of (n, d) would show; at most 1."""
    apart = cdist(training, training)
    nearest = np.where(apart > ALIKE * apart.mean(), apart, np.inf).min(axis=1)
    radius = SAME * float(np.median(nearest))
    faces = _number(training, radius)
    return min(1.0, _number(generated, radius) / (faces * (1 - (1 - 1 / faces) ** len(generated))))


def _number(points: Floats, radius: float) -> float:
    """Of different points: those within the radius count together as about one."""
    return float((1 / (cdist(points, points) <= radius).sum(axis=1)).sum())


def flag_of_spread(spread: Spread) -> Flag | None:
    """Collapse: much the same face always, or few of them. Undertrained: faces of every sort, none near to the real."""
    if spread.diversity < LEAST_DIVERSITY or spread.distinct < LEAST_DISTINCT:
        return Flag(
            "collapse",
            f"The model repeats itself: its faces differ {spread.diversity:.0%} as much as those it learned from, and "
            f"among its draws are {spread.distinct:.0%} as many different ones as there should be; it comes near to "
            f"{spread.coverage:.0%} of them. Train it longer, or with another seed.",
        )
    if spread.coverage < LEAST_COVERAGE:
        return Flag(
            "undertrained",
            f"The model is undertrained: its faces are varied (they differ {spread.diversity:.0%} as much as those it "
            f"learned from), but far from those: it comes near to {spread.coverage:.0%} of them. Train it longer.",
        )
    return None


def flag_of_curves(history: Sequence[Mapping[str, float]]) -> Flag | None:
    """Over-fitting as the thesis sees it: a discriminator that is nearly always right, or a loss near 0, for long.

    For GANs of pixels only: `eigen` learns best while its discriminator is right in 98 of 100 cases.

    Source: Desentz 2021, sections 2.4 and 5.4 (neither near 100 % nor near 0; about 90 % is ideal).
    """
    last = history[-1]["step"] if history else 0.0
    window = [point for point in history if point["step"] > last - STEPS_LOOKED_AT]
    if last < STEPS_LOOKED_AT:
        return None
    accuracy = float(np.mean([(point["acc_d_real"] + point["acc_d_fake"]) / 2 for point in window]))
    loss = float(np.mean([(point["loss_d_real"] + point["loss_d_fake"]) / 2 for point in window]))
    if accuracy < MOST_ACCURACY and loss > LEAST_LOSS:
        return None
    return Flag(
        "overfit",
        f"For {STEPS_LOOKED_AT:,} steps the discriminator has told real faces from drawn ones in {accuracy:.1%} of "
        f"cases (loss {loss:.3f}; about 90 % is ideal), so the generator learns little from it. Use more images, or "
        "stop and keep an earlier checkpoint.",
    )


def _features_of_bank(bank: Bank, basis: Basis, size: int) -> Floats:
    if bank.draws.dtype == np.uint8:  # images
        return _features(bank.draws[:FACES_JUDGED].reshape(-1, size, size, 3).view(np.uint8), basis)
    return np.asarray(bank.draws * basis.deviations[: basis.gan_rank], np.float32)


def _features(images: ManyImages, basis: Basis) -> Floats:
    features = coefficients_of(images, basis)
    features *= basis.deviations[: basis.gan_rank]
    return features
