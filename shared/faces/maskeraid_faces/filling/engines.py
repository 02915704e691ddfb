"""The engines of a fill, one contract: (image, covering, model, rng) to a `Pool` of weighted answers."""

from dataclasses import replace
from functools import partial

import numpy as np

from maskeraid_faces.face_model import FaceModel
from maskeraid_faces.filling.bank import log_weights, squared_distances, visible_l1
from maskeraid_faces.filling.conditional import conditional_draws
from maskeraid_faces.filling.covering_system import ModelSystem, model_system
from maskeraid_faces.filling.gated import gated_faces
from maskeraid_faces.filling.matheron import correct, correct_with_noise
from maskeraid_faces.filling.pool import (
    FEWEST_EFFECTIVE,
    Pool,
    Rows,
    Weights,
    effective_size,
    heaviest,
    normalised,
    softened,
    weighted_deviations,
)
from maskeraid_faces.images import Covering, Floats, Image, Images, to_network, to_pixels

GREY_LEVELS = np.float32(127.5)  # of one unit in [-1, 1]
PHOTO_POOL = 96  # corrected draws, from which k are picked
LARGEST_POOL = 1024
PHOTO_DRAWS_HEARD = 300  # effective size of the weights: fewer draws look alike, more disagree with the face
EXACTLY_EQUAL = 1.0  # grey levels: snapped fills differ in whole pixels, faint noses of dark faces by 1.2
MASS_KEPT = 0.999
FEWEST_GATED = 8  # draws of engine B, 10 ms each at 64 pixels, that tell its doubt


def ridge_pool(image: Image, covering: Covering, model: FaceModel) -> Pool:
    """Engine R: one answer, its doubt from held-out fills."""
    system = model_system(model, covering)
    projected = system.project(to_network(image).ravel(), model.basis)
    coefficients = system.solve(projected)[None]
    return Pool(
        weights=np.ones(1),
        places=np.zeros((1, 1), np.float32),
        fits=_fits(coefficients, image, model, system, projected),
        render=partial(_render, model, coefficients),
        deviations=model.ridge.pixel_sigma[system.hole] * GREY_LEVELS,
    )


def unconditioned_pool(image: Image, covering: Covering, model: FaceModel, rng: np.random.Generator, k: int) -> Pool:
    """k draws of the generator with no look at the visible pixels. Source: Desentz 2021, section 4.1."""
    rows = rng.permutation(len(model.bank.draws))[:k]
    images = (
        _render(model, np.asarray(model.bank.draws[rows], np.float32))
        if model.architecture == "eigen"
        else _bank_images(model, rows)
    )
    weights = np.full(len(rows), 1 / len(rows))
    return pool_of_images(images, weights, image, covering)


