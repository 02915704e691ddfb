"""What engine B learns from: covered faces with ridge's honest answers to them, as pixels."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maskeraid_faces.face_model import FaceModel, Floats
from maskeraid_faces.filling.covering_system import covering_system
from maskeraid_faces.filling.gated import doubt_map, told
from maskeraid_faces.image_rows import ManyImages
from maskeraid_faces.images import Images, to_network, to_pixels
from maskeraid_faces.training.honest_answers import COVERINGS, FACES_A_COVERING, honest_rounds

MOST_BYTES = 2**28  # of faces and answers together; larger images are fewer


@dataclass(frozen=True)
class Practice:
    """Of c coverings and n faces each."""

    coverings: NDArray[np.bool_]  # (c, side, side)
    doubts: Floats  # (c, side, side)
    faces: Images  # (c, n, side, side, 3)
    answers: Images  # (c, n, side, side, 3), ridge's, to faces that it has not seen

    def batch(self, number: int, rng: np.random.Generator, *, is_mirrored: bool) -> tuple[Floats, Floats]:
        """What the network is told (number, side, side, 8), and the faces (number, side, side, 3) in [-1, 1]."""
        which, row = rng.integers(len(self.coverings), size=number), rng.integers(self.faces.shape[1], size=number)
        faces, answers = to_network(self.faces[which, row]), to_network(self.answers[which, row])
        question = told(faces, self.coverings[which], answers, self.doubts[which])
        if is_mirrored:
            flipped = rng.random(number) < 0.5
            for values in (question, faces):
                values[flipped] = values[flipped, :, ::-1]
        return question, faces


def practice_for(
    model: FaceModel, images: ManyImages, groups: Sequence[str] | None, seed: int, *, is_mirrored: bool
) -> Iterator[Practice]:
    """One covering at a time; `gathered` makes one of all. The arguments are those of `honest_rounds`."""
    each = max(1, min(FACES_A_COVERING, MOST_BYTES // (COVERINGS * 2 * model.basis.mean.size)))
    about = {"coverings": COVERINGS, "faces_a_covering": each}
    for one in honest_rounds(images, groups, seed, is_mirrored=is_mirrored, **about):
        system = covering_system(model.basis, one.covering, model.ridge.penalty)
        answers = to_pixels(one.answers(model.ridge.penalty)).reshape(one.images.shape)
        doubt = doubt_map(system, one.covering, model.basis.gan_rank)
        yield Practice(one.covering[None], doubt[None], one.images[None], answers[None])
