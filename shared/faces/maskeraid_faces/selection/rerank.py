"""The nearest models are loaded and look at the face: how well they fit, and whether it looks like theirs."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from maskeraid_faces.face_model import FaceModel
from maskeraid_faces.images import Covering, Floats, Image
from maskeraid_faces.selection.looks import looks
from maskeraid_faces.selection.pool import ModelPool, ModelSummary
from maskeraid_faces.selection.visible_fit import visible_fit

FIT_WEIGHT, LARGEST_FIT = 0.1, 20.0  # a grey level of visible error; above the cap all are equally wrong
MOST_RERANKED = 20


@dataclass(frozen=True)
class Seen:
    """What a model that was loaded sees in a face."""

    fit: float | None
    p_looks: float | None
    share_of_looks: float = 0.5


UNSEEN = Seen(None, None)


def look_with(image: Image, covering: Covering, pool: ModelPool, scores: Floats) -> dict[int, Seen]:
    """What the nearest 20 see, by their places; nothing when one of them cannot be loaded."""
    nearest = np.argsort(scores, kind="stable")[:MOST_RERANKED].tolist()
    loads = [load for place in nearest if (load := pool.models[place].load) is not None]
    if len(loads) < len(nearest):
        return {}
    return {
        place: _see(image, covering, load(), pool.models[place]) for place, load in zip(nearest, loads, strict=True)
    }


def _see(image: Image, covering: Covering, model: FaceModel, summary: ModelSummary) -> Seen:
    fit, own = visible_fit(image, covering, model), summary.looks
    face = looks(image, covering, model) if own else None
    return Seen(fit, None) if own is None or face is None else Seen(fit, own.p(face), own.share)


def worse_by(seen: Mapping[int, Seen], models: int) -> Floats:
    """What the fits add to the scores; models that were not loaded count as fitting badly."""
    worse = np.full(models, FIT_WEIGHT * LARGEST_FIT if seen else 0.0, np.float32)
    for place, one in seen.items():
        worse[place] = FIT_WEIGHT * min(LARGEST_FIT if one.fit is None else one.fit, LARGEST_FIT)
    return worse
