"""Engine B: ridge's answer, and what a network that sees it in place adds, as often as there are candidates.

The network is told the visible pixels, the covering, ridge's answer to the whole image, and how much that leaves open;
it says how the face differs from the answer. A gate multiplies that: at 0 the engine is ridge. Source: the design is
ours; its parts are named in `networks.run_gated`.
"""

import numpy as np

from maskeraid_faces.face_model import FaceModel, Floats, Gated
from maskeraid_faces.filling.covering_system import CoveringSystem, model_system
from maskeraid_faces.filling.intervals import local_deviations
from maskeraid_faces.images import Covering, Image, Images, to_network
from maskeraid_faces.networks.gated_stages import GatedStages
from maskeraid_faces.networks.run_gated import Noise, decode, draw_noise, encode

COVERED, ANSWER = slice(3, 4), slice(4, 7)  # channels of what is told


def doubt_map(system: CoveringSystem, covering: Covering, rank: int) -> Floats:
    """How far each covered pixel may lie from ridge's answer, but for one factor: float32 (side, side), else 0."""
    doubt = np.zeros(covering.shape, np.float32)
    doubt[covering] = local_deviations(system, rank).reshape(-1, 3).mean(axis=1)
    return doubt


def told(values: Floats, covering: Covering, answers: Floats, doubt: Floats) -> Floats:
    """What the network is told, float32 (..., side, side, 8); of the covered pixels nothing.

    `values`, `answers`: (..., side, side, 3) in [-1, 1]; `covering`, `doubt`: (..., side, side).
    """
    covered = covering[..., None].astype(np.float32)
    doubts = np.broadcast_to(doubt[..., None], (*values.shape[:-1], 1))
    flags = np.broadcast_to(covered, doubts.shape)
    return np.concatenate([values * (1 - covered), flags, answers, doubts], axis=-1, dtype=np.float32)


def gated_draws(gated: Gated, question: Floats, noise: Noise) -> Floats:
    """What candidates add to ridge's answer before the gate, (k, side, side, 3); `question`: (side, side, 8)."""
    stages = GatedStages(len(question), gated.base)
    return decode(gated.weights, encode(gated.weights, question[None], stages), noise, stages)


def questions(model: FaceModel, faces: Images, covering: Covering) -> Floats:
    """What the network is told of faces uint8 (n, side, side, 3): (n, side, side, 8)."""
    system, values = model_system(model, covering), to_network(faces)
    solved = system.solve(system.project(values.reshape(len(faces), -1), model.basis))
    answers = (model.basis.mean + solved @ model.basis.components).reshape(values.shape)
    return told(values, covering, answers, doubt_map(system, covering, model.basis.gan_rank))


def gated_faces(
    model: FaceModel, image: Image, covering: Covering, rng: np.random.Generator, temperature: float, number: int
) -> Floats:
    """So many whole faces (number, side, side, 3) in [-1, 1] units: ridge's answer, and what the gate lets through."""
    assert model.gated
    (question,) = questions(model, image[None], covering)
    noise = draw_noise(rng, number, GatedStages(model.size, model.gated.base)).times(temperature)
    added = gated_draws(model.gated, question, noise)
    return np.asarray(question[..., ANSWER] + np.float32(model.gated.gate) * added, np.float32)
