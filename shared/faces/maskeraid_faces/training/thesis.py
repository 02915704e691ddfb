"""The training loop of the thesis (Desentz 2021, section 5.3): plain Keras calls, or the same sums fused."""

from collections.abc import Callable, Mapping

import keras
import numpy as np
import tensorflow as tf

from maskeraid_faces.errors import BadSettings
from maskeraid_faces.face_model import Floats
from maskeraid_faces.image_rows import ManyImages
from maskeraid_faces.images import Images, to_network, to_pixels
from maskeraid_faces.networks.dense import (
    GENERATOR_WIDTHS,
    LATENT_SIZE,
    build_thesis_discriminator,
    build_thesis_generator,
)
from maskeraid_faces.networks.generate import SLOPE, run_generator
from maskeraid_faces.networks.layers import NORMALISATION_MOMENTUM, weights_by_name
from maskeraid_faces.training.gan import State
from maskeraid_faces.training.losses import CURVES
from maskeraid_faces.training.noise import draw_latents
from maskeraid_faces.training.optimisers import built, update
from maskeraid_faces.training.randomness import Stream, weights_seed
from maskeraid_faces.training.real_images import RealImages
from maskeraid_faces.training.schedule import FULL_PACE, LearningRate
from maskeraid_faces.training.settings import Loop
from maskeraid_faces.training.state import named_variables, read_variables, write_variables

LEARNING_RATE, BETA_1 = 2e-4, 0.5  # the thesis gives neither
LEVELS = to_network(np.arange(256, dtype=np.uint8))  # looked up: a graph turns division into another last bit


