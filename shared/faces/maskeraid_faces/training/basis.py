"""Principal components of the training images and the rule how many the GAN draws."""

from dataclasses import fields

import numpy as np
from numpy.typing import NDArray

from maskeraid_faces.errors import BadModelFile
from maskeraid_faces.face_model import Basis, Floats, Kind
from maskeraid_faces.image_rows import ManyImages, choose, mirror, parts_of
from maskeraid_faces.images import Images, to_network
from maskeraid_faces.training.decomposition import Decomposition, decompose
from maskeraid_faces.training.settings import Checkpoint

MOST_ROWS_EXACT = 2000  # images, reflections included
MOST_FACES = 20_000  # that the components are taken from
MOST_COMPONENTS = 512  # of a photograph's basis, for ridge
MOST_DRAWN_BY_GAN = 200  # 94.6 % of the variance of 3,412 photographs; with it, samples have 0.7 to 1 of its spread
SHARE_OF_VARIANCE = 0.99
LEAST_RELATIVE_DEVIATION = 1e-3  # below lies rounding: a factorial drawn set has exact rank


def fit_basis(images: ManyImages, *, kind: Kind, seed: int, is_mirrored: bool = False) -> Basis:
    """Fit mean and components.

    Args:
        images: uint8 (n, side, side, 3), n >= 2. Of more than 20,000 so many are drawn, which costs no accuracy: see
            docs/science.md.
        kind: drawn faces keep every component with a relative deviation above 1e-3; of photographs the GAN draws at
            most half as many components as there are faces.
        seed: of that choice, and of the decomposition, which is randomised above 2,000 images.
        is_mirrored: their left-right reflections count as well.
    """
    some = choose(images, np.sort(np.random.default_rng(seed).permutation(len(images))[:MOST_FACES]))
    rows = len(some) * (1 + is_mirrored)
    if rows > MOST_ROWS_EXACT:
        found = decompose(some, MOST_COMPONENTS, is_mirrored=is_mirrored, seed=seed)
    else:
        found = _decompose_exactly(mirror(some[:]) if is_mirrored else some[:])
    kept = int((found.singular > LEAST_RELATIVE_DEVIATION * found.singular[0]).sum())
    if kind == "photo":
        kept = min(kept, rows - 1, MOST_COMPONENTS)
    deviations = (found.singular[:kept] / np.sqrt(rows)).astype(np.float32)
    shares = np.cumsum(np.square(found.singular[:kept], dtype=np.float64)) / found.variance
    rank = kept if kind == "drawn" else _photo_rank(shares, len(images))
    return Basis(found.mean, found.vectors[:kept] * deviations[:, None], deviations, rank)


def coefficients_of(images: ManyImages, basis: Basis, *, is_mirrored: bool = False) -> Floats:
    """Whitened coefficients float32 (n, gan_rank) of images uint8 (n, side, side, 3).

    `is_mirrored` gives those of their reflections below, (2 n, gan_rank).
    """
    components = basis.components[: basis.gan_rank]
    variances = np.square(basis.deviations[: basis.gan_rank])
    found = np.empty((1 + is_mirrored, len(images), basis.gan_rank), np.float32)
    for part in parts_of(images):
        some = mirror(images[part]) if is_mirrored else images[part]
        pixels = to_network(some).reshape(-1, basis.mean.size) - basis.mean
        found[:, part] = (pixels @ components.T / variances).reshape(1 + is_mirrored, -1, basis.gan_rank)
    return found.reshape(-1, basis.gan_rank)


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


def _decompose_exactly(images: Images) -> Decomposition:
    pixels = to_network(images).reshape(len(images), -1)  # (n, P)
    mean = pixels.mean(axis=0)
    pixels -= mean
    variance = float(np.square(pixels, dtype=np.float64).sum())
    _, singular, vectors = np.linalg.svd(pixels, full_matrices=False)
    return Decomposition(mean, singular, vectors, variance)
