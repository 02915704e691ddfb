"""The networks: parameters row by row as the thesis prints them, and the drawing without TensorFlow."""

import numpy as np
import pytest

from maskeraid_faces.networks.dense import build_thesis_discriminator, build_thesis_generator
from maskeraid_faces.networks.eigen import build_eigen_discriminator, build_eigen_generator, latent_size_for, width_for
from maskeraid_faces.networks.generate import run_generator
from maskeraid_faces.networks.layer_table import LayerRow, layer_table
from maskeraid_faces.networks.layers import weights_by_name


class TestTablesOfTheThesis:
    def test_generator_is_table_2_row_by_row(self) -> None:
        table = layer_table(build_thesis_generator(32))
        assert table.rows == (
            LayerRow("Dense", (512,), 51_712),
            LayerRow("LeakyReLU", (512,), 0),
            LayerRow("BatchNormalization", (512,), 2_048),
            LayerRow("Dense", (512,), 262_656),
            LayerRow("LeakyReLU", (512,), 0),
            LayerRow("BatchNormalization", (512,), 2_048),
            LayerRow("Dense", (1024,), 525_312),
            LayerRow("LeakyReLU", (1024,), 0),
            LayerRow("BatchNormalization", (1024,), 4_096),
            LayerRow("Dense", (3072,), 3_148_800),
            LayerRow("Reshape", (32, 32, 3), 0),
        )
        assert (table.total, table.trainable) == (3_996_672, 3_992_576)

    def test_discriminator_is_table_3_row_by_row(self) -> None:
        table = layer_table(build_thesis_discriminator(32))
        assert table.rows == (
            LayerRow("Flatten", (3072,), 0),
            LayerRow("Dense", (1024,), 3_146_752),
            LayerRow("LeakyReLU", (1024,), 0),
            LayerRow("Dense", (256,), 262_400),
            LayerRow("LeakyReLU", (256,), 0),
            LayerRow("Dense", (64,), 16_448),
            LayerRow("LeakyReLU", (64,), 0),
            LayerRow("Dense", (1,), 65),
        )
        assert (table.total, table.trainable) == (3_425_665, 3_425_665)

    def test_only_the_outer_layers_follow_the_image(self) -> None:
        assert layer_table(build_thesis_generator(16)).rows[9] == LayerRow("Dense", (768,), 1025 * 768)
        assert layer_table(build_thesis_discriminator(16)).rows[1] == LayerRow("Dense", (1024,), 769 * 1024)


class TestEigenNetworks:
    def test_parameters_at_twelve_components(self) -> None:
        assert layer_table(build_eigen_generator(12)).total == 38_796
        assert layer_table(build_eigen_discriminator(12)).total == 34_817

    @pytest.mark.parametrize(
        ("rank", "width", "latent"), [(12, 128, 32), (100, 256, 50), (200, 448, 100), (256, 512, 128)]
    )
    def test_width_and_latent_grow_with_the_rank(self, rank: int, width: int, latent: int) -> None:
        assert (width_for(rank), latent_size_for(rank)) == (width, latent)

    def test_first_weights_depend_on_the_seed_alone(self) -> None:
        one, same, other = (weights_by_name(build_eigen_generator(4, seed=seed)) for seed in (1, 1, 2))
        assert all(np.array_equal(one[name], same[name]) for name in one)
        assert not np.array_equal(one["hidden_2.kernel"], other["hidden_2.kernel"])
        assert not np.array_equal(one["hidden_2.kernel"], one["hidden_3.kernel"])


class TestDrawingWithoutTensorFlow:
    latents = np.random.default_rng(0).standard_normal((16, 100)).astype(np.float32)

    def test_thesis_generator_answers_as_keras_does(self) -> None:
        generator = build_thesis_generator(16, seed=3)
        for _ in range(3):
            generator(self.latents, training=True)  # moves the means and variances of the normalisation
        expected = np.asarray(generator(self.latents, training=False)).reshape(16, -1)
        drawn = run_generator("thesis", weights_by_name(generator), self.latents)
        np.testing.assert_allclose(drawn, expected, atol=1e-4)
        assert np.abs(expected).max() > 0.05

    def test_eigen_generator_answers_as_keras_does(self) -> None:
        generator = build_eigen_generator(200, seed=3)
        expected = np.asarray(generator(self.latents))
        np.testing.assert_allclose(
            run_generator("eigen", weights_by_name(generator), self.latents), expected, atol=1e-4
        )
