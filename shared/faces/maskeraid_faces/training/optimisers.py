"""One step of an optimiser, for every GAN."""

import keras
import tensorflow as tf


def built(optimiser: keras.optimizers.Optimizer, network: keras.Model) -> keras.optimizers.Optimizer:
    """The optimiser, of all weights of a network."""
    optimiser.build(network.trainable_variables)
    return optimiser


def update(
    optimiser: keras.optimizers.Optimizer,
    network: keras.Model,
    tape: tf.GradientTape,
    loss: tf.Tensor,
    first_half: tf.Tensor | None = None,
) -> None:
    """One step; `first_half` multiplies the gradients of the first half of the weights."""
    weights = [variable.value for variable in network.trainable_variables]
    gradients = tape.gradient(loss, weights)
    if first_half is not None:
        half = len(gradients) // 2
        gradients = [*(first_half * gradient for gradient in gradients[:half]), *gradients[half:]]
    optimiser.apply(gradients, network.trainable_variables)
