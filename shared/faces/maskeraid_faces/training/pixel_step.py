"""A step of a GAN on pixels: the discriminator learns, then the generator, and the running average follows."""

import tensorflow as tf

from maskeraid_faces.training.augmentation import CHANCES, augment
from maskeraid_faces.training.balance import Balance
from maskeraid_faces.training.losses import CURVES, logits_and_penalty, relativistic_curves, relativistic_loss
from maskeraid_faces.training.noise import draw_chances, draw_latents
from maskeraid_faces.training.optimisers import update
from maskeraid_faces.training.pixel_networks import PixelNetworks
from maskeraid_faces.training.pixel_recipe import BETAS_2, PENALTY_LEFT, PixelRecipe, make_adam
from maskeraid_faces.training.randomness import Stream
from maskeraid_faces.training.real_images import RealImages
from maskeraid_faces.training.replicas import Replicas
from maskeraid_faces.training.schedule import LearningRate, falling

FROM_SIDE_SELDOM, STEPS_BETWEEN = 128, 4  # from this side on the penalties are taken at every fourth step, fourfold


class PixelStep:
    """What a step changes beside the networks, and the step itself, on all devices."""

    def __init__(
        self,
        networks: PixelNetworks,
        real: RealImages,
        recipe: PixelRecipe,
        replicas: Replicas,
        *,
        images: int,
        batch: int,
        seed: int,
        latent_size: int,
    ) -> None:
        """To be made where the devices' variables are; `images` there are, of which `batch` are seen in a step."""
        self._networks, self._real, self._recipe, self._replicas = networks, real, recipe, replicas
        self._batch, self._seed, self._latent_size = batch, seed, latent_size
        self._size = int(networks.middle.shape[0])
        self.generator_optimiser = make_adam(networks.generator, recipe.epsilon)
        self.discriminator_optimiser = make_adam(networks.discriminator)
        optimisers = (self.generator_optimiser, self.discriminator_optimiser)
        self.rate = LearningRate(recipe.learning_rate, recipe.final_learning_rate, recipe.fall_steps, optimisers)
        self.balance = Balance(images, batch, is_augmented=recipe.is_augmented)
        self.frozen_until = 0  # a step; until then the first half of the discriminator's layers is kept

    # As in `eigen.py`.
    @tf.autograph.experimental.do_not_convert  # type: ignore[untyped-decorator]
    def train(self, step: tf.Tensor, held: tf.Tensor) -> tf.Tensor:
        """Train step number `step` on images of the part that is held; its curves."""
        self.rate.set(step)
        for optimiser in (self.generator_optimiser, self.discriminator_optimiser):
            optimiser.beta_2.assign(falling(*BETAS_2, step, self._recipe.fall_steps))
        shares = self._replicas.run(self._share, step, held)
        self._replicas.blend(self._networks.average.weights, self._networks.generator.weights, self._recipe.averaging)
        curves = relativistic_curves(*map(self._replicas.whole, shares))
        self.balance.update(step, curves[CURVES.index("acc_d_real")], curves[CURVES.index("acc_d_fake")])
        return curves

    def _share(self, step: tf.Tensor, held: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        """A device's rows of a step; the optimisers add up the gradients of all, each of which is its share of a mean.

        The logits (rows, 1) of its real and generated images, and of those that the generator learned from.
        """
        real = tf.cast(self._real.of(step, held), tf.float32) / 127.5 - 1  # (rows, size, size, 3)
        fake = self._fake(step, Stream.LATENTS)
        both = self._augmented(tf.concat([real, fake], axis=0), 2, step, Stream.AUGMENTATION)
        with tf.GradientTape() as tape:
            logits, penalty = self._judged(both, step)
            real_logits, fake_logits = tf.split(logits, 2)  # (rows, 1) each
            loss = (relativistic_loss(real_logits, fake_logits) + penalty) / self._replicas.number
        update(self.discriminator_optimiser, self._networks.discriminator, tape, loss, self._learning_half(step))
        with tf.GradientTape() as tape:
            fake = self._fake(step, Stream.LATENTS_OF_GENERATOR)
            new_logits = self._logits(self._augmented(fake, 1, step, Stream.AUGMENTATION_OF_GENERATOR))
            # The real logits are those from before the update.
            loss = relativistic_loss(new_logits, real_logits) / self._replicas.number
        update(self.generator_optimiser, self._networks.generator, tape, loss)
        return real_logits, fake_logits, new_logits

    def _learning_half(self, step: tf.Tensor) -> tf.Tensor:
        """0 while half of the discriminator is kept, then 1: Adam leaves alone what has never had a gradient."""
        return tf.cast(step >= self.frozen_until, tf.float32)

    def _judged(self, images: tf.Tensor, step: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Logits (2 batch, 1), real ones first, and the weighted penalty.

        The mean over both halves is half the sum of R1 and R2, each of which has half the weight.
        """
        weight = falling(self._recipe.penalty, self._recipe.penalty * PENALTY_LEFT, step, self._recipe.fall_steps)

        def penalised() -> tuple[tf.Tensor, tf.Tensor]:
            logits, penalty = logits_and_penalty(self._logits, images)
            return logits, weight * penalty

        if self._size < FROM_SIDE_SELDOM:
            return penalised()
        logits, penalty = tf.cond(
            tf.equal(step % STEPS_BETWEEN, 0), penalised, lambda: (self._logits(images), tf.zeros(()))
        )
        return logits, STEPS_BETWEEN * penalty

    def _fake(self, step: tf.Tensor, stream: Stream) -> tf.Tensor:
        latents = draw_latents((self._batch, self._latent_size), self._seed, step, stream)
        return self._networks.generator(self._replicas.share(latents), training=True)

    def _augmented(self, images: tf.Tensor, batches: int, step: tf.Tensor, stream: Stream) -> tf.Tensor:
        """Images (batches * rows, size, size, 3), as the discriminator sees them."""
        if not self._recipe.is_augmented:
            return images
        chances = draw_chances((batches * self._batch, CHANCES), self._seed, step, stream)
        return augment(images, self._replicas.share(chances, batches), self.balance.p)

    def _logits(self, images: tf.Tensor) -> tf.Tensor:
        return self._networks.discriminator(images - self._networks.middle)
