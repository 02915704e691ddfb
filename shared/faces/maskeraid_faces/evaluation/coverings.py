"""How well a detector finds coverings on faces, a family of them at a time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maskeraid_faces.coverings.detector import KIND_OF_FAMILY
from maskeraid_faces.coverings.families import FAMILIES
from maskeraid_faces.coverings.find import Found
from maskeraid_faces.coverings.grow import grow
from maskeraid_faces.coverings.worn import as_stored, wear_any
from maskeraid_faces.images import Covering, Image, Images
from maskeraid_faces.metrics.overlap import intersection_over_union

FACES_COVERED = 12  # a family
Find = Callable[[Image], Found]


@dataclass(frozen=True)
class OfFamily:
    """One family; a value a face."""

    family: str
    overlaps: NDArray[np.float64]  # intersection over union of what was found, as seen, and the truth
    recalls: NDArray[np.float64]  # share of the truth that lies in what was found, widened as for a fill
    kinds_right: NDArray[np.bool_]


@dataclass(frozen=True)
class Detection:
    """All families, and faces that wear nothing."""

    families: tuple[OfFamily, ...]
    alarms: NDArray[np.bool_]  # of bare faces: something was found

    def to_dict(self) -> dict[str, Any]:
        """Means, as plain JSON values."""
        return {
            "iou": _mean([one.overlaps for one in self.families]),
            "recall": _mean([one.recalls for one in self.families]),
            "kind_accuracy": _mean([one.kinds_right for one in self.families]),
            "false_alarms": _mean([self.alarms]),
            "families": {
                one.family: {"iou": _mean([one.overlaps]), "recall": _mean([one.recalls])} for one in self.families
            },
        }


def measure_detection(
    find: Find, faces: Images, *, families: Sequence[str] = tuple(FAMILIES), seed: int = 0, most: int = FACES_COVERED
) -> Detection:
    """Cover up to `most` faces uint8 (n, side, side, 3) with each family; the same faces are looked at bare."""
    rng = np.random.default_rng([seed, 3])
    rows = rng.permutation(len(faces))[:most]
    found = tuple(_measure_family(find, faces[rows], family, rng) for family in families)
    bare = rng.permutation(len(faces))[: most * 2]
    return Detection(found, np.array([find(as_stored(faces[row], rng)).share > 0 for row in bare]))


def _measure_family(find: Find, faces: Images, family: str, rng: np.random.Generator) -> OfFamily:
    overlaps, recalls, kinds = [], [], []
    for face in faces:
        worn = wear_any(face, rng, (family,))
        found = find(as_stored(worn.image, rng))
        overlaps.append(intersection_over_union(found.covering, worn.covering))
        recalls.append(_recall(grow(found.covering), worn.covering))
        kinds.append(found.kind == KIND_OF_FAMILY[family])
    return OfFamily(family, np.array(overlaps), np.array(recalls), np.array(kinds))


def _recall(found: Covering, truth: Covering) -> float:
    return float(found[truth].mean())


def _mean(parts: Sequence[NDArray[Any]]) -> float:
    return round(float(np.concatenate(parts).mean()), 4)
