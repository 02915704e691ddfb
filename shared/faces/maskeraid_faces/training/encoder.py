"""Trains the network that guesses latents of covered faces, on covered draws of the generator that it belongs to.

Source: Zhu et al. 2016 (arXiv 1609.03552), section 3.1; theirs sees whole faces.
"""

from collections.abc import Callable
from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from maskeraid_faces.face_model import FaceModel, Floats
from maskeraid_faces.filling.covering_system import covering_system
from maskeraid_faces.filling.encoder import guess, shown
from maskeraid_faces.images import Covering, Images, to_network, to_pixels
from maskeraid_faces.networks.build import build_generator
from maskeraid_faces.networks.dense import build_thesis_generator
from maskeraid_faces.networks.encoder import build_encoder
from maskeraid_faces.networks.layers import Drawing, set_weights, weights_by_name
from maskeraid_faces.networks.sloped import multiplications
from maskeraid_faces.training.honest_answers import random_covering
from maskeraid_faces.training.optimisers import built, update
from maskeraid_faces.training.randomness import Stream, generator_for, weights_seed
from maskeraid_faces.training.schedule import LearningRate

DRAWS, COVERINGS = 4096, 32
MOST_TO_DRAW = 1.5e11  # multiplications for draws beyond the bank's
MOST_TO_LEARN = 1.2e12  # multiplications of all steps: 20 s of two cores
SHARE_OF_LATENTS = 0.6  # of them, for steps that compare latents alone: with images one costs up to ten times as much
FEWEST_STEPS, MOST_STEPS = 100, 2_000
BATCH, STEPS_A_CALL = 32, 20
LEARNING_RATE, FINAL_LEARNING_RATE = 1e-3, 1e-4
LATENT_WEIGHT = 0.1  # of the squared error of latents, beside the L1 of images
LEFT_OUT = 8  # of so many examples one teaches nothing, but tells how far guesses lie from the truth


@dataclass(frozen=True)
class Examples:
    """n covered draws."""

    maps: NDArray[np.float16]  # (n, side, side, 5) as the encoder is told
    latents: Floats  # (n, d)
    images: Images  # (n, size, size, 3)


class EncoderTraining:
    """The network, its examples, and the steps to come."""

    def __init__(self, model: FaceModel, seed: int) -> None:
        """`model` is complete but for its encoder."""
        self._generator = generator_of(model)
        self._examples = make_examples(model, self._generator, seed)
        self._encoder = build_encoder(model.size, model.latent_size, seed=weights_seed(seed, 20))
        self._optimiser = built(keras.optimizers.Adam(LEARNING_RATE), self._encoder)
        self._random = generator_for(seed, Stream.ENCODER)
        latents_alone, with_images = steps_of(model, self._encoder)
        self._phases = [(latents_alone, False), (with_images, True)]
        self._rate = LearningRate(LEARNING_RATE, FINAL_LEARNING_RATE, latents_alone + with_images, [self._optimiser])
        self._steps = {draws: tf.function(_step_of(self, draws)) for draws in (False, True)}

    def train(self, should_stop: Callable[[], bool] = lambda: False) -> bool:
        """Make all steps; False when it was stopped before the last."""
        rows = np.flatnonzero(np.arange(len(self._examples.latents)) % LEFT_OUT)
        step = 0
        for steps, draws in self._phases:
            for place in range(steps):
                if place % STEPS_A_CALL == 0 and should_stop():
                    return False
                some = self._random.choice(rows, BATCH)
                images = to_network(self._examples.images[some]) if draws else np.zeros(0, np.float32)
                self._steps[draws](
                    tf.constant(step, tf.int64), tf.constant(self._examples.maps[some].astype(np.float32)),
                    tf.constant(self._examples.latents[some]), tf.constant(images),
                )  # fmt: skip
                step += 1
        return True

    def weights(self) -> dict[str, Floats]:
        """All arrays of the encoder, by name; its deviations are those of examples that taught it nothing."""
        weights = weights_by_name(self._encoder)
        rows = np.flatnonzero(np.arange(len(self._examples.latents)) % LEFT_OUT == 0)
        guesses = guess(weights, self._examples.maps[rows].astype(np.float32))
        errors = np.sqrt(np.square(guesses - self._examples.latents[rows]).mean(axis=0))
        return {**weights, "deviations": np.asarray(errors, np.float32)}

    def step(self, step: tf.Tensor, maps: tf.Tensor, latents: tf.Tensor, images: tf.Tensor, draws: bool) -> None:
        """One step of Adam on the error of latents, and of the images that they draw if `draws`."""
        self._rate.set(step)
        with tf.GradientTape() as tape:
            guesses = self._encoder(maps, training=True)
            loss = tf.reduce_mean(tf.square(guesses - latents))
            if draws:
                drawn = self._generator(guesses, training=False)
                loss = tf.reduce_mean(tf.abs(drawn - images)) + LATENT_WEIGHT * loss
        update(self._optimiser, self._encoder, tape, loss)


