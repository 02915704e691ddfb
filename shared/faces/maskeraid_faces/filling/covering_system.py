"""What one covering makes of a model's basis, kept for the next fill: fills then cost r^2, not r^2 times the pixels."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import LinAlgError, cho_factor, cho_solve, cholesky

from maskeraid_faces.coverings.grow import grow
from maskeraid_faces.face_model import Basis, FaceModel
from maskeraid_faces.filling.per_covering import PerCovering
from maskeraid_faces.images import Covering, Floats

RING_WEIGHT = 0.3  # of the pixels beside the covering, which may bleed; hearing them at all is worth 0.1 dB
LARGE_HOLE = 0.5  # of all values
BREATHS = 6  # tenfold deeper each
SYSTEMS_KEPT = 12  # and no more than `MOST_BYTES` of them


@dataclass(frozen=True)
class CoveringSystem:
    """The linear algebra of one covering, in coefficients (r of them, q of the GAN, m draws, h hole values)."""

    hole: NDArray[np.intp]  # (h,) flat positions of the covered values
    seen: Floats  # (P,) weights: 1 visible, 0.3 in the ring of 1 px beside the covering, 0 covered
    components: Floats  # (r, h) of the basis, in the hole
    gram: Floats  # (r, r) A = B_v B_v^T of the seen values
    hole_gram: Floats  # (r, r) H = B_h B_h^T: squared distances between fills, in coefficients
    penalty: float  # added to the diagonal of A by ridge

    def project(self, values: Floats, basis: Basis) -> Floats:
        """B_v (x_v - mu_v) of images (..., P) in [-1, 1]: what the visible pixels say, (..., r)."""
        return np.asarray(((values - basis.mean) * self.seen) @ basis.components.T, np.float32)


def covering_system(basis: Basis, covering: Covering, penalty: float) -> CoveringSystem:
    """Split the values into the hole and what is seen; `penalty` is relative to the mean variance of the seen."""
    hole = np.flatnonzero(np.repeat(covering.ravel(), 3))
    seen = visibility(covering)
    components = basis.components[:, hole]
    hole_gram = components @ components.T
    if len(hole) < len(seen) * LARGE_HOLE:  # what is seen is all but the hole, which is needed anyway, and its ring
        unheard = basis.components[:, (seen > 0) & (seen < 1)] * np.sqrt(np.float32(1 - RING_WEIGHT))
        gram = basis.gram - hole_gram - unheard @ unheard.T
    else:  # little is left, and the difference of what is nearly equal would be rounding
        weighted = basis.components[:, seen > 0] * np.sqrt(seen[seen > 0])
        gram = weighted @ weighted.T
    absolute = penalty * float(np.trace(gram)) / max(float(seen.sum()), 1)
    return CoveringSystem(hole, seen, components, gram, hole_gram, max(absolute, 1e-6))


def visibility(covering: Covering) -> Floats:
    """How much each value counts, flat (P,): 1 visible, 0.3 in the ring of 1 px beside the covering, 0 covered."""
    weights = np.where(grow(covering, 1), RING_WEIGHT, 1) * ~covering
    return np.repeat(weights.ravel().astype(np.float32), 3)


@dataclass(frozen=True)
class ModelSystem(CoveringSystem):
    """A covering's algebra with what ridge and the bank of one model need."""

    factor: Any  # Cholesky factor of A + penalty I, for cho_solve
    noise_factor: Floats  # (r, r) L with L L^T = A, for draws of B_v noise
    hole_factor: Floats  # (r, r) F with F F^T = H / h: embeds fills so that distance is RMSE
    bank_norms: Floats  # (m,) c^T A c of the bank's coefficients; empty for a bank of images

    def solve(self, projected: Floats) -> Floats:
        """(A + penalty I)^-1 applied to rows (..., r): ridge coefficients."""
        return np.asarray(cho_solve(self.factor, projected.T, check_finite=False).T, np.float32)


def model_system(model: FaceModel, covering: Covering) -> ModelSystem:
    """The algebra of this covering for this model: made once, then taken from a small store."""
    return _systems.get(model, covering)


def _make(model: FaceModel, covering: Covering) -> ModelSystem:
    system = covering_system(model.basis, covering, model.ridge.penalty)
    eye = np.eye(len(system.gram), dtype=np.float32)
    return ModelSystem(
        **vars(system),
        factor=cho_factor(system.gram + system.penalty * eye, lower=True, check_finite=False),
        noise_factor=_root(system.gram),
        hole_factor=_root(system.hole_gram / np.float32(len(system.hole))),
        bank_norms=_bank_norms(model, system.gram),
    )


def _bank_norms(model: FaceModel, gram: Floats) -> Floats:
    if model.architecture != "eigen":
        return np.empty(0, np.float32)
    draws = np.asarray(model.bank.draws, np.float32)
    rank = draws.shape[1]
    return np.asarray(np.sum((draws @ gram[:rank, :rank]) * draws, axis=1), np.float32)


def _root(gram: Floats) -> Floats:
    """Lower Cholesky factor of a positive semidefinite matrix; a breath on its diagonal keeps it definite.

    Where most of it lies in few directions, as with a hole of few pixels, rounding is larger than that breath.
    """
    eye = np.eye(len(gram), dtype=np.float32)
    breath = 1e-5 * float(np.trace(gram)) / len(gram) + 1e-9
    for deeper in range(BREATHS):
        with suppress(LinAlgError):
            definite = gram + np.float32(breath * 10**deeper) * eye
            return np.asarray(cholesky(definite, lower=True, check_finite=False), np.float32)
    raise LinAlgError("the components are not finite")


_systems = PerCovering(_make, SYSTEMS_KEPT)
