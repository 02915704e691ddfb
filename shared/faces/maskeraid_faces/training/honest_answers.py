"""What ridge would have answered to faces that it had not seen, for many coverings: what engines B and C learn from.

Answers to faces that the principal components were taken from are far too good (by 0.8 dB on 3,412 photographs), and
teach the generator that little is left open.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

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


Parts = TypeVar("Parts")


@dataclass(frozen=True)
class Round:
    """Some faces and a covering; of as many equal parts as there are bases, none is known to its basis."""

    covering: Covering
    images: Images  # (n, side, side, 3)
    bases: Sequence[Basis]

    def answers(self, penalty: float) -> Floats:
        """What ridge with the bases of the others makes of these faces, behind the covering: (n, P) in [-1, 1]."""
        parts = np.split(to_network(self.images).reshape(len(self.images), -1), len(self.bases))
        said = [_answers(part, self.covering, fold, penalty) for part, fold in zip(parts, self.bases, strict=True)]
        return np.concatenate(said)


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
    """One covering at a time, so that whoever waits can look up; `gathered` makes one of all.

    Args:
        images, groups, seed, is_mirrored: as of `honest_rounds`.
        basis: of the model. penalty: of its ridge.
    """
    about = {"coverings": COVERINGS, "faces_a_covering": FACES_A_COVERING}
    for one in honest_rounds(images, groups, seed, is_mirrored=is_mirrored, **about):
        yield _answers_to(one, basis, penalty)


def honest_rounds(
    images: ManyImages,
    groups: Sequence[str] | None,
    seed: int,
    *,
    is_mirrored: bool,
    coverings: int,
    faces_a_covering: int,
) -> Iterator[Round]:
    """Faces and coverings at random, with principal components that were taken from other faces.

    Args:
        images: uint8 (n, size, size, 3), the training faces.
        groups: an identity an image, kept within one fold.
        seed: of folds, faces, and coverings.
        is_mirrored: reflections are faces as well, of their original's fold.
        coverings: how many rounds there are.
        faces_a_covering: in each of them, or some fewer; a fold has one at least.
    """
    random = generator_for(seed, Stream.ANSWERS)
    chosen = np.sort(random.permutation(len(images))[:MOST_FACES])
    faces = choose(images, chosen)
    folds = _folds(len(faces), None if groups is None else [groups[row] for row in chosen], random)
    bases = [
        fit_basis(choose(faces, np.flatnonzero(folds != fold)), kind="photo", seed=seed, is_mirrored=is_mirrored)
        for fold in range(int(folds.max()) + 1)
    ]
    each = max(1, faces_a_covering // len(bases))
    for _ in range(coverings):
        covering = random_covering(int(faces.shape[1]), random)
        rows = np.concatenate([random.choice(np.flatnonzero(folds == fold), each) for fold in range(len(bases))])
        some = faces[rows]
        if is_mirrored:
            flipped = random.random(len(rows)) < 0.5
            some = np.where(flipped[:, None, None, None], mirror(some)[len(some) :], some)
        yield Round(covering, some, bases)


def gathered(parts: Iterable[Parts], should_stop: Callable[[], bool]) -> Parts | None:
    """All in one; None when it was stopped. Who calls keeps no part, so memory holds them twice for a moment only."""
    kept = []
    for part in parts:
        kept.append(part)
        if should_stop():
            return None
    return joined(kept)


def joined(parts: Sequence[Parts]) -> Parts:
    """All coverings in one, of dataclasses of arrays."""
    return type(parts[0])(**{name: np.concatenate([vars(part)[name] for part in parts]) for name in vars(parts[0])})


def random_covering(side: int, random: np.random.Generator) -> Covering:
    """A covering of any family that leaves enough to see."""
    families = (*FAMILIES, *USUAL)
    while True:
        covering: Covering = draw_shape(str(random.choice(families)), side, random) > 0
        if LEAST_SHARE < covering.mean() < MOST_SHARE:
            return covering


def _answers_to(one: Round, basis: Basis, penalty: float) -> Answers:
    system = covering_system(basis, one.covering, penalty)
    values = to_network(one.images).reshape(len(one.images), -1)
    truths, said = (_coefficients(whole, basis) for whole in (values, one.answers(penalty)))
    return Answers(
        covering_code(one.covering)[None],
        posterior(system)[None],
        (system.hole_gram / np.float32(len(system.hole)))[None],
        said[None],
        truths[None],
    )


def _coefficients(values: Floats, basis: Basis) -> Floats:
    """Of images (n, P), in the model's basis."""
    return np.asarray((values - basis.mean) @ basis.components.T / np.square(basis.deviations), np.float32)


def _answers(values: Floats, covering: Covering, fold: Basis, penalty: float) -> Floats:
    system: CoveringSystem = covering_system(fold, covering, penalty)
    eye = np.eye(len(system.gram), dtype=np.float32)
    theirs = np.linalg.solve(system.gram + system.penalty * eye, system.project(values, fold).T).T
    return np.asarray(fold.mean + theirs @ fold.components, np.float32)


def _folds(faces: int, groups: Sequence[str] | None, random: np.random.Generator) -> NDArray[np.intp]:
    """The fold of each face, none of them empty; an identity is in one alone, unless there is no other identity."""
    _, identity = np.unique(np.arange(faces) if groups is None else np.asarray(groups, np.str_), return_inverse=True)
    if identity.max() == 0:
        identity = np.arange(faces)
    return (random.permutation(int(identity.max()) + 1) % FOLDS)[identity]
