"""The model as it is while it is trained: complete enough for a fill, with usual numbers in place of fitted ones."""

from collections.abc import Callable
from functools import cache

import numpy as np

from maskeraid_faces.face_model import Basis, Conditioning, FaceModel, Kind, Prototype, RidgeFit, TrainedArchitecture
from maskeraid_faces.training.bank import make_bank
from maskeraid_faces.training.gan import Gan
from maskeraid_faces.training.image_set import FaceSet

DRAWS = 512
FACES_LOOKED_AT = 32  # for their colours
USUAL_PENALTY: dict[Kind, float] = {"drawn": 0.01, "photo": 1.0}  # of ridge, as it was mostly fitted


def draft_of(
    architecture: TrainedArchitecture, faces: FaceSet, basis: Basis, gan: Gan, seed: int
) -> Callable[[], FaceModel]:
    """What makes the model of a moment: tens of milliseconds, where completing one takes seconds."""

    @cache
    def prototypes() -> tuple[Prototype, ...]:
        from maskeraid_faces.selection import make_prototypes

        some = faces.training[:: -(-len(faces.training) // FACES_LOOKED_AT)]
        return make_prototypes(some, faces.kind)

    def make() -> FaceModel:
        weights = gan.generator_weights()
        return FaceModel(
            architecture=architecture,
            kind=faces.kind,
            size=faces.size,
            latent_size=gan.latent_size,
            widths=gan.widths,
            generator=weights,
            basis=basis,
            ridge=RidgeFit(USUAL_PENALTY[faces.kind], np.zeros_like(basis.mean)),
            bank=make_bank(architecture, gan, basis.mean.size, len(faces.training), seed, most=DRAWS),
            conditioning=Conditioning(),
            prototypes=prototypes(),
            palette=faces.palette,
            grey=faces.is_grey,
            is_draft=True,
        )

    return make
