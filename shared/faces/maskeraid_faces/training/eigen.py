"""`eigen`: a relativistic GAN on whitened principal coefficients, hundreds of steps in one compiled call."""

from dataclasses import asdict, dataclass, replace
from functools import cached_property

import keras
import numpy as np
import tensorflow as tf

from maskeraid_faces.face_model import Basis, Floats, Kind
from maskeraid_faces.image_rows import ManyImages
from maskeraid_faces.images import Images, to_pixels
from maskeraid_faces.metrics.embedding import embed
from maskeraid_faces.networks.eigen import EigenShape, build_eigen_discriminator, build_eigen_generator
from maskeraid_faces.networks.generate import run_generator
from maskeraid_faces.networks.layers import weights_by_name
from maskeraid_faces.training.calibration import calibrated
from maskeraid_faces.training.gan import State
from maskeraid_faces.training.held_out import Judgement, judge_drawn, judge_photos
from maskeraid_faces.training.losses import CURVES, logits_and_penalty, relativistic_curves, relativistic_loss
from maskeraid_faces.training.noise import draw_latents, draw_rows
from maskeraid_faces.training.optimisers import built, update
from maskeraid_faces.training.randomness import Stream, generator_for, weights_seed
from maskeraid_faces.training.schedule import FALL_STEPS, FULL_PACE, LearningRate
from maskeraid_faces.training.state import named_variables, read_variables, write_variables

FACES_JUDGED = 512
DRAWS_JUDGED = 1024  # beside photographs, in groups of as many as there are of these
FEWEST_JUDGES = 16  # fewer held-out faces say too little: then all faces judge


@dataclass(frozen=True)
class Recipe:
    """The numbers of a training; those for drawn faces and for photographs were found by measurement."""

    penalty: float  # weight of R1 and R2
    learning_rate: float
    final_learning_rate: float
    averaging: float  # share of the running average that stays at each step
    weighting: float  # the discriminator sees coefficients times (deviation / largest deviation) ** weighting


# Whitening raises the noise components of photographs to the level of the face, hence their weighting.
RECIPES: dict[Kind, Recipe] = {
    "drawn": Recipe(penalty=0.05, learning_rate=1e-3, final_learning_rate=1e-3, averaging=0.99, weighting=0.0),
    "photo": Recipe(penalty=1.0, learning_rate=1e-3, final_learning_rate=1e-4, averaging=0.995, weighting=0.5),
}