def steps_of(model: FaceModel, encoder: keras.Model) -> tuple[int, int]:
    """Steps that compare latents, and steps that compare images too; by what they cost, never by the clock."""
    own = sum(
        int(np.prod(layer.kernel.shape)) * int(np.prod(layer.output.shape[1:-1]))
        for layer in encoder.layers
        if hasattr(layer, "kernel")
    )
    cheap = 3 * own * BATCH
    dear = cheap + 2 * multiplications(model) * BATCH
    counts = SHARE_OF_LATENTS * MOST_TO_LEARN / cheap, (1 - SHARE_OF_LATENTS) * MOST_TO_LEARN / dear
    latents_alone, with_images = (int(min(MOST_STEPS, count)) for count in counts)
    return max(FEWEST_STEPS, latents_alone), with_images


def make_examples(model: FaceModel, generator: keras.Model, seed: int) -> Examples:
    """Draws of the model's bank and fresh ones, each under one of 32 coverings, with ridge's answer."""
    random = generator_for(seed, Stream.ENCODER)
    number = int(min(max(0, DRAWS - len(model.bank.latents)), MOST_TO_DRAW / multiplications(model)))
    fresh = random.standard_normal((number, model.latent_size), np.float32)
    latents = np.concatenate([model.bank.latents[:DRAWS], fresh])
    drawn = [model.bank.draws[:DRAWS].reshape(-1, model.size, model.size, 3)]
    if number:
        drawn.append(to_pixels(Drawing(generator).draw(fresh)).reshape(-1, model.size, model.size, 3))
    images = np.concatenate(drawn).astype(np.uint8)
    order = random.permutation(len(images))
    parts = np.array_split(order, COVERINGS)
    maps = [_shown(images[rows], random_covering(model.size, random), model) for rows in parts]
    rows = np.concatenate(parts)
    return Examples(np.concatenate(maps).astype(np.float16), latents[rows], images[rows])


def _shown(images: Images, covering: Covering, model: FaceModel) -> Floats:
    system = covering_system(model.basis, covering, model.ridge.penalty)
    eye = np.eye(len(system.gram), dtype=np.float32)
    values = to_network(images).reshape(len(images), -1)
    answers = np.linalg.solve(system.gram + system.penalty * eye, system.project(values, model.basis).T).T
    filled = to_pixels(model.basis.mean + answers @ model.basis.components).reshape(images.shape)
    return shown(images, covering, filled)


def generator_of(model: FaceModel) -> keras.Model:
    """The model's own, as it draws."""
    if model.architecture == "thesis":
        generator = build_thesis_generator(model.size)
    else:
        generator = build_generator(model.architecture, model.size, model.widths)
    set_weights(generator, model.generator)
    generator.trainable = False
    return generator


def _step_of(training: EncoderTraining, draws: bool) -> Callable[..., None]:
    return lambda step, maps, latents, images: training.step(step, maps, latents, images, draws)
