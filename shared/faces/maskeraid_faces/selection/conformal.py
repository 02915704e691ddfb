"""How ordinary a face is for a model, beside faces that the model has not learned from: conformal p-values."""

from collections.abc import Sequence

import numpy as np

from maskeraid_faces.coverings.worn import wear_any
from maskeraid_faces.errors import FacesError
from maskeraid_faces.face_model import Kind, Prototype
from maskeraid_faces.image_rows import ManyImages
from maskeraid_faces.selection.choose import choose_model
from maskeraid_faces.selection.p_values import FEWEST_HELD_OUT, one_of_each
from maskeraid_faces.selection.pool import ModelPool, ModelSummary


def held_out_scores(
    images: ManyImages,
    prototypes: tuple[Prototype, ...],
    kind: Kind,
    *,
    seed: int,
    persons: Sequence[str] | None = None,
) -> tuple[float, ...]:
    """How far held-out photographs, each wearing something at random, lie from their own model; rising, dE00.

    None of drawn faces: theirs all are 0, and every other face would be strange. None of fewer than 19 persons, where
    these are known: they could call no face strange. A face of which too much or nothing is covered is left out.

    Source: Vovk, Gammerman, Shafer 2005, chapter 2 (inductive conformal prediction); the score is Selection's own.
    """
    rows = one_of_each(len(images), persons)
    if kind == "drawn" or len(rows) < FEWEST_HELD_OUT:
        return ()
    pool, random = ModelPool.of([ModelSummary("own", "own", prototypes, kind)]), np.random.default_rng(seed)
    scores = []
    for row in rows:
        worn = wear_any(images[int(row)], random)
        try:
            scores.append(choose_model(worn.image, worn.covering, pool).reasons["own"].score)
        except FacesError:
            continue
    return tuple(sorted(round(score, 2) for score in scores)) if len(scores) >= FEWEST_HELD_OUT else ()
