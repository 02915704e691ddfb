"""What ridge would have answered to faces that it had not seen, for many coverings: what engine C learns from.

Answers to faces that the principal components were taken from are far too good (by 0.8 dB on 3,412 photographs), and
teach the generator that little is left open.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maskeraid_faces.coverings.families import FAMILIES, draw_shape
from maskeraid_faces.face_model import Basis, Floats
from maskeraid_faces.filling.conditional import covering_code, posterior
from maskeraid_faces.filling.covering_system import CoveringSystem, covering_system
from maskeraid_faces.image_rows import ManyImages, choose, mirror
from maskeraid_faces.images import Covering, Images, to_network
from maskeraid_faces.training.basis import fit_basis
from maskeraid_faces.training.randomness import Stream, generator_for

COVERINGS = 60
FACES_A_COVERING = 400
FOLDS = 5
MOST_FACES = 6_000  # that answers are made for
LEAST_SHARE, MOST_SHARE = 0.04, 0.6  # of the image that is covered
USUAL = ("surgical", "cloth", "glasses", "hand")  # twice as often as the others


@dataclass(frozen=True)
class Answers:
    """Of c coverings and n faces each, in whitened coefficients."""

    codes: Floats  # (c, 64)
    posteriors: Floats  # (c, r, r)
    holes: Floats  # (c, r, r) H = B_h B_h^T / h: the squared length of a difference is its mean square in the hole
    answers: Floats  # (c, n, r)
    truths: Floats  # (c, n, r)


def honest_answers(
    images: ManyImages,
    groups: Sequence[str] | None,
    basis: Basis,
    penalty: float,
    seed: int,
    *,
    is_mirrored: bool,
) -> Iterator[Answers]:
    """One covering at a time, so that whoever waits can look up; `joined` makes one of all.

    Args:
        images: uint8 (n, size, size, 3), the training faces.
        groups: an identity an image, kept within one fold.
        basis: of the model. penalty: of its ridge.
        seed: of folds, faces, and coverings.
        is_mirrored: reflections are faces as well, of their original's fold.
    """
    random = generator_for(seed, Stream.ANSWERS)
    chosen = np.sort(random.permutation(len(images))[:MOST_FACES])
    faces = choose(images, chosen)
    folds = _folds(len(faces), None if groups is None else [groups[row] for row in chosen], random)
    bases = [
        fit_basis(choose(faces, np.flatnonzero(folds != fold)), kind="photo", seed=seed, is_mirrored=is_mirrored)
        for fold in range(int(folds.max()) + 1)
    ]
    for _ in range(COVERINGS):
        covering = random_covering(int(faces.shape[1]), random)
        rows = np.concatenate(
            [random.choice(np.flatnonzero(folds == fold), FACES_A_COVERING // len(bases)) for fold in range(len(bases))]
        )
        some = faces[rows]
        if is_mirrored:
            flipped = random.random(len(rows)) < 0.5
            some = np.where(flipped[:, None, None, None], mirror(some)[len(some) :], some)
        yield _answers_to(some, covering, basis, bases, penalty)


def joined(parts: Sequence[Answers]) -> Answers:
    """All coverings in one."""
    names = Answers.__dataclass_fields__
    return Answers(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in names})


def random_covering(side: int, random: np.random.Generator) -> Covering:
    """A covering of any family that leaves enough to see."""
    families = (*FAMILIES, *USUAL)
    while True:
        covering: Covering = draw_shape(str(random.choice(families)), side, random) > 0
        if LEAST_SHARE < covering.mean() < MOST_SHARE:
            return covering


def _answers_to(images: Images, covering: Covering, basis: Basis, bases: Sequence[Basis], penalty: float) -> Answers:
    system = covering_system(basis, covering, penalty)
    values = to_network(images).reshape(len(images), -1)
    variances = np.square(basis.deviations)
    truths = (values - basis.mean) @ basis.components.T / variances
    parts = np.split(values, len(bases))
    said = np.concatenate(
        [_answers(part, covering, fold, penalty, basis) for part, fold in zip(parts, bases, strict=True)]
    )
    return Answers(
        covering_code(covering)[None],
        posterior(system)[None],
        (system.hole_gram() / np.float32(len(system.hole)))[None],
        said[None].astype(np.float32),
        truths[None].astype(np.float32),
    )


def _answers(values: Floats, covering: Covering, fold: Basis, penalty: float, basis: Basis) -> Floats:
    """Ridge's answers with the basis of the other folds, as coefficients of the model's own."""
    system: CoveringSystem = covering_system(fold, covering, penalty)
    eye = np.eye(len(system.gram), dtype=np.float32)
    theirs = np.linalg.solve(system.gram + system.penalty * eye, system.project(values, fold).T).T
    pixels = fold.mean - basis.mean + theirs @ fold.components
    return np.asarray(pixels @ basis.components.T / np.square(basis.deviations), np.float32)


def _folds(faces: int, groups: Sequence[str] | None, random: np.random.Generator) -> NDArray[np.intp]:
    """The fold of each face, none of them empty; an identity is in one alone, unless there is no other identity."""
    _, identity = np.unique(np.arange(faces) if groups is None else np.asarray(groups, np.str_), return_inverse=True)
    if identity.max() == 0:
        identity = np.arange(faces)
    return (random.permutation(int(identity.max()) + 1) % FOLDS)[identity]
