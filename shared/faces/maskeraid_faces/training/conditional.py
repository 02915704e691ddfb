"""Trains the generator of engine C: relativistic GAN with R1 and R2, and the energy score of two draws a face."""

from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf

from maskeraid_faces.face_model import Basis, Floats
from maskeraid_faces.filling.conditional import drawn_weights, seen_weights
from maskeraid_faces.networks.eigen import EigenShape, build_eigen_discriminator, build_eigen_generator
from maskeraid_faces.networks.layers import weights_by_name
from maskeraid_faces.training.honest_answers import Answers
from maskeraid_faces.training.losses import logits_and_penalty, relativistic_loss
from maskeraid_faces.training.noise import draw_latents, draw_rows
from maskeraid_faces.training.optimisers import built, update
from maskeraid_faces.training.randomness import Stream, weights_seed
from maskeraid_faces.training.schedule import LearningRate

STEPS, BATCH, STEPS_A_CALL = 3_000, 128, 100  # more steps learn the training faces by heart: the mean of 8 gets worse
WIDTHS = (256, 256, 256)
LEARNING_RATE, FINAL_LEARNING_RATE = 5e-4, 5e-5
PENALTY, AVERAGING = 1.0, 0.995
SCORE_WEIGHT = 8.0  # of the energy score, which is about a tenth: both losses are then of one size
NOISE_OF_SEEN = 0.1  # added to what the networks are told, or they would know each training face


class ConditionalGan:
    """Both networks and the running average that is kept."""

    def __init__(self, answers: Answers, basis: Basis, seed: int) -> None:
        """Build everything; the generator begins as no bend at all, a draw then is one of Gaussian faces."""
        self._rank, self._seed = basis.gan_rank, seed
        self._seen, self._drawn = seen_weights(basis), drawn_weights(basis, basis.gan_rank)
        self._codes, self._posteriors, self._holes, self._answers, self._truths = (
            tf.constant(getattr(answers, name)) for name in ("codes", "posteriors", "holes", "answers", "truths")
        )
        told = len(self._seen) + answers.codes.shape[1]
        left = np.sqrt(np.mean(np.square(answers.truths - answers.answers), axis=(0, 1)))[: self._rank]
        self._judged = tf.constant(self._drawn / np.maximum(left, 1e-3), tf.float32)  # what differences are seen times
        shape = EigenShape(self._rank, self._rank + told, WIDTHS, has_linear=False)
        self._generator, self._average = (_unbent(shape, weights_seed(seed, 10)) for _ in range(2))
        wide = EigenShape(self._rank + told, 1, WIDTHS, has_linear=False)
        self._discriminator = build_eigen_discriminator(wide, seed=weights_seed(seed, 11))
        self._generator_optimiser, self._discriminator_optimiser = optimisers = [
            built(keras.optimizers.Adam(LEARNING_RATE, beta_1=0.0, beta_2=0.99), network)
            for network in (self._generator, self._discriminator)
        ]
        self._rate = LearningRate(LEARNING_RATE, FINAL_LEARNING_RATE, STEPS, optimisers)
        self._compiled = tf.function(self._run_steps, jit_compile=True)

    def train(self, should_stop: Callable[[], bool]) -> bool:
        """Make all steps; False when it was stopped before the last."""
        for first in range(0, STEPS, STEPS_A_CALL):
            if should_stop():
                return False
            last = min(first + STEPS_A_CALL, STEPS)
            self._compiled(tf.constant(first, tf.int64), tf.constant(last, tf.int64))
        return True

    def weights(self) -> dict[str, Floats]:
        """The running averages, by name."""
        return weights_by_name(self._average)

    def _run_steps(self, first: tf.Tensor, last: tf.Tensor) -> tf.Tensor:
        step = first
        while step < last:
            self._train_step(step)
            step += 1
        return step

    def _train_step(self, step: tf.Tensor) -> None:
        self._rate.set(step)
        covering = draw_rows(1, len(self._codes), self._seed + 1, step)[0]
        rows = draw_rows(BATCH, self._answers.shape[1], self._seed, step)
        answer, truth = (tf.gather(kept[covering], rows) for kept in (self._answers, self._truths))  # (batch, r)
        keep = self._posteriors[covering]
        told = self._told(answer, covering, step)
        left = truth - answer
        real, fake = left[:, : self._rank], self._draw(told, keep, step, Stream.LATENTS)[:, : self._rank]
        with tf.GradientTape() as tape:
            both = tf.concat([real, fake], axis=0) * self._judged
            twice = tf.concat([told, told], axis=0)
            logits, penalty = logits_and_penalty(lambda seen: self._judge(seen, twice), both)
            real_logits, fake_logits = tf.split(logits, 2)
            loss = relativistic_loss(real_logits, fake_logits) + PENALTY * penalty
        update(self._discriminator_optimiser, self._discriminator, tape, loss)
        with tf.GradientTape() as tape:
            first, second = (
                self._draw(told, keep, step, stream) for stream in (Stream.LATENTS, Stream.LATENTS_OF_GENERATOR)
            )
            new_logits = self._judge(first[:, : self._rank] * self._judged, told)
            score = energy_score(first, second, left, self._holes[covering])
            loss = relativistic_loss(new_logits, real_logits) + SCORE_WEIGHT * score
        update(self._generator_optimiser, self._generator, tape, loss)
        for average, weight in zip(self._average.weights, self._generator.weights, strict=True):
            average.assign(AVERAGING * average + (1 - AVERAGING) * weight)

    def _told(self, answer: tf.Tensor, covering: tf.Tensor, step: tf.Tensor) -> tf.Tensor:
        """What both networks are told of the visible part, (batch, s + 64)."""
        seen = answer[:, : len(self._seen)] * self._seen
        seen += NOISE_OF_SEEN * draw_latents((BATCH, len(self._seen)), self._seed, step, Stream.AUGMENTATION)
        return tf.concat([seen, tf.repeat(self._codes[covering][None], BATCH, axis=0)], axis=1)

    def _draw(self, told: tf.Tensor, keep: tf.Tensor, step: tf.Tensor, stream: Stream) -> tf.Tensor:
        """How far draws leave the answer, (batch, r)."""
        noise = draw_latents((BATCH, self._answers.shape[2]), self._seed, step, stream)
        bent = noise[:, : self._rank] + self._generator(tf.concat([noise[:, : self._rank] * self._drawn, told], axis=1))
        return tf.concat([bent, noise[:, self._rank :]], axis=1) @ keep

    def _judge(self, seen: tf.Tensor, told: tf.Tensor) -> tf.Tensor:
        return self._discriminator(tf.concat([seen, told], axis=1))


def energy_score(first: tf.Tensor, second: tf.Tensor, truth: tf.Tensor, hole: tf.Tensor) -> tf.Tensor:
    """Mean score of two draws (batch, r) a face, in root mean squares of the hole; least for the true distribution.

    Source: Gneiting, Raftery 2007, section 4.3; for generators Pacchiardi et al. 2021 (arXiv 2112.08217).
    """

    def length(difference: tf.Tensor) -> tf.Tensor:
        return tf.sqrt(tf.nn.relu(tf.reduce_sum((difference @ hole) * difference, axis=1)) + 1e-6)

    return tf.reduce_mean(length(first - truth) + length(second - truth) - length(first - second)) / 2


def _unbent(shape: EigenShape, seed: int) -> keras.Model:
    """A generator whose answer is 0 at first."""
    generator = build_eigen_generator(shape, seed=seed)
    output = generator.get_layer("output")
    output.set_weights([0 * weights for weights in output.get_weights()])
    return generator
