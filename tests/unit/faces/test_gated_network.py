"""The network of engine B: NumPy's sums are Keras's, and so are those of the convolution that both its users share."""

from collections.abc import Mapping

import keras
import numpy as np
import pytest

from maskeraid_faces.images import Floats
from maskeraid_faces.networks.convolution import convolve
from maskeraid_faces.networks.gated import build_decoder, build_encoder, build_gated_discriminator
from maskeraid_faces.networks.gated_stages import CHANNELS, GatedStages
from maskeraid_faces.networks.layers import set_weights, variables_by_name
from maskeraid_faces.networks.run_gated import decode, draw_noise, encode

RANDOM = np.random.default_rng(0)


def some_weights(stages: GatedStages) -> Mapping[str, Floats]:
    """No array is 0, as some are at first."""
    return {
        name: np.float32(0.3 / np.sqrt(np.prod(shape[:-1]))) * RANDOM.standard_normal(shape, np.float32)
        + np.float32(0.01 * (len(shape) == 1))
        for name, shape in stages.shapes().items()
    }


class TestConvolution:
    @pytest.mark.parametrize(
        ("side", "stride", "dilation", "height"), [(3, 1, 1, 8), (3, 2, 1, 8), (3, 2, 1, 7), (3, 1, 4, 8), (1, 1, 1, 5)]
    )
    def test_is_that_of_keras(self, side: int, stride: int, dilation: int, height: int) -> None:
        x = RANDOM.standard_normal((2, height, 6, 3), np.float32)
        layer = keras.layers.Conv2D(5, side, strides=stride, dilation_rate=dilation, padding="same")
        expected = layer(x)
        kernel, _ = layer.get_weights()
        bias = np.arange(5, dtype=np.float32)
        found = convolve(x, kernel, bias, stride=stride, dilation=dilation)
        assert np.allclose(found, expected + bias, atol=1e-5)


class TestNetwork:
    @pytest.mark.parametrize(("size", "base"), [(16, 2), (128, 2)])
    def test_gives_what_its_keras_form_gives(self, size: int, base: int) -> None:
        stages = GatedStages(size, base)
        weights = some_weights(stages)
        encoder, decoder = build_encoder(stages, 0), build_decoder(stages, 0)
        theirs = variables_by_name(encoder) | variables_by_name(decoder)
        assert {name: tuple(variable.shape) for name, variable in theirs.items()} == stages.shapes()
        for network in (encoder, decoder):
            set_weights(network, weights)
        told, noise = RANDOM.standard_normal((1, size, size, CHANNELS), np.float32), draw_noise(RANDOM, 3, stages)
        encoded = encoder(told)
        three = [np.repeat(one, 3, axis=0) for one in encoded]
        expected = decoder([*three, noise.latents, *noise.maps])
        found = decode(weights, encode(weights, told, stages), noise, stages)
        assert np.abs(found).max() > 1e-2
        assert np.allclose(found, expected, atol=1e-4)
        assert np.abs(found[0] - found[1]).max() > 1e-3

    def test_begins_as_ridge(self) -> None:
        stages = GatedStages(16, 2)
        encoder, decoder = build_encoder(stages, 5), build_decoder(stages, 6)
        noise = draw_noise(RANDOM, 1, stages)
        told = RANDOM.standard_normal((1, 16, 16, CHANNELS), np.float32)
        encoded = [np.asarray(one) for one in encoder(told)]
        assert not np.any(decoder([*encoded, noise.latents, *noise.maps]))

    def test_noise_of_a_candidate_does_not_depend_on_their_number(self) -> None:
        stages = GatedStages(16, 2)
        few, many = (draw_noise(np.random.default_rng(1), number, stages) for number in (1, 3))
        assert np.array_equal(few.latents[0], many.latents[0])
        assert all(np.array_equal(a[0], b[0]) for a, b in zip(few.maps, many.maps, strict=True))

    def test_the_discriminator_ends_with_one_logit_of_any_side(self) -> None:
        assert build_gated_discriminator(24, 4, 0).output_shape == (None, 1)
