"""Which engine answers, what it answers, and how its answers come about."""

from typing import Literal

import numpy as np

from maskeraid_faces.face_model import FaceModel, UsedEngine
from maskeraid_faces.filling.engines import (
    PHOTO_POOL,
    calibrated_photo_pool,
    conditional_pool,
    drawn_pool,
    gated_pool,
    image_bank_pool,
    photo_pool,
    ridge_pool,
    unconditioned_pool,
)
from maskeraid_faces.filling.near_copies import Origin
from maskeraid_faces.filling.picks import Pick, outcomes
from maskeraid_faces.filling.pool import Pool
from maskeraid_faces.filling.searched import can_search, searched_pool
from maskeraid_faces.images import Covering, Image

Engine = Literal["auto", "R", "A", "B", "C"]
ENGINES: tuple[Engine, ...] = ("auto", "R", "A", "B", "C")


def engine_for(model: FaceModel, engine: Engine, pick: Pick) -> UsedEngine:
    """The engine that is asked; of `auto` the best that the model has."""
    if engine != "auto":
        return engine
    if pick == "random":
        return "A"
    if model.gated and model.gated.leads:
        return "B"
    return "C" if model.conditional else "R" if model.prefers_ridge else "A"


def pool_of(
    image: Image,
    covering: Covering,
    model: FaceModel,
    engine: UsedEngine,
    pick: Pick,
    k: int,
    rng: np.random.Generator,
) -> Pool:
    """The engine's weighted answers to an image of the model's tone; `k` are wanted, and most pools have more."""
    if engine == "R":
        return ridge_pool(image, covering, model)
    if engine == "C":
        assert model.conditional
        temperature = 1.0 if pick == "sample" else model.conditional.temperature
        return conditional_pool(image, covering, model, rng, temperature, max(k, PHOTO_POOL))
    if engine == "B":
        assert model.gated
        return gated_pool(image, covering, model, rng, 1.0 if pick == "sample" else model.gated.temperature, k)
    if pick == "random":
        return unconditioned_pool(image, covering, model, rng, k)
    if can_search(model):
        return searched_pool(image, covering, model, rng, k)
    if model.architecture != "eigen":
        return image_bank_pool(image, covering, model)
    if model.kind == "drawn":
        return drawn_pool(image, covering, model)
    if pick == "sample":
        return calibrated_photo_pool(image, covering, model, rng, max(k, PHOTO_POOL))
    return photo_pool(image, covering, model, rng, max(k, PHOTO_POOL))


def possible_outcomes(
    pool: Pool, image: Image, covering: Covering, model: FaceModel, engine: UsedEngine, pick: Pick
) -> int | None:
    """How many distinct answers a model of drawn faces finds for this one; None where nobody can count them.

    Draws at random take no look at the face, so those that fit it are counted instead: of k draws k can be distinct.
    """
    if model.kind != "drawn" or engine != "A":
        return None
    if pick == "random":
        pool = (drawn_pool if model.architecture == "eigen" else image_bank_pool)(image, covering, model)
    return outcomes(pool)


def origin_of(model: FaceModel, engine: UsedEngine, pick: Pick) -> Origin:
    """How answers come about, as far as it decides how near they come to faces that they do not copy."""
    if engine in ("R", "B"):
        return "ridge" if engine == "R" else "gated"
    if pick == "random" or (engine == "A" and model.architecture != "eigen"):
        return "whole"
    return "sample" if pick == "sample" else "drawn" if engine == "A" else "conditional"
