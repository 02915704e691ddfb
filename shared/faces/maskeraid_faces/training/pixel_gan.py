"""GANs that work on pixels (`dense`, `dcgan`, `r3`): relativistic loss, penalties, running average, augmentation."""

from collections.abc import Sequence
from dataclasses import asdict

import keras
import numpy as np
import tensorflow as tf

from maskeraid_faces.face_model import Floats, Kind, TrainedArchitecture
from maskeraid_faces.image_rows import ManyImages
from maskeraid_faces.images import Images, to_pixels
from maskeraid_faces.networks.build import LATENT_SIZES
from maskeraid_faces.networks.layers import Drawing, weights_by_name
from maskeraid_faces.networks.stages import widths_for
from maskeraid_faces.training.gan import State
from maskeraid_faces.training.held_out import Judgement, judge_images
from maskeraid_faces.training.losses import CURVES
from maskeraid_faces.training.pixel_networks import build_networks
from maskeraid_faces.training.pixel_recipe import BETAS_2, recipe_for
from maskeraid_faces.training.pixel_step import PixelStep
from maskeraid_faces.training.randomness import Stream, generator_for
from maskeraid_faces.training.real_images import RealImages
from maskeraid_faces.training.replicas import Replicas
from maskeraid_faces.training.state import named_variables, read_variables, write_variables

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
        self._kind, self._faces = kind, held_out if len(held_out) >= FEWEST_JUDGES else images
        self._batch, self._seed, self._precision = batch, seed, precision
        size = int(images.shape[1])
        self.widths = widths_for(architecture, size, width)
        self.latent_size = LATENT_SIZES[architecture]
        rates = {"learning_rate": learning_rate, "final_learning_rate": final_learning_rate}
        self._recipe = recipe_for(architecture, kind, size=size, batch=batch, **rates)
        with self._replicas.scope():
            self._networks = build_networks(
                architecture, images, self.widths, self._replicas,
                seed=seed, precision=precision, begins_at_mean=self._recipe.begins_at_mean,
            )  # fmt: skip
            self._step = PixelStep(
                self._networks, self._real, self._recipe, self._replicas,
                images=len(images), batch=batch, seed=seed, latent_size=self.latent_size,
            )  # fmt: skip
        self._drawing = Drawing(self._networks.average)
        self._compiled = tf.function(self._run_steps, jit_compile=compiled)

    @property
    def recipe(self) -> dict[str, object]:
        """The numbers of this training, for the model's card."""
        return {
            "loss": "RpGAN + R1 + R2",
            "optimiser": f"Adam, betas 0 and {BETAS_2[0]} to {BETAS_2[1]}",
            "batch": self._batch,
            "precision": self._precision,
            "augmentation": round(float(self._step.balance.p.numpy()), 3),
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
        self._step.rate.slow_down()

    def freeze(self, until_step: int) -> None:
        """Keep the first half of the discriminator's layers until a step; to be said before the first step.

        Source: Mo, Cho, Shin 2020 (Freeze the Discriminator).
        """
        self._step.frozen_until = until_step

    def agreed(self, numbers: Sequence[float]) -> list[float]:
        """What the loop decides, as the chief of several hosts has decided it."""
        return self._replicas.agreed(numbers)

    @property
    def is_chief(self) -> bool:
        """Whether this process tells and keeps what becomes of the training."""
        return self._replicas.is_chief

    def generator_weights(self) -> dict[str, Floats]:
        """The running averages, by name."""
        return weights_by_name(self._networks.average)

    def sample(self, latents: Floats) -> Images:
        """Images uint8 (m, size, size, 3) of latents (m, latent_size)."""
        return to_pixels(self._drawing.draw(latents))

    def judge(self) -> Judgement:
        """Judge the running average on the faces held out, or on training faces where there are few."""
        random = generator_for(self._seed, Stream.JUDGEMENT)
        faces = self._faces[random.permutation(len(self._faces))[:FACES_JUDGED]]
        latents = random.standard_normal((FACES_JUDGED, self.latent_size), np.float32)
        judgement = judge_images(self.sample(latents), faces, self._kind)
        values = judgement.values | {"augmentation": float(self._step.balance.p.numpy())}
        return Judgement(judgement.quality, values, is_unbalanced=self._step.balance.judge())

    def _variables(self) -> dict[str, keras.Variable]:
        networks = {
            "generator": self._networks.generator,
            "discriminator": self._networks.discriminator,
            "average": self._networks.average,
        }
        optimisers = {"generator": self._step.generator_optimiser, "discriminator": self._step.discriminator_optimiser}
        balance = {f"balance/{name}": variable for name, variable in self._step.balance.variables.items()}
        return named_variables(networks, optimisers) | balance | {"pace": self._step.rate.pace}

    def _run_steps(self, first: tf.Tensor, last: tf.Tensor, held: tf.Tensor) -> tf.Tensor:
        """The sum of each curve."""
        step, total = first, tf.zeros(len(CURVES))
        while step < last:  # one loop of the compiled program, whatever its length
            total += self._step.train(step, held)
            step += 1
        return total
