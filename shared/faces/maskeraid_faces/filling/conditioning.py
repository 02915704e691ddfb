"""How strongly visible pixels speak in engine A: noise and temperature, by the log score of held-out faces."""

import numpy as np
from scipy.special import logsumexp

from maskeraid_faces.coverings.shapes import lower_face, sunglasses
from maskeraid_faces.face_model import Bank, Basis, Conditioning
from maskeraid_faces.filling.bank import hidden_l1, log_weights, squared_distances, visible_l1
from maskeraid_faces.filling.covering_system import covering_system
from maskeraid_faces.images import Covering, Floats, Images, to_network

NOISES = (2.0, 2.8, 4.0, 5.7, 8.0, 11.0, 16.0, 23.0, 32.0, 45.0)  # grey levels; under 2 lies rounding
TEMPERATURES = tuple(2.0**power for power in range(-4, 11))
MOST_FACES = 64


def fit_conditioning(held_out_images: Images, basis: Basis, bank: Bank, seed: int = 0) -> Conditioning:
    """Choose noise and temperature so that the truth under the covering is likeliest, given the visible pixels.

    The score of a face is `log sum_j w_j p(x_h | G_h(z_j), noise)` with the weights `w_j` of `log_weights`: the noise
    says how near the nearest right draw comes, the temperature how many draws must be heard to have it among them.

    Args:
        held_out_images: uint8 (n, H, W, 3), faces that the generator was not trained on; 64 of them are used.
        basis: of the model.
        bank: of the model, of either architecture.
        seed: of the choice of faces.
    """
    rows = np.random.default_rng(seed).permutation(len(held_out_images))[:MOST_FACES]
    faces, images = held_out_images[np.sort(rows)], bank.draws.dtype == np.uint8
    score = np.zeros((len(NOISES), len(TEMPERATURES)))
    for covering in (lower_face(faces.shape[1]), sunglasses(faces.shape[1])):
        seen, hidden = _distances(faces, basis, bank, covering)
        for row, noise in enumerate(NOISES):
            truth = log_weights(hidden, Conditioning(noise, 1.0), images=images) - 3 * covering.sum() * np.log(noise)
            for column, temperature in enumerate(TEMPERATURES):
                said = log_weights(seen, Conditioning(noise, temperature), images=images)
                score[row, column] += np.mean(logsumexp(said + truth, axis=1) - logsumexp(said, axis=1))
    best_row, best_column = divmod(int(np.argmax(score)), len(TEMPERATURES))
    return Conditioning(NOISES[best_row], TEMPERATURES[best_column])


def _distances(faces: Images, basis: Basis, bank: Bank, covering: Covering) -> tuple[Floats, Floats]:
    """Distances of faces to draws, over what is seen and over the hole, each (faces, draws)."""
    if bank.draws.dtype == np.uint8:
        drawn = np.asarray(bank.draws, np.uint8)
        seen = np.stack([visible_l1(face, covering, drawn) for face in faces])
        return seen, np.stack([hidden_l1(face, covering, drawn) for face in faces])
    offsets = to_network(faces).reshape(len(faces), -1) - basis.mean
    hole = np.repeat(covering.ravel(), 3).astype(np.float32)
    seen = covering_system(basis, covering, 1.0).seen
    return _distances_over(seen, offsets, basis, bank), _distances_over(hole, offsets, basis, bank)


def _distances_over(counted: Floats, offsets: Floats, basis: Basis, bank: Bank) -> Floats:
    roots, draws = np.sqrt(counted), np.asarray(bank.draws, np.float32)
    components, offsets = basis.components[: draws.shape[1]] * roots, offsets * roots
    return squared_distances(offsets @ components.T, components @ components.T, draws, np.square(offsets).sum(axis=1))
