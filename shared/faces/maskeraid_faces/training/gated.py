"""Trains the networks of engine B: relativistic GAN with R1 and R2 beside the loss of two draws a face."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf

from maskeraid_faces.face_model import Floats
from maskeraid_faces.filling.gated import ANSWER, COVERED
from maskeraid_faces.networks.gated import build_decoder, build_encoder, build_gated_discriminator
from maskeraid_faces.networks.gated_stages import LATENTS, GatedStages
from maskeraid_faces.networks.layers import weights_by_name
from maskeraid_faces.networks.run_gated import draw_noise
from maskeraid_faces.training.gated_gate import CANDIDATES, Draw
from maskeraid_faces.training.gated_losses import DRAWS, FIRST_BETA, draws_loss, rim_loss
from maskeraid_faces.training.gated_practice import Practice
from maskeraid_faces.training.losses import logits_and_penalty, relativistic_loss
from maskeraid_faces.training.noise import draw_latents
from maskeraid_faces.training.optimisers import built
from maskeraid_faces.training.pixel_recipe import PENALTY_LEFT, recipe_for
from maskeraid_faces.training.randomness import Stream, generator_for, weights_seed
from maskeraid_faces.training.schedule import LearningRate, falling

BETA_2 = 0.99
FIRST_ADVERSARIAL = 0.02  # weight of the discriminator's judgement
LEAST_BETA, MOST_BETA = 0.05, 0.5  # at 0.564 the loss has no minimum
IDEAL_RATIO, CORRECTION = 0.5625, 1.05  # of the mean of eight to one; of beta at each look


@dataclass(frozen=True)
class GatedPlan:
    """The numbers of a training."""

    base: int
    steps: int
    batch: int
    look_every: int  # steps
    seconds: float  # when it ends in any case
    adversarial: float  # weight of the discriminator's judgement at the end
    compiled: bool  # by XLA, which has no fast convolutions for CPUs


class GatedGan:
    """Encoder, decoder, discriminator, and the running averages that are kept."""

    def __init__(self, practice: Practice, plan: GatedPlan, seed: int, *, is_mirrored: bool) -> None:
        """Build everything; the generator begins as ridge."""
        size = practice.faces.shape[2]
        self.stages = GatedStages(size, plan.base)
        self._practice, self._plan, self._seed, self._is_mirrored = practice, plan, seed, is_mirrored
        build = (build_encoder, weights_seed(seed, 20)), (build_decoder, weights_seed(seed, 21))
        self._encoder, self._decoder = (make(self.stages, first) for make, first in build)
        self._averages = tuple(make(self.stages, first) for make, first in build)
        self._discriminator = build_gated_discriminator(size, plan.base, weights_seed(seed, 22))
        self._recipe = recipe_for("dcgan", "photo", size=size, batch=plan.batch)
        self._variables = [*self._encoder.trainable_variables, *self._decoder.trainable_variables]
        self._optimiser = keras.optimizers.Adam(self._recipe.learning_rate, beta_1=0.0, beta_2=BETA_2)
        self._optimiser.build(self._variables)
        self._judges = built(
            keras.optimizers.Adam(self._recipe.learning_rate, beta_1=0.0, beta_2=BETA_2), self._discriminator
        )
        rates = self._recipe.learning_rate, self._recipe.final_learning_rate
        self._rate = LearningRate(*rates, plan.steps, [self._optimiser, self._judges])
        self._beta = tf.Variable(FIRST_BETA, dtype=tf.float32)
        self._compiled = tf.function(self._train_step, jit_compile=plan.compiled)
        self.steps = 0

    @property
    def beta(self) -> float:
        """What two draws' difference is worth."""
        return float(self._beta.numpy())

    def train(self, look: Callable[[int], float | None], should_stop: Callable[[], bool]) -> bool:
        """Make all steps; False when it was stopped before the last.

        `look(step)` tells the ratio of squared errors, the mean of eight's to one's; with None it ends here.
        """
        until = time.monotonic() + self._plan.seconds
        for step in range(self._plan.steps):
            if should_stop():
                return False
            random = np.random.default_rng([self._seed, Stream.ROWS, step])
            question, faces = self._practice.batch(self._plan.batch, random, is_mirrored=self._is_mirrored)
            self._compiled(tf.constant(step, tf.int64), tf.constant(question), tf.constant(faces))
            self.steps = step + 1
            if self.steps % self._plan.look_every == 0 or self.steps == self._plan.steps:
                ratio = look(self.steps)
                if ratio is None or time.monotonic() > until:
                    break
                factor = CORRECTION if ratio > IDEAL_RATIO else 2 - CORRECTION
                self._beta.assign(min(MOST_BETA, max(LEAST_BETA, self.beta * factor)))
        return True

    def weights(self) -> Mapping[str, Floats]:
        """The running averages, by name."""
        encoder, decoder = self._averages
        return weights_by_name(encoder) | weights_by_name(decoder)

    def drawing(self) -> Draw:
        """Draws of the running averages, always of the same noise."""
        random, (encoder, decoder) = generator_for(self._seed, Stream.JUDGEMENT), self._averages

        def draw(question: Floats) -> Floats:
            noise = draw_noise(random, CANDIDATES, self.stages)
            known = [tf.repeat(one, CANDIDATES, axis=0) for one in encoder(question[None])]
            added: Floats = decoder([*known, *map(tf.constant, (noise.latents, *noise.maps))]).numpy()
            return added

        return draw

    def _train_step(self, step: tf.Tensor, question: tf.Tensor, faces: tf.Tensor) -> None:
        self._rate.set(step)
        hole, answers = question[..., COVERED], question[..., ANSWER]
        with tf.GradientTape() as tape:
            first, second = tf.split(self._draws(question, answers, step), DRAWS)
            real, fake = (self._seen(one, faces, hole, answers) for one in (faces, first))
            real_logits, fake_logits = self._discriminator(real), self._discriminator(fake)
            loss = draws_loss(first, second, faces, hole, self._beta) + rim_loss((first + second) / 2, faces, hole)
            loss += self._adversarial(step) * relativistic_loss(fake_logits, real_logits)
        gradients = tape.gradient(loss, [variable.value for variable in self._variables])
        self._optimiser.apply(gradients, self._variables)
        with tf.GradientTape() as tape:
            logits, penalty = logits_and_penalty(self._discriminator, tf.concat([real, fake], axis=0))
            loss = relativistic_loss(*tf.split(logits, 2)) + self._penalty(step) * penalty
        judges = self._discriminator.trainable_variables
        self._judges.apply(tape.gradient(loss, [variable.value for variable in judges]), judges)
        done = tf.cast(step, tf.float32)
        keep = tf.minimum(self._recipe.averaging, (done + 1) / (done + 10))
        for average, network in zip(self._averages, (self._encoder, self._decoder), strict=True):
            for kept, weight in zip(average.weights, network.weights, strict=True):
                kept.assign(keep * kept + (1 - keep) * weight)

    def _draws(self, question: tf.Tensor, answers: tf.Tensor, step: tf.Tensor) -> tf.Tensor:
        """Two faces a question, (2 batch, side, side, 3), all first ones first."""
        sides, number = self.stages.sides, DRAWS * self._plan.batch
        noise = draw_latents((number, LATENTS + sum(side**2 for side in sides)), self._seed, step, Stream.LATENTS)
        latents, *maps = tf.split(noise, [LATENTS, *(side**2 for side in sides)], axis=1)
        maps = [tf.reshape(one, (number, side, side, 1)) for one, side in zip(maps, sides, strict=True)]
        known = [tf.concat([one] * DRAWS, axis=0) for one in self._encoder(question)]
        return tf.concat([answers] * DRAWS, axis=0) + self._decoder([*known, latents, *maps])

    def _seen(self, drawn: tf.Tensor, faces: tf.Tensor, hole: tf.Tensor, answers: tf.Tensor) -> tf.Tensor:
        """What the discriminator sees of a face, (batch, side, side, 7): the visible part is as it is."""
        return tf.concat([drawn * hole + faces * (1 - hole), hole, answers], axis=-1)

    def _adversarial(self, step: tf.Tensor) -> tf.Tensor:
        share = tf.minimum(2 * tf.cast(step, tf.float32) / self._plan.steps, 1.0)
        return FIRST_ADVERSARIAL + share * (self._plan.adversarial - FIRST_ADVERSARIAL)

    def _penalty(self, step: tf.Tensor) -> tf.Tensor:
        return falling(self._recipe.penalty, self._recipe.penalty * PENALTY_LEFT, step, self._plan.steps)
