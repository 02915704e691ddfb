"""Generators of pixels with random weights, and small models of photographs around them: nothing is trained."""

import numpy as np

from maskeraid_faces.face_model import Bank, Basis, Conditioning, FaceModel, RidgeFit, TrainedArchitecture
from maskeraid_faces.images import Floats, to_network, to_pixels
from maskeraid_faces.networks.sloped import SlopedGenerator
from maskeraid_faces.networks.stages import generator_shapes, sides_of, widths_for

LATENT_SIZES = {"dcgan": 100, "r3": 64}
DRAWS = 40


def random_weights(
    architecture: TrainedArchitecture, size: int, widths: tuple[int, ...], latents: int
) -> dict[str, Floats]:
    """Of a generator whose draws use the whole range and differ from one another."""
    rng, weights = np.random.default_rng(0), {}
    for name, shape in generator_shapes(architecture, size, latents, widths, size * size * 3).items():
        array = rng.standard_normal(shape, np.float32)
        if name.endswith("moving_variance"):
            array = np.abs(array) + np.float32(0.5)
        elif name.endswith("kernel"):
            inputs = shape[-1] * 6 if architecture == "dcgan" and len(shape) == 4 else int(np.prod(shape[:-1]))
            array /= np.float32(np.sqrt(inputs))
        weights[name] = array
    return weights


def widths_of(architecture: TrainedArchitecture, size: int) -> tuple[int, ...]:
    """Small ones; `r3` narrows from its first side to its second."""
    if architecture == "r3":
        return (48, *[32] * (len(sides_of(size)) - 1))
    return widths_for("dcgan", size, 32) if architecture == "dcgan" else (24, 32)


def make_pixel_model(architecture: TrainedArchitecture = "dense", size: int = 16) -> FaceModel:
    """A model of photographs; its bank are draws of its own, its basis is theirs."""
    widths = widths_of(architecture, size)
    latents = LATENT_SIZES.get(architecture, 12)
    weights, pixels = random_weights(architecture, size, widths, latents), size * size * 3
    empty = np.zeros((0, pixels), np.float32)
    bare = FaceModel(
        architecture=architecture,
        kind="photo",
        size=size,
        latent_size=latents,
        widths=widths,
        generator=weights,
        basis=Basis(np.zeros(pixels, np.float32), empty, np.zeros(0, np.float32), 0),
        ridge=RidgeFit(0.5, np.full(pixels, 0.1, np.float32)),
        bank=Bank(np.zeros((0, latents), np.float32), empty),
        conditioning=Conditioning(8.0, 64.0),
        prototypes=(),
        palette=None,
    )
    drawn = np.random.default_rng(1).standard_normal((DRAWS, latents), np.float32)
    images = to_pixels(SlopedGenerator(bare).draw(drawn)[0])
    values = to_network(images)
    mean = values.mean(axis=0)
    _, singular, rows = np.linalg.svd(values - mean, full_matrices=False)
    deviations = (singular[:10] / np.sqrt(DRAWS)).astype(np.float32)
    basis = Basis(mean, rows[:10] * deviations[:, None], deviations, 10)
    return FaceModel(**{**vars(bare), "bank": Bank(drawn, images), "basis": basis})
