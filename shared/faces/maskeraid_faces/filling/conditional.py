"""Engine C: draws of a generator that is told what is visible, made to agree with it by Matheron's rule.

A draw `g` of whole faces, in whitened coefficients, becomes `answer + P g`: `answer` is ridge's, and the posterior
covariance `P = penalty (A + penalty I)^-1` of the covering keeps of `g` what the visible pixels leave open. With normal
`g` that is the posterior of Gaussian faces; the network bends them: `g = z + network(z, answer, covering)`. One network
serves every covering, for it never sees pixels. The idea is ours; its parts: Journel, Huijbregts 1978 (conditioning by
kriging), Mirza, Osindero 2014 (conditional GAN).
"""

from collections.abc import Mapping

import cv2
import numpy as np

from maskeraid_faces.face_model import Basis, Conditional, Floats
from maskeraid_faces.filling.covering_system import CoveringSystem, ModelSystem
from maskeraid_faces.images import Covering
from maskeraid_faces.networks.generate import run_generator

MOST_SEEN = 192  # coefficients of the answer that the network is told
CODE_SIDE = 8  # of the covering as it is told: shares of 8 x 8 fields
SEEN_POWER, DRAWN_POWER = 0.3, 0.5  # coefficients are told times (deviation / largest deviation) to this power


def covering_code(covering: Covering) -> Floats:
    """The share of each field that is covered, float32 (64,)."""
    shares = cv2.resize(covering.astype(np.float32), (CODE_SIDE, CODE_SIDE), interpolation=cv2.INTER_AREA)
    return np.asarray(shares, np.float32).ravel()


def seen_weights(basis: Basis) -> Floats:
    """What coefficients of an answer are told times, float32 (s,)."""
    return _weights(basis, min(MOST_SEEN, len(basis.components)), SEEN_POWER)


def drawn_weights(basis: Basis, rank: int) -> Floats:
    """What coefficients of noise are told times, and the discriminator sees differences times, float32 (rank,)."""
    return _weights(basis, rank, DRAWN_POWER)


def bend(weights: Mapping[str, Floats], noise: Floats, answer: Floats, code: Floats, basis: Basis) -> Floats:
    """Coefficients (n, r) of whole faces: noise (n, r) of unit variance, bent where the network draws."""
    rank = len(weights["output.bias"])
    seen = answer[..., : len(seen_weights(basis))] * seen_weights(basis)
    told = [
        noise[:, :rank] * drawn_weights(basis, rank),
        *(np.broadcast_to(one, (len(noise), one.shape[-1])) for one in (seen, code)),
    ]
    bent = noise.copy()
    bent[:, :rank] += run_generator("eigen", weights, np.concatenate(told, axis=1).astype(np.float32))
    return bent


def conditional_draws(
    conditional: Conditional,
    noise: Floats,
    answer: Floats,
    covering: Covering,
    system: ModelSystem,
    basis: Basis,
    temperature: float,
) -> Floats:
    """Coefficients (n, r) that agree with what is visible, of noise (n, r) and ridge's answer (r,)."""
    faces = bend(conditional.weights, noise, answer, covering_code(covering), basis)
    return np.asarray(answer + np.float32(temperature * system.penalty) * system.solve(faces), np.float32)


def posterior(system: CoveringSystem) -> Floats:
    """P = penalty (A + penalty I)^-1, float32 (r, r): symmetric, its eigenvalues 0 (seen) to 1 (hidden)."""
    eye = np.eye(len(system.gram), dtype=np.float32)
    return np.asarray(system.penalty * np.linalg.inv(system.gram + system.penalty * eye), np.float32)


def _weights(basis: Basis, number: int, power: float) -> Floats:
    return np.asarray((basis.deviations[:number] / basis.deviations[0]) ** power, np.float32)
