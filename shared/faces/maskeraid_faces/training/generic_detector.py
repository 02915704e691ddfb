"""Makes the detector that comes with the package: `python -m maskeraid_faces.training.generic_detector FILE`.

It practises on painted faces and on 8-bit faces alone, some 25 minutes on two cores; no person is in it.
"""

import sys
from pathlib import Path

import numpy as np
from safetensors.numpy import save

from maskeraid_faces.coverings.detector import SIDE, Detector
from maskeraid_faces.coverings.detector_files import detector_arrays
from maskeraid_faces.drawing.lifelike import draw_lifelike_face
from maskeraid_faces.images import Image
from maskeraid_faces.training.covering_detector import fitted
from maskeraid_faces.training.detector import DetectorTraining
from maskeraid_faces.training.practice import draw_any_drawn_face

PAINTED_FACES, SHARE_DRAWN = 2_500, 0.35
STEPS, SEED, SEED_OF_FACES = 3_000, 1, 11


class Practice:
    """Faces to practise on."""

    def __init__(self, number: int = PAINTED_FACES, seed: int = SEED_OF_FACES) -> None:
        rng = np.random.default_rng(seed)
        self._painted = [draw_lifelike_face(SIDE, rng) for _ in range(number)]

    def draw(self, rng: np.random.Generator) -> Image:
        """An 8-bit face of 32 pixels a side, or a painted one of 64, mirrored or not."""
        if rng.random() < SHARE_DRAWN:
            return draw_any_drawn_face(rng)
        face = self._painted[rng.integers(len(self._painted))]
        return np.ascontiguousarray(face[:, ::-1]) if rng.random() < 0.5 else face


def packed(detector: Detector) -> bytes:
    """The file, in half precision."""
    return save(
        {name: array.astype(np.float16) for name, array in detector_arrays(detector).items()}
        | {"threshold": np.array([detector.threshold], np.float32)}
    )


def _tell(step: int, loss: float) -> None:
    sys.stdout.write(f"{step} of {STEPS}: {loss:.3f}\n")
    sys.stdout.flush()


def main(path: str) -> None:
    """Train, fit the threshold on other faces, and write."""
    training = DetectorTraining(SEED, STEPS)
    training.train(Practice().draw, tell=_tell)
    others = np.stack([draw_lifelike_face(SIDE, np.random.default_rng(seed)) for seed in range(200)])
    Path(path).write_bytes(packed(fitted(Detector(training.weights(), 0.0), others, SEED)))


if __name__ == "__main__":
    main(sys.argv[1])
