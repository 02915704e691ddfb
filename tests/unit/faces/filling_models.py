"""Small models of drawn faces, made by NumPy in milliseconds: the fixtures of the tests of filling and selection."""

import numpy as np

from maskeraid_faces.blending.palette import palette_of
from maskeraid_faces.drawn import draw_faces
from maskeraid_faces.face_model import Bank, Basis, Conditioning, FaceModel, Kind, RidgeFit
from maskeraid_faces.images import Images, to_network
from maskeraid_faces.selection import make_prototypes

DRAWS = 1500
JITTER = 0.02  # of whitened coefficients: a well-trained generator's slip


def make_basis(images: Images) -> Basis:
    """All principal components of a small set."""
    values = to_network(images).reshape(len(images), -1)
    mean = values.mean(axis=0)
    _, singular, rows = np.linalg.svd(values - mean, full_matrices=False)
    kept = int((singular > 1e-3 * singular[0]).sum())
    deviations = (singular[:kept] / np.sqrt(len(images))).astype(np.float32)
    return Basis(mean, rows[:kept] * deviations[:, None], deviations, kept)


def make_eigen_model(dataset: str = "faces-light", *, kind: Kind = "drawn", seed: int = 0) -> FaceModel:
    """A model whose generator is a linear layer and whose bank are the set's own faces, drawn evenly, hardly moved."""
    images = draw_faces(dataset).images
    basis = make_basis(images)
    rng = np.random.default_rng(seed)
    coefficients = ((to_network(images).reshape(len(images), -1) - basis.mean) @ basis.components.T) / (
        basis.deviations**2
    )
    rows = rng.permutation(np.resize(np.arange(len(images)), DRAWS))
    draws = coefficients[rows] + JITTER * rng.standard_normal((DRAWS, len(basis.components)), np.float32)
    rank = len(basis.components)
    return FaceModel(
        architecture="eigen",
        kind=kind,
        size=32,
        latent_size=rank,
        widths=(),
        generator={"output.kernel": np.eye(rank, dtype=np.float32), "output.bias": np.zeros(rank, np.float32)},
        basis=basis,
        ridge=RidgeFit(0.05, np.full(basis.mean.size, 0.1, np.float32)),
        bank=Bank(draws, draws),
        conditioning=Conditioning(2.0, 64.0),
        prototypes=make_prototypes(images, "drawn"),
        palette=palette_of(images) if kind == "drawn" else None,
    )


def make_thesis_model(dataset: str = "faces-light") -> FaceModel:
    """A model whose bank holds the set's own images, as a perfect generator of the thesis would draw them."""
    images = draw_faces(dataset).images
    model = make_eigen_model(dataset)
    latents = np.zeros((len(images), 100), np.float32)
    return FaceModel(
        **{
            **vars(model),
            "architecture": "thesis",
            "latent_size": 100,
            "bank": Bank(latents, images.reshape(len(images), -1)),
            "conditioning": Conditioning(2.0, 16.0),
        }
    )
