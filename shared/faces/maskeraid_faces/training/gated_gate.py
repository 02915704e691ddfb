"""How much of what engine B adds is added, so that the mean of eight is no worse than ridge; NumPy."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from maskeraid_faces.coverings.shapes import lower_face, sunglasses
from maskeraid_faces.face_model import FaceModel, Floats, Gated
from maskeraid_faces.filling.gated import ANSWER, gated_draws, questions
from maskeraid_faces.images import Images, to_network
from maskeraid_faces.networks.gated_stages import GatedStages
from maskeraid_faces.networks.run_gated import draw_noise
from maskeraid_faces.training.randomness import Stream, generator_for

CANDIDATES = 8
GATES = np.linspace(0, 1, 21)
LEAST_ERROR = np.float32(1e-6)  # of ridge's
MOST_ADDED = np.float32(4)  # in [-1, 1] units: what a network adds that has diverged is no number to reckon with

Draw = Callable[[Floats], Floats]  # from a question (side, side, 8) to what eight candidates add (8, side, side, 3)


@dataclass(frozen=True)
class Sums:
    """Of n faces, over their hole: all that the error at a gate follows from, (coverings, n) each."""

    missing: Floats  # what ridge's answer lacks, squared
    right: Floats  # that times the mean of what candidates add
    added: Floats  # this mean squared
    single: Floats  # what one candidate adds, squared

    def mean_errors(self, gate: float) -> Floats:
        """Squared errors of the mean of eight."""
        return self._errors(gate, self.added)

    def single_errors(self, gate: float) -> Floats:
        """Squared errors of one candidate, on average."""
        return self._errors(gate, self.single)

    def _errors(self, gate: float, added: Floats) -> Floats:
        errors: Floats = self.missing - np.float32(2 * gate) * self.right + np.float32(gate**2) * added
        return errors

    def gains(self, gate: float) -> Floats:
        """Decibels by which the mean of eight lies above ridge, a covering, averaged over faces."""
        errors = np.maximum(self.mean_errors(gate), LEAST_ERROR * self.missing)
        return np.asarray(10 * np.log10(self.missing / errors).mean(axis=1), np.float32)

    def ratio(self, gate: float) -> float:
        """Squared error of the mean of eight, of one candidate's: 0.5625 is ideal, 1 is no variety at all."""
        return float(self.mean_errors(gate).sum() / self.single_errors(gate).sum())

    def best_gate(self) -> float:
        """The gate that gains most, no covering losing by it."""
        gains = np.stack([self.gains(gate) for gate in GATES])  # (gates, coverings)
        worth = np.where(gains.min(axis=1) >= 0, gains.mean(axis=1), -np.inf)
        return float(GATES[int(np.argmax(worth))])


def measure(model: FaceModel, faces: Images, draw: Draw) -> Sums:
    """Fill faces uint8 (n, side, side, 3), which nothing has seen, behind the two usual coverings."""
    rows: list[list[list[float]]] = []
    for covering in (lower_face(model.size), sunglasses(model.size)):
        rows.append([])
        for question, truth in zip(questions(model, faces, covering), to_network(faces), strict=True):
            missing = (truth - question[..., ANSWER])[covering]  # (h, 3)
            added = np.clip(np.nan_to_num(draw(question)[:, covering]), -MOST_ADDED, MOST_ADDED)  # (8, h, 3)
            mean = added.mean(axis=0)
            products = missing * missing, missing * mean, mean * mean, added * added / np.float32(CANDIDATES)
            rows[-1].append([float(product.sum()) for product in products])
    return Sums(*np.asarray(rows, np.float32).transpose(2, 0, 1))


def drawing(gated: Gated, size: int, temperature: float, seed: int) -> Draw:
    """Draws as a fill makes them."""
    random, stages = generator_for(seed, Stream.TEMPERATURE), GatedStages(size, gated.base)
    return lambda question: gated_draws(gated, question, draw_noise(random, CANDIDATES, stages).times(temperature))
