"""GANs that work on pixels (`dense`, `dcgan`, `r3`): relativistic loss, penalties, running average, augmentation."""

from collections.abc import Sequence
from dataclasses import asdict

import keras
import numpy as np
import tensorflow as tf

from maskeraid_faces.face_model import Floats, Kind, TrainedArchitecture
from maskeraid_faces.image_rows import ManyImages
from maskeraid_faces.images import Images, to_pixels
from maskeraid_faces.networks.build import LATENT_SIZES, build_discriminator, build_generator
from maskeraid_faces.networks.layers import Drawing, weights_by_name
from maskeraid_faces.networks.stages import widths_for
from maskeraid_faces.training.augmentation import CHANCES, augment
from maskeraid_faces.training.balance import Balance
from maskeraid_faces.training.gan import State
from maskeraid_faces.training.held_out import Judgement, judge_images
from maskeraid_faces.training.losses import CURVES, logits_and_penalty, relativistic_curves, relativistic_loss
from maskeraid_faces.training.mean_face import begin_at, mean_face
from maskeraid_faces.training.noise import draw_chances, draw_latents
from maskeraid_faces.training.optimisers import update
from maskeraid_faces.training.pixel_recipe import BETAS_2, PENALTY_LEFT, make_adam, recipe_for
from maskeraid_faces.training.randomness import Stream, generator_for, weights_seed
from maskeraid_faces.training.real_images import RealImages
from maskeraid_faces.training.replicas import Replicas
from maskeraid_faces.training.schedule import LearningRate, falling
from maskeraid_faces.training.state import named_variables, read_variables, write_variables

FROM_SIDE_SELDOM, STEPS_BETWEEN = 128, 4  # from this side on the penalties are taken at every fourth step, fourfold
FACES_JUDGED = 256
FEWEST_JUDGES = 16  # fewer held-out faces say too little: then training faces judge


