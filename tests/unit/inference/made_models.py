"""Models for tests, made with NumPy from drawn faces: the bank holds every face of the set, so nothing is trained."""

from functools import cache

import numpy as np

from maskeraid_core.documents.models import ModelVersion
from maskeraid_core.repositories.repository import now
from maskeraid_faces.blending.skin_tone import to_lab
from maskeraid_faces.drawn import EYE_COLOURS, HAIRS, LOOKS, TONES, draw_faces
from maskeraid_faces.face_model import Bank, Conditioning, FaceModel, Floats, Prototype, RidgeFit
from maskeraid_faces.images import Image
from maskeraid_faces.training.basis import coefficients_of, fit_basis
from maskeraid_faces.training.image_set import find_palette

LATENT_SIZE, WIDTH = 4, 8


@cache
def make_model(tone: str = "light") -> FaceModel:
    """A model of `faces-<tone>`."""
    faces = draw_faces(f"faces-{tone}").images
    basis = fit_basis(faces, kind="drawn", seed=0)
    draws = np.tile(coefficients_of(faces, basis), (4, 1))  # enough that the draws that agree are 64 or more
    rng = np.random.default_rng(0)
    shapes = {
        "hidden_1.kernel": (LATENT_SIZE, WIDTH), "hidden_1.bias": (WIDTH,),
        "output.kernel": (WIDTH, basis.gan_rank), "output.bias": (basis.gan_rank,),
    }  # fmt: skip
    hair, eyes = LOOKS[tone]
    prototype = Prototype(_lab(TONES[tone]), _lab(HAIRS[hair]), _lab(EYE_COLOURS[eyes]), 1.0)
    return FaceModel(
        architecture="eigen",
        kind="drawn",
        size=32,
        latent_size=LATENT_SIZE,
        widths=(WIDTH,),
        generator={name: rng.standard_normal(shape, np.float32) for name, shape in shapes.items()},
        basis=basis,
        ridge=RidgeFit(0.01, np.full(faces[0].size, 0.05, np.float32)),
        bank=Bank(rng.standard_normal((len(draws), LATENT_SIZE), np.float32), draws),
        conditioning=Conditioning(),
        prototypes=(prototype,),
        palette=find_palette(faces),
    )


def make_version(tone: str = "light", **facts: object) -> ModelVersion:
    """The document of that model, without files."""
    plain = {name: getattr(make_model(tone).prototypes[0], name) for name in ("tone", "hair", "eyes")}
    version = ModelVersion(
        id=f"mdl_{tone}:1", tenant="ten_1", model_id=f"mdl_{tone}", name=f"faces-{tone}", version=1,
        digest=f"sha256:{tone}", architecture="eigen", kind="drawn", resolution=32, files=[],
        prototypes=[{**{name: lab.tolist() for name, lab in plain.items()}, "share": 1.0}],
        lineage={"data": [{"dataset_id": f"ds_{tone}", "version": 1, "where": []}]}, created_at=now(),
    )  # fmt: skip
    return version.model_copy(update=facts)


def load_made(version: ModelVersion) -> FaceModel:
    """What `LoadedModels.get` does for stored models."""
    return make_model(version.name.removeprefix("faces-"))


def covered_face(tone: str = "light", kind: str = "mask", number: int = 0) -> Image:
    """A face of that tone in one of the drawn coverings."""
    faces = draw_faces("faces-test")
    names = [name for name in faces.names if name.startswith(f"faces-{tone}_") and name.endswith(f"_{kind}.png")]
    image: Image = faces.images[faces.names.index(names[number])]
    return image


def _lab(colour: tuple[int, int, int]) -> Floats:
    lab: Floats = to_lab(np.array([[colour]], np.uint8))[0, 0]
    return lab
