"""Adds what engine A's search needs beside the generator: the encoder, and how near unseen faces come. One screen."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from maskeraid_faces.coverings.shapes import lower_face, sunglasses
from maskeraid_faces.face_model import FaceModel
from maskeraid_faces.filling.bank import visible_l1
from maskeraid_faces.filling.search import pace_of, refine
from maskeraid_faces.filling.searched import can_search, seen, visible_error
from maskeraid_faces.image_rows import ManyImages, some_of
from maskeraid_faces.images import Covering, Floats, Images, to_network, to_pixels
from maskeraid_faces.networks.sloped import SlopedGenerator

FEWEST_FACES, MOST_FACES = 8, 20  # unseen ones that tell the limit
LEVEL = 0.95


def with_search(
    model: FaceModel, unseen: ManyImages, *, seed: int, should_stop: Callable[[], bool] = lambda: False
) -> FaceModel | None:
    """The model with its encoder and its limit; as it is where nothing is searched for, None when it was stopped.

    Args:
        model: whole but for this.
        unseen: uint8 (n, size, size, 3), faces that it has not learned from; of fewer than 8 there is no limit.
        seed: of all random numbers.
        should_stop: asked now and then.
    """
    if not can_search(model):
        return model
    from maskeraid_faces.training.encoder import EncoderTraining  # here, because it loads TensorFlow

    training = EncoderTraining(model, seed)
    if not training.train(should_stop):
        return None
    return replace(model, encoder=training.weights(), search_limit=fit_limit(model, unseen, seed))


def fit_limit(model: FaceModel, unseen: ManyImages, seed: int) -> float:
    """The visible error, in grey levels, below which searches for 19 of 20 unseen faces end; 0 with too few of them.

    Of one start each, the bank's best: a fill has the best of up to twenty, so the limit is a mild one.
    """
    if len(unseen) < FEWEST_FACES:
        return 0.0
    faces = some_of(unseen, MOST_FACES, np.random.default_rng([seed, 9]))
    errors = [_errors(model, faces, covering) for covering in (lower_face(model.size), sunglasses(model.size))]
    return float(np.quantile(np.concatenate(errors), LEVEL))


def _errors(model: FaceModel, faces: Images, covering: Covering) -> Floats:
    draws = np.asarray(model.bank.draws, np.uint8)
    starts = np.stack([model.bank.latents[np.argmin(visible_l1(face, covering, draws))] for face in faces])
    columns, weights = seen(covering)
    values = to_network(faces).reshape(len(faces), -1)[:, columns]
    refined = refine(SlopedGenerator(model, columns), starts, values, weights, pace_of(model).steps)
    drawn = to_pixels(SlopedGenerator(model).draw(refined.latents)[0]).reshape(faces.shape)
    errors = [visible_error(one[None], face, covering) for one, face in zip(drawn, faces, strict=True)]
    return np.concatenate(errors)
