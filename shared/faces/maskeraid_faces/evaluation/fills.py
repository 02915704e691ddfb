"""How near a model's fills come to faces that it has not seen, by engine, where the lower face is covered."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maskeraid_faces.coverings.shapes import lower_face
from maskeraid_faces.face_model import FaceModel
from maskeraid_faces.filling.answering import Engine
from maskeraid_faces.filling.fill import fill
from maskeraid_faces.images import Images
from maskeraid_faces.metrics.bootstrap import bootstrap_interval
from maskeraid_faces.metrics.psnr import psnr
from maskeraid_faces.metrics.ssim import ssim

FACES_FILLED = 40
MOST_DECIBELS = 60.0  # an exact fill; rounding to 8 bits alone leaves about 59
FEWEST_OF_A_GROUP = 4


@dataclass(frozen=True)
class Fills:
    """The fills of one engine: the first candidate of each face."""

    engine: Engine
    psnr: NDArray[np.float64]  # (n,) in the hole, dB
    ssim: NDArray[np.float64]  # (n,) of the whole image
    groups: NDArray[np.str_] | None  # (n,)

    def to_dict(self) -> dict[str, Any]:
        """Means, the 95 % interval of the first, and each group's, as plain JSON values."""
        found: dict[str, Any] = {
            "engine": self.engine,
            "images": len(self.psnr),
            "psnr_hole": round(float(self.psnr.mean()), 2),
            "psnr_hole_95": [round(end, 2) for end in bootstrap_interval(self.psnr)],
            "ssim": round(float(self.ssim.mean()), 4),
        }
        if self.groups is not None:
            found["groups"] = [
                {"group": str(name), "images": int(rows.sum()), "psnr_hole": round(float(self.psnr[rows].mean()), 2)}
                for name in np.unique(self.groups)
                if name and (rows := self.groups == name).sum() >= FEWEST_OF_A_GROUP
            ]
        return found


def measure_fills(
    model: FaceModel, real: Images, *, groups: Sequence[str] | None = None, seed: int = 0, most: int = FACES_FILLED
) -> list[Fills]:
    """Cover the lower face of up to `most` faces uint8 (n, size, size, 3), fill it by each engine, and compare."""
    rows = np.random.default_rng([seed, 2]).permutation(len(real))[:most]
    hole = lower_face(model.size)
    names = None if groups is None else np.asarray(groups, np.str_)[rows]
    found: list[Fills] = []
    for engine in model.engines:
        finals = [fill(real[row], hole, model, k=1, engine=engine, seed=seed, stages=False) for row in rows]
        pairs = [(filled.candidates[0].final, real[row]) for filled, row in zip(finals, rows, strict=True)]
        decibels = np.array([min(MOST_DECIBELS, psnr(final, truth, hole)) for final, truth in pairs])
        found.append(Fills(engine, decibels, np.array([ssim(final, truth) for final, truth in pairs]), names))
    return found
