"""How often suggested values are right, of images whose values were hidden; no photograph is kept.

`FACE_SETS=folder` names where `utkface-64.zip` lies; without it drawn faces alone are measured.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from maskeraid_faces.drawn import draw_faces
from maskeraid_faces.images import Images
from maskeraid_faces.metrics.calibration import calibration_error
from maskeraid_faces.suggesting import NothingToSuggest, Suggester, fit_basis, learn, small_picture
from tests.benchmarks import photographs
from tests.benchmarks.figures import Bench, Figure, measures

SEED = 3
HIDDEN_SHARE = 0.2
SURE = 0.9
COPIES = 8  # of each drawn face, each with light and noise of its own
BAR = 0.95


@measures("suggest.accuracy", "suggest.photo_accuracy")
def measure_suggestions(_: Bench) -> Iterator[Figure]:
    """Hide a fifth of the values, learn from the others, and compare."""
    images, labels = jittered_drawn()
    drawings = np.array([str(number) for number in range(len(images) // COPIES)] * COPIES)
    found = {name: tried(images, np.asarray(values), drawings=drawings) for name, values in labels.items()}
    right = min(one["right"] for one in found.values())
    yield Figure("suggest.accuracy", right, "share", f">= {BAR}, of each attribute", right >= BAR, found)
    if not photographs.is_there():
        return
    faces, values = photographs_with_values()
    groups = np.asarray(values["group"])
    told = {name: tried(faces, np.asarray(values[name]), groups) for name in ("gender", "group")}
    yield Figure("suggest.photo_accuracy", told["gender"]["right"], "share", "stated", True, told)


def jittered_drawn() -> tuple[Images, dict[str, list[str]]]:
    """Drawn faces (1000) in light and noise of their own, and the attributes that vary."""
    drawn, rng = draw_faces("faces-light"), np.random.default_rng(SEED)
    faces = np.concatenate([drawn.images] * COPIES)
    lit = faces * rng.normal(1, 0.08, (len(faces), 1, 1, 1)) + rng.normal(0, 16, faces.shape)
    labels = {name: [str(row[name]) for row in drawn.attributes] * COPIES for name in ("eyes", "nose", "mouth")}
    return np.clip(lit, 0, 255).astype(np.uint8), labels


def photographs_with_values() -> tuple[Images, dict[str, list[str]]]:
    rows, pixels = photographs.rows_and_pixels()
    return np.stack(pixels), {name: [row[name] for row in rows] for name in ("gender", "group")}


def tried(
    images: Images,
    values: NDArray[np.str_],
    groups: NDArray[np.str_] | None = None,
    drawings: NDArray[np.str_] | None = None,
) -> dict[str, object]:
    """What a classifier says of the hidden fifth, whether or not it would be let speak; copies are hidden together."""
    pictures = np.stack([small_picture(one) for one in images])
    names = np.arange(len(values)).astype(str) if drawings is None else drawings
    each = np.unique(names)
    is_hidden = np.isin(names, each[np.random.default_rng(SEED).random(len(each)) < HIDDEN_SHARE])
    features = fit_basis(pictures[~is_hidden], SEED).features(pictures)
    known, verdict = judged(
        features[~is_hidden], values[~is_hidden], None if drawings is None else drawings[~is_hidden]
    )
    said, confidence = known.suggest(features[is_hidden])
    is_right, is_sure = said == values[is_hidden], confidence >= SURE
    return {
        "right": share(is_right), "hidden": int(is_hidden.sum()), "cross_validated": round(known.accuracy, 4),
        "interval": [round(known.low, 4), round(known.high, 4)], "suggested": verdict,
        "calibration_error": round(calibration_error(confidence, is_right), 4),
        "sure": share(is_sure), "right_when_sure": share(is_right[is_sure]),
        "by_value": by(values[is_hidden], is_right),
        "by_group": None if groups is None else by(groups[is_hidden], is_right),
        "sure_by_group": None if groups is None else by(groups[is_hidden], is_sure),
        "right_when_sure_by_group": None if groups is None else by(groups[is_hidden][is_sure], is_right[is_sure]),
    }  # fmt: skip


def judged(
    features: NDArray[np.float32], values: NDArray[np.str_], persons: NDArray[np.str_] | None
) -> tuple[Suggester, str]:
    """The classifier also where it would say nothing, with the reason."""
    try:
        return learn(features, values, persons, SEED), "yes"
    except NothingToSuggest as nothing:
        return learn(features, values, persons, SEED, least_accuracy=0), str(nothing)


def by(names: Sequence[str] | NDArray[np.str_], happened: NDArray[np.bool_]) -> dict[str, float]:
    return {str(name): share(happened[np.asarray(names) == name]) for name in sorted(set(names))}


def share(happened: NDArray[np.bool_]) -> float:
    return round(float(happened.mean()), 4) if happened.size else float("nan")
