"""Layers and generators with NumPy: their answers are Keras's, and their slopes are those of small differences."""

import numpy as np
import pytest
from tests.unit.faces.searching_models import make_pixel_model

from maskeraid_faces.face_model import TrainedArchitecture
from maskeraid_faces.images import Floats
from maskeraid_faces.networks import pullbacks
from maskeraid_faces.networks.convolution import convolve
from maskeraid_faces.networks.pullbacks import Layer
from maskeraid_faces.networks.sloped import SlopedGenerator, multiplications
from maskeraid_faces.networks.spread import spread

RNG = np.random.default_rng(3)


def numbers(*shape: int) -> Floats:
    """None of them near 0, where LeakyReLU has no slope."""
    found = RNG.standard_normal(shape, np.float32)
    return np.asarray(found + np.copysign(np.float32(0.2), found), np.float32)


NORMALISED = {f"n.{name}": np.abs(numbers(4)) for name in ("gamma", "beta", "moving_mean", "moving_variance")}
LAYERS: dict[str, tuple[Layer, tuple[int, ...]]] = {
    "dense": (pullbacks.dense(numbers(4, 6), numbers(6)), (3, 4)),
    "normalised": (pullbacks.normalise(NORMALISED, "n"), (3, 2, 2, 4)),
    "leaky": (pullbacks.leaky(), (3, 5)),
    "tanh": (pullbacks.tanh, (3, 5)),
    "reshaped": (pullbacks.reshape(2, 2, 1), (3, 4)),
    "chosen": (pullbacks.chosen(np.array([4, 0])), (3, 5)),
    "convolution": (pullbacks.convolution(numbers(3, 3, 2, 4), numbers(4)), (2, 5, 5, 2)),
    "one by one": (pullbacks.convolution(numbers(1, 1, 2, 4)), (2, 5, 5, 2)),
    "doubling": (pullbacks.doubling(numbers(5, 5, 3, 2), 8, numbers(3)), (2, 4, 4, 2)),
    "doubling, cut": (pullbacks.doubling(numbers(5, 5, 3, 2), 5), (2, 3, 3, 2)),
    "grouped": (pullbacks.grouped(numbers(3, 3, 2, 6), numbers(6), 3), (2, 4, 5, 6)),
    "stretched": (pullbacks.stretched(8), (2, 4, 4, 2)),
    "stretched, cut": (pullbacks.stretched(5), (2, 3, 3, 2)),
    "beside": (pullbacks.beside(pullbacks.dense(numbers(4, 4))), (3, 4)),
}


def along(layer: Layer, x: Floats, direction: Floats, slope: Floats, step: float) -> tuple[float, float]:
    """How much `slope * answer` changes along a direction: by the pullback, and by a small difference."""
    there, back = (layer(x + np.float32(sign * step) * direction)[0].astype(np.float64) for sign in (1, -1))
    return float(np.sum(layer(x)[1](slope) * direction)), float(np.sum((there - back) * slope) / (2 * step))


@pytest.mark.parametrize("name", LAYERS)
def test_a_layers_slope_is_that_of_a_small_difference(name: str) -> None:
    layer, shape = LAYERS[name]
    x = numbers(*shape)
    slope, direction = numbers(*layer(x)[0].shape), numbers(*shape)
    said, measured = along(layer, x, direction, slope, 0.02)
    assert said == pytest.approx(measured, rel=5e-3, abs=5e-3)


@pytest.mark.parametrize(
    ("side", "kernel", "stride"), [(6, 3, 1), (6, 3, 2), (7, 3, 2), (8, 5, 2), (5, 1, 1), (5, 1, 2)]
)
def test_spread_is_the_adjoint_of_convolve(side: int, kernel: int, stride: int) -> None:
    x, weights = numbers(2, side, side, 3), numbers(kernel, kernel, 3, 4)
    out = convolve(x, weights, stride=stride)
    other = numbers(*out.shape)
    assert np.sum(out * other) == pytest.approx(np.sum(x * spread(other, weights, side, stride=stride)), rel=1e-4)