class EigenGan:
    """Both networks, their optimisers, and the running average that alone is used for drawing."""

    def __init__(
        self,
        coefficients: Floats,
        held_out: ManyImages,
        basis: Basis,
        kind: Kind,
        batch: int,
        seed: int,
        *,
        shape: EigenShape | None = None,
        learning_rate: float | None = None,
        final_learning_rate: float | None = None,
    ) -> None:
        """Build everything; `coefficients` float32 (n, gan_rank), `held_out` uint8 (m, side, side, 3), m may be 0.

        The shape is the usual one unless a training goes on that began with another. A learning rate that is not named
        is that of the recipe; one that is named does not fall without a final one.
        """
        recipe = RECIPES[kind]
        if learning_rate:
            recipe = replace(
                recipe, learning_rate=learning_rate, final_learning_rate=final_learning_rate or learning_rate
            )
        self._recipe = recipe
        self._weighting = self.weighting_of(basis)
        self._coefficients = coefficients
        self._seen = tf.constant(coefficients * self._weighting)  # (n, gan_rank), as the discriminator sees them
        self._held_out = held_out
        self._basis, self._kind, self._batch, self._seed = basis, kind, batch, seed
        shape = shape or EigenShape.usual(basis.gan_rank, kind)
        self._generator = build_eigen_generator(shape, seed=weights_seed(seed, 0))
        self._discriminator = build_eigen_discriminator(shape, seed=weights_seed(seed, 1))
        self._average = build_eigen_generator(shape, seed=weights_seed(seed, 0))
        self._generator_optimiser, self._discriminator_optimiser = optimisers = [
            built(keras.optimizers.Adam(recipe.learning_rate, beta_1=0.0, beta_2=0.99), network)
            for network in (self._generator, self._discriminator)
        ]
        self._rate = LearningRate(recipe.learning_rate, recipe.final_learning_rate, FALL_STEPS, optimisers)
        self._compiled = tf.function(self._run_steps, jit_compile=True)
        self.latent_size, self.widths = shape.latent_size, shape.widths

    @property
    def recipe(self) -> dict[str, object]:
        """The numbers of this training, for the model's card."""
        return {"loss": "RpGAN + R1 + R2", "optimiser": "Adam, betas 0 and 0.99", "batch": self._batch} | asdict(
            self._recipe
        )

    def weighting_of(self, basis: Basis) -> Floats:
        """What the discriminator sees coefficients times, float32 (gan_rank,)."""
        deviations = basis.deviations[: basis.gan_rank]
        return np.asarray((deviations / deviations[0]) ** self._recipe.weighting, np.float32)

    def run_steps(self, first: int, last: int) -> dict[str, float]:
        """Train steps first to last - 1; the mean of each curve over them."""
        means = self._compiled(tf.constant(first, tf.int64), tf.constant(last, tf.int64))
        return dict(zip(CURVES, means.numpy().tolist(), strict=True))

    def state(self) -> State:
        """Everything that the next step depends on."""
        return read_variables(self._variables())

    def restore(self, state: State) -> None:
        """Continue from `state`."""
        write_variables(self._variables(), {**FULL_PACE, **state})  # release 0.1 kept no pace

    def slow_down(self) -> None:
        """Halve both learning rates."""
        self._rate.slow_down()

    def generator_weights(self) -> dict[str, Floats]:
        """The running averages, by name; of photographs calibrated: drawn faces are points, not a spread."""
        weights = weights_by_name(self._average)
        return calibrated(weights, self._seed) if self._kind == "photo" else weights

    def sample(self, latents: Floats) -> Images:
        """Images uint8 (m, size, size, 3) of latents (m, latent_size)."""
        return self._images(self._draw(latents))

    def _images(self, coefficients: Floats) -> Images:
        pixels = self._basis.mean + coefficients @ self._basis.components[: self._basis.gan_rank]
        size = round((pixels.shape[1] / 3) ** 0.5)
        return to_pixels(pixels).reshape(-1, size, size, 3)

    def judge(self) -> Judgement:
        """Judge the running average on the faces held out, or on all of them where none are."""
        random = generator_for(self._seed, Stream.JUDGEMENT)
        if self._kind == "drawn":
            deviations = self._basis.deviations[: self._basis.gan_rank]
            latents = random.standard_normal((FACES_JUDGED, self.latent_size), np.float32)
            return judge_drawn(self._draw(latents) * deviations, self._coefficients * deviations)
        draws = len(self._judges) * max(1, DRAWS_JUDGED // len(self._judges))
        return judge_photos(
            embed(self.sample(random.standard_normal((draws, self.latent_size), np.float32))), self._judges
        )

    @cached_property
    def _judges(self) -> Floats:
        """Features (m, 64) of the photographs held out, or of training faces as their components show them."""
        random = np.random.default_rng([self._seed, Stream.JUDGEMENT, 1])
        if len(self._held_out) >= FEWEST_JUDGES:
            return embed(self._held_out[random.permutation(len(self._held_out))[:FACES_JUDGED]])
        return embed(self._images(random.permutation(self._coefficients)[:FACES_JUDGED]))

    def _draw(self, latents: Floats) -> Floats:
        return run_generator("eigen", self.generator_weights(), latents)

    def _variables(self) -> dict[str, keras.Variable]:
        networks = {"generator": self._generator, "discriminator": self._discriminator, "average": self._average}
        optimisers = {"generator": self._generator_optimiser, "discriminator": self._discriminator_optimiser}
        return named_variables(networks, optimisers) | {"pace": self._rate.pace}

    def _run_steps(self, first: tf.Tensor, last: tf.Tensor) -> tf.Tensor:
        step, total = first, tf.zeros(len(CURVES))
        while step < last:  # one loop of the compiled program; over tf.range it would compile anew for each length
            rows = draw_rows(self._batch, len(self._coefficients), self._seed, step)
            total += self._train_step(tf.gather(self._seen, rows), step)
            step += 1
        return total / tf.cast(last - first, tf.float32)

    # Nothing in it branches on a tensor: to look for that would take seconds of each training's compiling.
    @tf.autograph.experimental.do_not_convert  # type: ignore[untyped-decorator]
    def _train_step(self, real: tf.Tensor, step: tf.Tensor) -> tf.Tensor:
        self._rate.set(step)
        fake = self._fake(step, Stream.LATENTS)  # (batch, gan_rank)
        with tf.GradientTape() as tape:
            # One pass over both halves; its mean penalty is half the sum of the halves' means, R1 and R2.
            logits, penalty = logits_and_penalty(self._discriminator, tf.concat([real, fake], axis=0))
            real_logits, fake_logits = tf.split(logits, 2)  # (batch, 1) each
            loss = relativistic_loss(real_logits, fake_logits) + self._recipe.penalty * penalty
        update(self._discriminator_optimiser, self._discriminator, tape, loss)
        with tf.GradientTape() as tape:
            new_logits = self._discriminator(self._fake(step, Stream.LATENTS_OF_GENERATOR))
            loss = relativistic_loss(new_logits, real_logits)  # the real logits are those from before the update
        update(self._generator_optimiser, self._generator, tape, loss)
        for average, weight in zip(self._average.weights, self._generator.weights, strict=True):
            average.assign(self._recipe.averaging * average + (1 - self._recipe.averaging) * weight)
        return relativistic_curves(real_logits, fake_logits, new_logits)

    def _fake(self, step: tf.Tensor, stream: Stream) -> tf.Tensor:
        latents = draw_latents((self._batch, self.latent_size), self._seed, step, stream)
        return self._generator(latents) * self._weighting
