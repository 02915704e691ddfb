"""The numbers of a GAN on pixels, and one step of its optimisers."""

import math
from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf

LEARNING_RATE, SHARE_LEFT = 2e-4, 0.25  # of it, after its fall
BETAS_2 = (0.9, 0.99)  # of Adam: first, last
PENALTY_SIDES, PENALTIES, PENALTY_LEFT = (32, 64, 128, 256), (0.5, 2.0, 20.0, 100.0), 0.1
HALF_LIFE = 10_000  # images: of the running average


@dataclass(frozen=True)
class PixelRecipe:
    """The numbers of a training; the weight of R1 and R2 falls to a tenth as the learning rate falls."""

    penalty: float
    learning_rate: float
    final_learning_rate: float
    averaging: float  # share of the running average that stays at each step


def recipe_for(size: int, batch: int, first: float | None, last: float | None) -> PixelRecipe:
    """That of images of a side and a batch; learning rates that are named come before ours."""
    logarithms = np.interp(math.log2(size), np.log2(PENALTY_SIDES), np.log(PENALTIES))
    first = first or LEARNING_RATE
    return PixelRecipe(float(np.exp(logarithms)), first, last or first * SHARE_LEFT, 0.5 ** (batch / HALF_LIFE))


def make_adam(network: keras.Model) -> keras.optimizers.Adam:
    """An optimiser of all weights of a network."""
    optimiser = keras.optimizers.Adam(LEARNING_RATE, beta_1=0.0)
    optimiser.beta_2 = tf.Variable(BETAS_2[0])  # Keras knows no falling beta; every step sets it anew
    optimiser.build(network.trainable_variables)
    return optimiser


def update(
    optimiser: keras.optimizers.Adam,
    network: keras.Model,
    tape: tf.GradientTape,
    loss: tf.Tensor,
    first_half: tf.Tensor | float = 1.0,
) -> None:
    """One step of Adam; `first_half` multiplies the gradients of the first half of the weights."""
    weights = [variable.value for variable in network.trainable_variables]
    gradients = tape.gradient(loss, weights)
    half = len(gradients) // 2
    kept = [first_half * gradient for gradient in gradients[:half]]
    optimiser.apply([*kept, *gradients[half:]], network.trainable_variables)