ARCHITECTURES: list[tuple[TrainedArchitecture, int]] = [("dense", 16), ("dcgan", 24), ("r3", 24)]


@pytest.mark.parametrize(("architecture", "size"), ARCHITECTURES)
class TestGenerators:
    def test_draw_what_keras_draws(self, architecture: TrainedArchitecture, size: int) -> None:
        from maskeraid_faces.networks.generate import generate

        model = make_pixel_model(architecture, size)
        if architecture == "dense":  # its Keras twin has the thesis's widths
            wanted = generate(model, model.bank.latents[:3])
            np.testing.assert_array_equal(model.bank.draws[:3], wanted.reshape(3, -1))
            return
        import tensorflow as tf

        from maskeraid_faces.networks.build import build_generator
        from maskeraid_faces.networks.layers import set_weights

        network = build_generator(architecture, size, model.widths)
        set_weights(network, model.generator)
        latents = tf.constant(model.bank.latents[:2])
        with tf.GradientTape() as tape:
            tape.watch(latents)
            images = tf.reshape(network(latents, training=False), (2, -1))
            total = tf.reduce_sum(tf.square(images))
        drawn, back = SlopedGenerator(model).draw(model.bank.latents[:2])
        np.testing.assert_allclose(drawn, images.numpy(), rtol=1e-4, atol=1e-4)
        wanted = tape.gradient(total, latents).numpy()
        np.testing.assert_allclose(back(2 * drawn), wanted, rtol=1e-3, atol=1e-3 * np.abs(wanted).max())

    def test_draw_some_values_as_they_draw_all(self, architecture: TrainedArchitecture, size: int) -> None:
        model, columns = make_pixel_model(architecture, size), np.array([7, 2, 300])
        latents, slope = model.bank.latents[:2], numbers(2, 3)
        some, back = SlopedGenerator(model, columns).draw(latents)
        every, back_from_all = SlopedGenerator(model).draw(latents)
        np.testing.assert_allclose(some, every[:, columns], atol=1e-5)
        whole = np.zeros_like(every)
        whole[:, columns] = slope
        np.testing.assert_allclose(back(slope), back_from_all(whole), atol=1e-5)

    def test_hand_back_the_slope_of_a_small_difference(self, architecture: TrainedArchitecture, size: int) -> None:
        model = make_pixel_model(architecture, size)
        x, direction = model.bank.latents[:2], numbers(2, model.latent_size)
        slope = numbers(2, size * size * 3)
        said, measured = along(SlopedGenerator(model).draw, x, direction, slope, 1e-3)
        assert said == pytest.approx(measured, rel=0.03, abs=0.5)


class TestMultiplications:
    def test_of_a_dense_generator_are_its_kernels(self) -> None:
        assert multiplications(make_pixel_model("dense")) == 12 * 24 + 24 * 32 + 32 * 16 * 16 * 3

    def test_of_convolutions_are_counted_place_by_place(self) -> None:
        model = make_pixel_model("dcgan")  # sides 4, 8, 16 of widths 32 and 16
        assert model.widths == (32, 16)
        assert multiplications(model) == 100 * 16 * 32 + 25 * 32 * 16 * 16 + 25 * 16 * 3 * 64
        residual = make_pixel_model("r3")  # sides 4, 8, 16
        assert residual.widths == (48, 32, 32)
        # Of two blocks; a grouped convolution counts fourfold.
        first, other = (2 * (2 * width * 2 * width + 4 * 9 * 16 * 2 * width) for width in (48, 32))
        narrowing = 48 * 32 * 16  # before the side is doubled
        assert multiplications(residual) == 64 * 48 + 16 * first + narrowing + (64 + 256) * other + 32 * 3 * 256