class PixelGan:
    """Both networks, their optimisers, and the running average that alone is used for drawing."""

    def __init__(
        self,
        architecture: TrainedArchitecture,
        images: ManyImages,
        held_out: ManyImages,
        kind: Kind,
        *,
        batch: int,
        seed: int,
        width: int = 0,
        is_mirrored: bool = False,
        learning_rate: float | None = None,
        final_learning_rate: float | None = None,
        precision: str = "float32",
        compiled: bool = False,
        replicas: Replicas | None = None,
    ) -> None:
        """Build everything.

        Args:
            architecture: one that works on pixels.
            images: uint8 (n, size, size, 3). held_out: likewise; may be empty.
            kind: of the faces, for judging and for the recipe.
            batch: images a step.
            seed: of all random numbers.
            width: channels of the smallest feature map; `dense` has widths of its own.
            is_mirrored: show every second image as its reflection.
            learning_rate, final_learning_rate: of Adam; by default the recipe's, and a quarter of the former.
            precision: a Keras policy; logits, penalties, and losses have 32 bits in any case.
            compiled: by XLA, which makes dense steps of a third more a second, and has no fast convolutions for CPUs;
                of no account on several devices, which XLA cannot compile together.
            replicas: the devices, one by default.
        """
        self._replicas = replicas or Replicas()
        compiled = compiled and self._replicas.number == 1
        self._real = RealImages(
            images, batch, seed, is_mirrored=is_mirrored, compiled=compiled, replicas=self._replicas
        )
        self._kind = kind
        self._faces = held_out if len(held_out) >= FEWEST_JUDGES else images
        self._batch, self._seed, self._size = batch, seed, int(images.shape[1])
        self.widths = widths_for(architecture, self._size, width)
        self.latent_size = LATENT_SIZES[architecture]
        make, judge = (build_generator, weights_seed(seed, 0)), (build_discriminator, weights_seed(seed, 1))
        rates = {"learning_rate": learning_rate, "final_learning_rate": final_learning_rate}
        self._recipe = recipe_for(architecture, kind, size=self._size, batch=batch, **rates)
        self._middle = tf.zeros(images.shape[1:])  # (size, size, 3): what the discriminator sees differences from
        with self._replicas.scope():
            self._generator, self._average, self._discriminator = (
                build(architecture, self._size, self.widths, seed=first, dtype=dtype)
                for (build, first), dtype in ((make, precision), (make, "float32"), (judge, precision))
            )
            self._replicas.share_statistics(self._generator)
            if self._recipe.begins_at_mean:
                mean = mean_face(images)
                self._middle = tf.constant(mean)
                for network in (self._generator, self._average):
                    begin_at(mean, network)
            self._generator_optimiser = make_adam(self._generator, self._recipe.epsilon)
            self._discriminator_optimiser = make_adam(self._discriminator)
            optimisers = (self._generator_optimiser, self._discriminator_optimiser)
            first_rate, last_rate = self._recipe.learning_rate, self._recipe.final_learning_rate
            self._rate = LearningRate(first_rate, last_rate, self._recipe.fall_steps, optimisers)
            self._balance = Balance(len(images), batch, is_augmented=self._recipe.is_augmented)
        self._drawing = Drawing(self._average)
        self._precision = precision
        self._frozen_until = 0  # a step
        self._compiled = tf.function(self._run_steps, jit_compile=compiled)

    @property
    def recipe(self) -> dict[str, object]:
        """The numbers of this training, for the model's card."""
        return {
            "loss": "RpGAN + R1 + R2",
            "optimiser": f"Adam, betas 0 and {BETAS_2[0]} to {BETAS_2[1]}",
            "batch": self._batch,
            "precision": self._precision,
            "augmentation": round(float(self._balance.p.numpy()), 3),
            **({"devices": self._replicas.number} if self._replicas.number > 1 else {}),
        } | asdict(self._recipe)

    def run_steps(self, first: int, last: int) -> dict[str, float]:
        """Train steps first to last - 1; the mean of each curve over them."""
        total = np.zeros(len(CURVES), np.float32)
        for begin, end, held in self._real.parts(first, last):
            total += self._compiled(tf.constant(begin, tf.int64), tf.constant(end, tf.int64), held).numpy()
        return dict(zip(CURVES, (total / np.float32(last - first)).tolist(), strict=True))

    def state(self) -> State:
        """Everything that the next step depends on."""
        return read_variables(self._variables())

    def restore(self, state: State) -> None:
        """Continue from `state`."""
        write_variables(self._variables(), state)

    def slow_down(self) -> None:
        """Halve both learning rates."""
        self._rate.slow_down()

    def freeze(self, until_step: int) -> None:
        """Keep the first half of the discriminator's layers until a step; to be said before the first step.

        Source: Mo, Cho, Shin 2020 (Freeze the Discriminator).
        """
        self._frozen_until = until_step

    def agreed(self, numbers: Sequence[float]) -> list[float]:
        """What the loop decides, as the chief of several hosts has decided it."""
        return self._replicas.agreed(numbers)

    @property
    def is_chief(self) -> bool:
        """Whether this process tells and keeps what becomes of the training."""
        return self._replicas.is_chief

    def generator_weights(self) -> dict[str, Floats]:
        """The running averages, by name."""
        return weights_by_name(self._average)

    def sample(self, latents: Floats) -> Images:
        """Images uint8 (m, size, size, 3) of latents (m, latent_size)."""
        return to_pixels(self._drawing.draw(latents))

    def judge(self) -> Judgement:
        """Judge the running average on the faces held out, or on training faces where there are few."""
        random = generator_for(self._seed, Stream.JUDGEMENT)
        faces = self._faces[random.permutation(len(self._faces))[:FACES_JUDGED]]
        latents = random.standard_normal((FACES_JUDGED, self.latent_size), np.float32)
        judgement = judge_images(self.sample(latents), faces, self._kind)
        values = judgement.values | {"augmentation": float(self._balance.p.numpy())}
        return Judgement(judgement.quality, values, is_unbalanced=self._balance.judge())

    def _variables(self) -> dict[str, keras.Variable]:
        networks = {"generator": self._generator, "discriminator": self._discriminator, "average": self._average}
        optimisers = {"generator": self._generator_optimiser, "discriminator": self._discriminator_optimiser}
        balance = {f"balance/{name}": variable for name, variable in self._balance.variables.items()}
        return named_variables(networks, optimisers) | balance | {"pace": self._rate.pace}

    def _run_steps(self, first: tf.Tensor, last: tf.Tensor, held: tf.Tensor) -> tf.Tensor:
        """The sum of each curve."""
        step, total = first, tf.zeros(len(CURVES))
        while step < last:  # one loop of the compiled program, whatever its length
            total += self._train_step(step, held)
            step += 1
        return total

    # As in `eigen.py`.
    @tf.autograph.experimental.do_not_convert  # type: ignore[untyped-decorator]
    def _train_step(self, step: tf.Tensor, held: tf.Tensor) -> tf.Tensor:
        self._rate.set(step)
        for optimiser in (self._generator_optimiser, self._discriminator_optimiser):
            optimiser.beta_2.assign(falling(*BETAS_2, step, self._recipe.fall_steps))
        shares = self._replicas.run(self._train_share, step, held)
        self._replicas.blend(self._average.weights, self._generator.weights, self._recipe.averaging)
        curves = relativistic_curves(*map(self._replicas.whole, shares))
        self._balance.update(step, curves[CURVES.index("acc_d_real")], curves[CURVES.index("acc_d_fake")])
        return curves

    def _train_share(self, step: tf.Tensor, held: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
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
        update(self._discriminator_optimiser, self._discriminator, tape, loss, self._learning_half(step))
        with tf.GradientTape() as tape:
            fake = self._fake(step, Stream.LATENTS_OF_GENERATOR)
            new_logits = self._logits(self._augmented(fake, 1, step, Stream.AUGMENTATION_OF_GENERATOR))
            # The real logits are those from before the update.
            loss = relativistic_loss(new_logits, real_logits) / self._replicas.number
        update(self._generator_optimiser, self._generator, tape, loss)
        return real_logits, fake_logits, new_logits

    def _learning_half(self, step: tf.Tensor) -> tf.Tensor:
        """0 while half of the discriminator is kept, then 1: Adam leaves alone what has never had a gradient."""
        return tf.cast(step >= self._frozen_until, tf.float32)

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
        latents = draw_latents((self._batch, self.latent_size), self._seed, step, stream)
        return self._generator(self._replicas.share(latents), training=True)

    def _augmented(self, images: tf.Tensor, batches: int, step: tf.Tensor, stream: Stream) -> tf.Tensor:
        """Images (batches * rows, size, size, 3), as the discriminator sees them."""
        if not self._recipe.is_augmented:
            return images
        chances = draw_chances((batches * self._batch, CHANCES), self._seed, step, stream)
        return augment(images, self._replicas.share(chances, batches), self._balance.p)

    def _logits(self, images: tf.Tensor) -> tf.Tensor:
        return self._discriminator(images - self._middle)