class ThesisGan:
    """Both networks, the combined model (generator through a frozen discriminator), and their optimisers."""

    def __init__(
        self,
        images: ManyImages,
        batch: int,
        loop: Loop,
        seed: int,
        *,
        learning_rate: float | None = None,
        final_learning_rate: float | None = None,
        real_label: float = 1.0,
        steps: int = 1,
    ) -> None:
        """Build everything for `images` uint8 (n, size, size, 3).

        The learning rate falls over `steps` if it does. A `real_label` below 1 is told to the discriminator alone: the
        generator is trained for 1, "not 0.9" (section 5.3; Salimans et al. 2016, section 3.4).
        """
        self._real, self._batch, self._seed = RealImages(images, batch, seed), batch, seed
        self._real_label = real_label
        self._size = int(images.shape[1])
        self.latent_size = LATENT_SIZE
        self.widths: tuple[int, ...] = GENERATOR_WIDTHS
        self._generator = build_thesis_generator(self._size, seed=weights_seed(seed, 0))
        self._discriminator = build_thesis_discriminator(self._size, seed=weights_seed(seed, 1))
        self._generator_optimiser, self._discriminator_optimiser = optimisers = [
            built(keras.optimizers.Adam(LEARNING_RATE, beta_1=BETA_1), network)
            for network in (self._generator, self._discriminator)
        ]
        self._combined = keras.Sequential([self._generator, self._discriminator])
        self._combined.compile(self._generator_optimiser, "binary_crossentropy", metrics=[_accuracy])
        self._discriminator.compile(self._discriminator_optimiser, "binary_crossentropy", metrics=[_accuracy])
        # The random numbers stay outside the compiled step: inside, they would differ from the plain loop's.
        self._compiled_step = tf.function(self._fused_step, jit_compile=True)
        self._fused_loop = tf.function(self._run_steps)
        self._loop = loop
        first = learning_rate or LEARNING_RATE
        self._rates = first, final_learning_rate or first
        self._rate = LearningRate(*self._rates, steps, optimisers)
        self._frozen_until = 0  # a step

    @property
    def recipe(self) -> dict[str, object]:
        """What the thesis leaves open and we chose, for the model's card."""
        return {
            "loss": "binary cross-entropy",
            "optimiser": f"Adam, betas {BETA_1} and 0.999",
            "learning_rate": self._rates[0],
            "final_learning_rate": self._rates[1],
            "real_label": self._real_label,
            "batch": self._batch,
            "slope": SLOPE,
            "normalisation_momentum": NORMALISATION_MOMENTUM,
            "loop": self._loop,
        }

    def run_steps(self, first: int, last: int) -> dict[str, float]:
        """Train steps first to last - 1 (the thesis calls each an epoch); the mean of each curve over them."""
        total = np.zeros(len(CURVES), np.float32)
        for begin, end, held in self._real.parts(first, last):
            if self._loop == "fused":
                total += self._fused_loop(tf.constant(begin, tf.int64), tf.constant(end, tf.int64), held).numpy()
            else:
                total += np.sum([self._plain_step(tf.constant(step), held) for step in range(begin, end)], axis=0)
        return dict(zip(CURVES, (total / np.float32(last - first)).tolist(), strict=True))

    def state(self) -> State:
        """Everything that the next step depends on."""
        return read_variables(self._variables())

    def restore(self, state: State) -> None:
        """Continue from `state`."""
        write_variables(self._variables(), {**FULL_PACE, **state})  # release 0.1 kept no pace

    def slow_down(self) -> None:
        """Halve both learning rates."""
        self._rate.slow_down()

    def freeze(self, until_step: int) -> None:
        """Keep the first half of the discriminator's layers until a step; to be said before the first step.

        Source: Mo, Cho, Shin 2020 (Freeze the Discriminator).
        """
        if until_step and self._loop == "plain":
            raise BadSettings("the plain loop cannot begin with another's weights: use the fused one", field="loop")
        self._frozen_until = until_step

    def generator_weights(self) -> dict[str, Floats]:
        """The generator's weights, by name."""
        return weights_by_name(self._generator)

    def sample(self, latents: Floats) -> Images:
        """Images uint8 (m, size, size, 3) of latents (m, 100)."""
        pixels = run_generator("thesis", self.generator_weights(), latents)
        return to_pixels(pixels).reshape(-1, self._size, self._size, 3)

    def judge(self) -> None:
        """The thesis looks at its samples and stops after a fixed number of steps."""

    def _variables(self) -> Mapping[str, keras.Variable]:
        networks = {"generator": self._generator, "discriminator": self._discriminator}
        optimisers = {"generator": self._generator_optimiser, "discriminator": self._discriminator_optimiser}
        return named_variables(networks, optimisers) | {"pace": self._rate.pace}

    def _inputs(self, step: tf.Tensor, held: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Latents (batch, 100) and real images (batch, size, size, 3) of a step."""
        latents = draw_latents((self._batch, LATENT_SIZE), self._seed, step, Stream.LATENTS)
        return latents, tf.gather(LEVELS, tf.cast(self._real.of(step, held), tf.int32))

    def _plain_step(self, step: tf.Tensor, held: tf.Tensor) -> list[float]:
        self._rate.set(step)
        latents, real = (inputs.numpy() for inputs in self._inputs(step, held))
        ones, zeros = np.ones((self._batch, 1), np.float32), np.zeros((self._batch, 1), np.float32)
        self._discriminator.trainable = False  # Keras reads the flag when it first traces each model
        loss_g, acc_g = _train_on_batch(self._combined, latents, ones)
        self._discriminator.trainable = True
        fake = self._generator.predict(latents, batch_size=self._batch, verbose=0)  # the same latents, after the update
        loss_fake, acc_fake = _train_on_batch(self._discriminator, fake, zeros)
        loss_real, acc_real = _train_on_batch(self._discriminator, real, ones * self._real_label)
        return [loss_g, loss_real, loss_fake, acc_g, acc_real, acc_fake]

    def _run_steps(self, first: tf.Tensor, last: tf.Tensor, held: tf.Tensor) -> tf.Tensor:
        """The sum of each curve."""
        total = tf.zeros(len(CURVES))
        for step in tf.range(first, last):
            self._rate.set(step)
            total += self._compiled_step(*self._inputs(step, held), step >= self._frozen_until)
        return total

    def _fused_step(self, latents: tf.Tensor, real: tf.Tensor, learns_whole: tf.Tensor) -> tf.Tensor:
        ones, zeros = tf.ones((self._batch, 1)), tf.zeros((self._batch, 1))
        loss_g, acc_g = _update(
            self._generator_optimiser,
            self._generator,
            lambda: self._discriminator(self._generator(latents, training=True), training=True),
            ones,
        )
        fake = self._generator(latents, training=False)  # (batch, size, size, 3)
        loss_fake, acc_fake = self._update_discriminator(fake, zeros, learns_whole)
        loss_real, acc_real = self._update_discriminator(real, ones * self._real_label, learns_whole)
        return tf.stack([loss_g, loss_real, loss_fake, acc_g, acc_real, acc_fake])

    def _update_discriminator(
        self, images: tf.Tensor, labels: tf.Tensor, learns_whole: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        return _update(
            self._discriminator_optimiser,
            self._discriminator,
            lambda: self._discriminator(images, training=True),
            labels,
            # Adam leaves alone what has never had a gradient.
            first_half=tf.cast(learns_whole, tf.float32) if self._frozen_until else None,
        )


def _update(
    optimiser: keras.optimizers.Adam,
    network: keras.Model,
    answer: Callable[[], tf.Tensor],
    labels: tf.Tensor,
    *,
    first_half: tf.Tensor | None = None,
) -> tuple[tf.Tensor, tf.Tensor]:
    """One Adam step of `network` on the binary cross-entropy of `answer()`; loss and accuracy from before it."""
    with tf.GradientTape() as tape:
        predicted = answer()  # (batch, 1)
        loss = tf.reduce_mean(keras.losses.binary_crossentropy(labels, predicted))
    update(optimiser, network, tape, loss, first_half)
    return loss, tf.reduce_mean(_accuracy(labels, predicted))


def _accuracy(labels: tf.Tensor, predicted: tf.Tensor) -> tf.Tensor:
    """1 where real was told from generated, else 0 (batch,); a label of 0.9 counts as real."""
    return keras.metrics.binary_accuracy(tf.round(labels), predicted)


def _train_on_batch(network: keras.Model, inputs: Floats, labels: Floats) -> tuple[float, float]:
    network.reset_metrics()  # else Keras answers the mean over all batches so far
    loss, accuracy = network.train_on_batch(inputs, labels)
    return float(loss), float(accuracy)
