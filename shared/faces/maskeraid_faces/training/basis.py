"""Principal components of the training images and the rule how many the GAN draws."""

from dataclasses import fields

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.extmath import randomized_svd

from maskeraid_faces.errors import BadModelFile
from maskeraid_faces.face_model import Basis, Floats, Kind
from maskeraid_faces.images import Images, to_network
from maskeraid_faces.training.settings import Checkpoint

MOST_ROWS_EXACT = 2000
MOST_COMPONENTS = 512  # of a photograph's basis, for ridge
MOST_DRAWN_BY_GAN = 200  # 94.6 % of the variance of 3,412 photographs; with it, samples have 0.7 to 1 of its spread
SHARE_OF_VARIANCE = 0.99
LEAST_RELATIVE_DEVIATION = 1e-3  # below lies rounding: a factorial drawn set has exact rank


def fit_basis(images: Images, *, faces: int, kind: Kind, seed: int) -> Basis:
    """Fit mean and components.

    Args:
        images: uint8 (n, side, side, 3), mirrored copies included.
        faces: how many of them are no mirrored copies; the GAN draws at most half as many components.
        kind: drawn faces keep every component with a relative deviation above 1e-3.
        seed: of the randomised decomposition, used above 2,000 images.

    Source: Halko, Martinsson, Tropp 2011 (randomised SVD).
    """
    pixels = to_network(images).reshape(len(images), -1)  # (n, P)
    mean = pixels.mean(axis=0)
    pixels -= mean
    variance = float(np.square(pixels, dtype=np.float64).sum())
    singular, rows = _decompose(pixels, seed)
    kept = int((singular > LEAST_RELATIVE_DEVIATION * singular[0]).sum())
    if kind == "photo":
        kept = min(kept, len(images) - 1, MOST_COMPONENTS)
    deviations = (singular[:kept] / np.sqrt(len(images))).astype(np.float32)
    shares = np.cumsum(np.square(singular[:kept], dtype=np.float64)) / variance
    rank = kept if kind == "drawn" else _photo_rank(shares, faces)
    return Basis(mean, rows[:kept] * deviations[:, None], deviations, rank)


def coefficients_of(images: Images, basis: Basis) -> Floats:
    """Whitened coefficients float32 (n, gan_rank) of images uint8 (n, side, side, 3)."""
    components = basis.components[: basis.gan_rank]
    deviations = basis.deviations[: basis.gan_rank]
    pixels = to_network(images).reshape(-1, basis.mean.size) - basis.mean
    return np.asarray(pixels @ components.T / np.square(deviations), np.float32)


def basis_arrays(basis: Basis) -> Checkpoint:
    """The basis as a checkpoint keeps it: another machine's decomposition may turn its components round."""
    return {f"basis/{name}": np.asarray(value) for name, value in vars(basis).items()}


def basis_from(checkpoint: Checkpoint) -> Basis:
    """The basis that `basis_arrays` kept; raises BadModelFile if there is none."""
    try:
        mean, components, deviations, gan_rank = (checkpoint[f"basis/{field.name}"] for field in fields(Basis))
        return Basis(
            mean.astype(np.float32), components.astype(np.float32), deviations.astype(np.float32), int(gan_rank.item())
        )
    except (KeyError, TypeError) as error:
        raise BadModelFile("the checkpoint holds no basis") from error


def _photo_rank(shares: NDArray[np.float64], faces: int) -> int:
    enough = int(np.searchsorted(shares, SHARE_OF_VARIANCE)) + 1
    return max(1, min(enough, len(shares), MOST_DRAWN_BY_GAN, faces // 2))


def _decompose(pixels: Floats, seed: int) -> tuple[Floats, Floats]:
    if len(pixels) > MOST_ROWS_EXACT:
        _, singular, rows = randomized_svd(
            pixels, MOST_COMPONENTS, n_oversamples=16, n_iter=2, power_iteration_normalizer="QR", random_state=seed
        )
    else:
        _, singular, rows = np.linalg.svd(pixels, full_matrices=False)
    return singular, rows