def image_bank_pool(image: Image, covering: Covering, model: FaceModel) -> Pool:
    """Engine A for all but `eigen`, unsearched: the bank's images, weighted by their L1 to the visible pixels."""
    distances = visible_l1(image, covering, np.asarray(model.bank.draws, np.uint8))
    weights = normalised(log_weights(distances, model.conditioning, images=True))
    rows = heaviest(weights, MASS_KEPT, LARGEST_POOL // 2)
    approximate = effective_size(weights) < FEWEST_EFFECTIVE
    kept = weights[rows] / weights[rows].sum()
    return pool_of_images(_bank_images(model, rows), kept, image, covering, approximate)


def drawn_pool(image: Image, covering: Covering, model: FaceModel) -> Pool:
    """Engine A for `eigen` on drawn faces: the draws' distinct fills, snapped to the palette, weighted."""
    system = model_system(model, covering)
    projected = system.project(to_network(image).ravel(), model.basis)
    draws = np.asarray(model.bank.draws, np.float32)
    distances = system.bank_norms - 2 * draws @ projected[: draws.shape[1]]
    agreement = log_weights(distances, model.conditioning, images=False)
    approximate = effective_size(normalised(agreement)) < FEWEST_EFFECTIVE
    # A search near the best draws would leave the set of exact faces: of its fills a third were none (Fig. 4's faces).
    weights = softened(agreement, FEWEST_EFFECTIVE)
    rows = heaviest(weights, MASS_KEPT, LARGEST_POOL)
    coefficients, weights = draws[rows], weights[rows] / weights[rows].sum()
    colours = np.ascontiguousarray(model.drawn_colours[rows][:, covering.ravel()])  # (rows, covered pixels)
    outcome_codes = colours.view(np.dtype((np.void, colours.shape[1]))).ravel()
    _, first, outcome = np.unique(outcome_codes, return_index=True, return_inverse=True)  # first = heaviest
    masses = np.bincount(outcome, weights).astype(np.float64)
    palette = np.asarray(model.palette, np.float32)
    values = palette[colours[first]].reshape(len(first), -1)
    return Pool(
        weights=masses,
        places=values / np.float32(np.sqrt(values.shape[1])),
        fits=_fits(coefficients[first], image, model, system, projected),
        render=partial(_render, model, coefficients[first]),
        deviations=weighted_deviations(values, masses),
        approximate=approximate,
        merged_below=EXACTLY_EQUAL,
    )


def photo_pool(
    image: Image, covering: Covering, model: FaceModel, rng: np.random.Generator, size: int = PHOTO_POOL
) -> Pool:
    """Engine A for `eigen` on photographs: draws that agree somewhat, made to agree by Matheron's rule, of one weight.

    Drawn by weights, for the hidden half of a face in another pose leaves ghosts; without noise, which people see.
    """
    system = model_system(model, covering)
    projected = system.project(to_network(image).ravel(), model.basis)
    draws = np.asarray(model.bank.draws, np.float32)
    distances = system.bank_norms - 2 * draws @ projected[: draws.shape[1]]
    weights = softened(log_weights(distances, model.conditioning, images=False), PHOTO_DRAWS_HEARD)
    rows = rng.choice(len(draws), min(size, len(draws)), replace=False, p=weights)
    return _photo_answers(correct(draws[rows], projected, system), image, model, system, projected)


def calibrated_photo_pool(
    image: Image, covering: Covering, model: FaceModel, rng: np.random.Generator, size: int = PHOTO_POOL
) -> Pool:
    """The same for figures rather than for people: any draws, of full variance and with noise, so that doubt is honest.

    Measured on UTKFace, the mean of 8 has 0.69 times the squared error of one (0.77 otherwise; 0.5625 is ideal).
    """
    system = model_system(model, covering)
    projected = system.project(to_network(image).ravel(), model.basis)
    bank = np.asarray(model.bank.draws, np.float32)
    draws = bank[rng.permutation(len(bank))[:size]]
    # A GAN's coefficients are narrower than those of the training faces, whose deviation is 1.
    stretched = (draws - bank.mean(axis=0)) / np.maximum(bank.std(axis=0), np.float32(0.1))
    return _photo_answers(correct_with_noise(stretched, projected, system, rng), image, model, system, projected)


def conditional_pool(
    image: Image, covering: Covering, model: FaceModel, rng: np.random.Generator, temperature: float, size: int
) -> Pool:
    """Engine C: draws of the generator that is told what is visible, of one weight."""
    assert model.conditional
    system = model_system(model, covering)
    projected = system.project(to_network(image).ravel(), model.basis)
    noise = rng.standard_normal((size, len(model.basis.components)), np.float32)
    answer = system.solve(projected)
    drawn = conditional_draws(model.conditional, noise, answer, covering, system, model.basis, temperature)
    return _photo_answers(drawn, image, model, system, projected)


def gated_pool(
    image: Image, covering: Covering, model: FaceModel, rng: np.random.Generator, temperature: float, size: int
) -> Pool:
    """Engine B: ridge's answer and what the network adds to it, of one weight; `size` answers, 8 to 96.

    What the gate keeps back of the network's doubt is ridge's.
    """
    assert model.gated
    number = min(max(size, FEWEST_GATED), PHOTO_POOL)
    images = to_pixels(gated_faces(model, image, covering, rng, temperature, number))
    pool = pool_of_images(images, np.full(number, 1 / number), image, covering)
    kept_back = (1 - model.gated.gate) * model.ridge.pixel_sigma[model_system(model, covering).hole] * GREY_LEVELS
    return replace(pool, deviations=np.hypot(pool.deviations, kept_back).astype(np.float32))


def _photo_answers(
    coefficients: Floats, image: Image, model: FaceModel, system: ModelSystem, projected: Floats
) -> Pool:
    equal = np.full(len(coefficients), 1 / len(coefficients))
    return Pool(
        weights=equal,
        places=coefficients @ system.hole_factor * GREY_LEVELS,
        fits=_fits(coefficients, image, model, system, projected),
        render=partial(_render, model, coefficients),
        deviations=weighted_deviations(coefficients @ system.components * GREY_LEVELS, equal),
    )


def _fits(coefficients: Floats, image: Image, model: FaceModel, system: ModelSystem, projected: Floats) -> Floats:
    """RMSE of faces (n, q or r coefficients) to what is seen, grey levels."""
    rank = coefficients.shape[1]
    square = float(np.square(to_network(image).ravel() - model.basis.mean) @ system.seen)
    squares = squared_distances(projected[:rank], system.gram[:rank, :rank], coefficients, square)
    result: Floats = np.sqrt(squares / max(float(system.seen.sum()), 1)) * GREY_LEVELS
    return result


def _render(model: FaceModel, coefficients: Floats, rows: Rows | slice = slice(None)) -> Images:
    """Whole faces of coefficients (n, q or r)."""
    chosen = coefficients[rows]
    values = model.basis.mean + chosen @ model.basis.components[: chosen.shape[1]]
    return to_pixels(values).reshape(-1, model.size, model.size, 3)


def _bank_images(model: FaceModel, rows: Rows) -> Images:
    return np.asarray(model.bank.draws[rows], np.uint8).reshape(-1, model.size, model.size, 3)


def pool_of_images(
    images: Images, weights: Weights, image: Image, covering: Covering, approximate: bool = False
) -> Pool:
    """Whole faces uint8 (n, H, W, 3) as answers."""
    hidden = images[:, covering].reshape(len(images), -1).astype(np.float32)
    seen = images[:, ~covering].astype(np.float32) - image[~covering]
    return Pool(
        weights=weights,
        places=hidden / np.float32(np.sqrt(hidden.shape[1])),
        fits=np.sqrt(np.square(seen).mean(axis=(1, 2))),
        render=images.__getitem__,
        deviations=weighted_deviations(hidden, weights),
        approximate=approximate,
    )
