"""How strongly visible pixels speak in engine A: noise and temperature, by the log score of held-out faces."""

import numpy as np
from scipy.special import logsumexp

from maskeraid_faces.coverings.shapes import lower_face, sunglasses
from maskeraid_faces.face_model import Bank, Basis, Conditioning
from maskeraid_faces.filling.bank import hidden_l1, log_weights, squared_distances, visible_l1
from maskeraid_faces.filling.covering_system import covering_system
from maskeraid_faces.image_rows import ManyImages
from maskeraid_faces.images import Covering, Floats, Images, to_network

NOISES = (2.0, 4.0, 8.0, 12.0, 16.0, 24.0, 32.0, 45.0)  # grey levels; under 2 lies rounding
TEMPERATURES = tuple(4.0**power for power in range(7))
AS_GOOD = 0.05  # natural logarithms of likelihood a face: a lower temperature is preferred, for it hears the face more
MOST_FACES = 64


def fit_conditioning(held_out_images: ManyImages, basis: Basis, bank: Bank, seed: int = 0) -> Conditioning:
    """Choose noise and temperature so that the truth under the covering is likeliest, given the visible pixels.

    The score of a face is `log sum_j w_j k(RMSE of G_h(z_j) to x_h / noise)` with the weights `w_j` of `log_weights`
    and a normal kernel of one dimension: a fill is right or wrong as a whole. The noise says how near right draws come,
    the temperature how many must be heard to have one among them.

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
            truth = log_weights(hidden / (3 * covering.sum()), Conditioning(noise, 1.0), images=images) - np.log(noise)
            for column, temperature in enumerate(TEMPERATURES):
                said = log_weights(seen, Conditioning(noise, temperature), images=images)
                score[row, column] += np.mean(logsumexp(said + truth, axis=1) - logsumexp(said, axis=1))
    best_row = int(np.argmax(score.max(axis=1)))
    best_column = int(np.argmax(score[best_row] >= score[best_row].max() - AS_GOOD))
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
