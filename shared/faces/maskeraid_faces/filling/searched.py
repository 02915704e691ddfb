"""Engine A for photographs of a generator of pixels: the bank's best draws and an encoder's guesses, refined."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from maskeraid_faces.face_model import FaceModel
from maskeraid_faces.filling.bank import log_weights, visible_l1, visible_weights
from maskeraid_faces.filling.encoder import guess, shown
from maskeraid_faces.filling.engines import pool_of_images, ridge_pool
from maskeraid_faces.filling.pool import FEWEST_EFFECTIVE, Pool, Rows, effective_size, normalised
from maskeraid_faces.filling.search import STARTS_OF_BANK, STARTS_OF_ENCODER, Pace, pace_of, refine
from maskeraid_faces.images import Covering, Floats, Image, Images, to_network, to_pixels
from maskeraid_faces.networks.sloped import SlopedGenerator

SHARE_OF_ENCODER = STARTS_OF_ENCODER / (STARTS_OF_BANK + STARTS_OF_ENCODER)


def can_search(model: FaceModel) -> bool:
    """Whether faces of this model are searched for; else its bank answers as it is."""
    if model.architecture == "eigen" or model.kind == "drawn" or model.is_draft:
        return False
    return pace_of(model).starts > 0


def searched_pool(image: Image, covering: Covering, model: FaceModel, rng: np.random.Generator, size: int) -> Pool:
    """Where the starts of a search ended, weighted by their L1 to the visible pixels.

    Starts that end farther from what is visible than 19 of 20 faces that the model had not seen are left out; if all
    do, ridge answers and the pool is `approximate`. Answers beyond the starts are draws of the bank as they are.

    Args:
        image, covering, model: as `fill` has them.
        rng: for the encoder's guesses.
        size: of the pool, should more be asked for than there are starts.
    """
    pace = pace_of(model)
    distances = visible_l1(image, covering, np.asarray(model.bank.draws, np.uint8))
    order = np.argsort(distances, kind="stable")
    guesses = _guesses(image, covering, model, rng, pace)
    starts = np.concatenate([model.bank.latents[order[: pace.starts - len(guesses)]], guesses])
    found = _refined(starts, image, covering, model, pace)
    is_near = visible_error(found, image, covering) <= (model.search_limit or np.inf)
    if not is_near.any():
        return replace(ridge_pool(image, covering, model), approximate=True, is_ridge=True)
    images = np.concatenate([found[is_near], _more(model, order, size - pace.starts)])
    apart = visible_l1(image, covering, images.reshape(len(images), -1))
    pool = pool_of_images(images, normalised(log_weights(apart, model.conditioning, images=True)), image, covering)
    said = normalised(log_weights(distances, model.conditioning, images=True))
    few = not model.search_limit and effective_size(said) < FEWEST_EFFECTIVE
    return replace(pool, approximate=few, starts=len(starts), ended=_ended(pool, found[:, covering]))


def visible_error(images: Images, image: Image, covering: Covering) -> Floats:
    """Weighted mean L1 of images (n, size, size, 3) to the visible pixels, grey levels (n,)."""
    apart = visible_l1(image, covering, images.reshape(len(images), -1)) * np.float32(127.5)
    return np.asarray(apart / max(3 * float(visible_weights(covering).sum()), 1e-6), np.float32)


def seen(covering: Covering) -> tuple[NDArray[np.intp], Floats]:
    """Which values of an image are seen (v,), and how much they count (v,)."""
    weights = np.repeat(visible_weights(covering).ravel(), 3)
    columns = np.flatnonzero(weights)
    return columns, weights[columns]


def _guesses(image: Image, covering: Covering, model: FaceModel, rng: np.random.Generator, pace: Pace) -> Floats:
    """The encoder's answer, and others as far from it as the truth mostly is, (n, latent_size)."""
    if model.encoder is None:
        return np.empty((0, model.latent_size), np.float32)
    number = round(pace.starts * SHARE_OF_ENCODER)
    answer = ridge_pool(image, covering, model).render(np.arange(1))
    likeliest = guess(model.encoder, shown(image[None], covering, answer))
    noise = rng.standard_normal((number, model.latent_size), np.float32) * model.encoder["deviations"]
    noise[:1] = 0
    return np.asarray(likeliest + noise, np.float32)


def _refined(starts: Floats, image: Image, covering: Covering, model: FaceModel, pace: Pace) -> Images:
    columns, weights = seen(covering)
    values = to_network(image).ravel()[columns]
    refined = refine(SlopedGenerator(model, columns), starts, values, weights, pace.steps)
    return to_pixels(SlopedGenerator(model).draw(refined.latents)[0]).reshape(-1, model.size, model.size, 3)


def _more(model: FaceModel, order: Rows, number: int) -> Images:
    chosen = np.asarray(model.bank.draws[order[: max(number, 0)]], np.uint8)
    return chosen.reshape(-1, model.size, model.size, 3)


def _ended(pool: Pool, fills: Images) -> Rows:
    """How many of all starts ended at nearly the fill of each answer (n,)."""
    ends = fills.reshape(len(fills), -1).astype(np.float32)
    ends /= np.float32(np.sqrt(ends.shape[1]))
    squares = np.square(pool.places).sum(axis=1)[:, None] + np.square(ends).sum(axis=1) - 2 * pool.places @ ends.T
    return np.asarray((squares < pool.merged_below**2).sum(axis=1), np.intp)
