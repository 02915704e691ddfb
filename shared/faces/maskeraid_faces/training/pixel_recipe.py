"""The numbers of a GAN on pixels, of the papers or measured for `dense` on drawn faces."""

import math
from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf

from maskeraid_faces.face_model import Kind, TrainedArchitecture
from maskeraid_faces.training.optimisers import built
from maskeraid_faces.training.schedule import FALL_STEPS

LEARNING_RATE, SHARE_LEFT = 2e-4, 0.25  # of it, after its fall
BETAS_2 = (0.9, 0.99)  # of Adam: first, last
PENALTY_SIDES, PENALTIES, PENALTY_LEFT = (32, 64, 128, 256), (0.5, 2.0, 20.0, 100.0), 0.1
HALF_LIFE = 10_000  # images: of the running average
EPSILON = 1e-7  # of Adam, Keras's own


@dataclass(frozen=True)
class PixelRecipe:
    """The numbers of a training; the weight of R1 and R2 falls to a tenth as the learning rate falls."""

    penalty: float
    learning_rate: float
    final_learning_rate: float
    averaging: float  # share of the running average that stays at each step
    fall_steps: int = FALL_STEPS
    epsilon: float = EPSILON  # of the generator's Adam
    is_augmented: bool = True
    begins_at_mean: bool = False  # the generator draws the mean face first, the discriminator sees differences from it


def recipe_for(
    architecture: TrainedArchitecture,
    kind: Kind,
    *,
    size: int,
    batch: int,
    learning_rate: float | None = None,
    final_learning_rate: float | None = None,
) -> PixelRecipe:
    """The recipe for faces of a kind; a learning rate that is named overrides it, and falls to a quarter by default."""
    if architecture == "dense" and kind == "drawn":
        return _dense_drawn(batch, learning_rate, final_learning_rate)
    logarithms = np.interp(math.log2(size), np.log2(PENALTY_SIDES), np.log(PENALTIES))
    first = learning_rate or LEARNING_RATE
    return PixelRecipe(
        float(np.exp(logarithms)), first, final_learning_rate or first * SHARE_LEFT, _averaging(batch, HALF_LIFE)
    )


def _dense_drawn(batch: int, learning_rate: float | None, final_learning_rate: float | None) -> PixelRecipe:
    """`dense` on drawn faces, by measurement on `faces-light` (docs/benchmarks.md)."""
    first = learning_rate or 1e-3
    return PixelRecipe(
        penalty=1.0,
        learning_rate=first,
        final_learning_rate=final_learning_rate or first * SHARE_LEFT,
        averaging=_averaging(batch, 3_000),
        fall_steps=2_000,
        epsilon=1e-4,
        is_augmented=False,
        begins_at_mean=True,
    )


def _averaging(batch: int, half_life: int) -> float:
    return float(0.5 ** (batch / half_life))


def make_adam(network: keras.Model, epsilon: float = EPSILON) -> keras.optimizers.Adam:
    """An optimiser of all weights of a network."""
    optimiser = keras.optimizers.Adam(beta_1=0.0, epsilon=epsilon)  # every step sets its learning rate
    optimiser.beta_2 = tf.Variable(BETAS_2[0])  # Keras knows no falling beta; every step sets it anew
    return built(optimiser, network)
