"""The networks: parameters row by row as the thesis prints them, and the drawing without TensorFlow."""

from itertools import pairwise
from pathlib import Path

import keras
import numpy as np
import pytest

from maskeraid_faces.drawn import draw_faces
from maskeraid_faces.errors import BadModelFile
from maskeraid_faces.face_model import Kind, TrainedArchitecture
from maskeraid_faces.networks.build import LATENT_SIZES, build_discriminator, build_generator
from maskeraid_faces.networks.dense import build_thesis_discriminator, build_thesis_generator
from maskeraid_faces.networks.eigen import (
    EigenShape,
    build_eigen_discriminator,
    build_eigen_generator,
    latent_size_for,
    width_for,
)
from maskeraid_faces.networks.generate import generate, run_generator
from maskeraid_faces.networks.grouped import GroupedConvolution
from maskeraid_faces.networks.keras_file import to_keras_file
from maskeraid_faces.networks.layer_table import LayerRow, layer_table
from maskeraid_faces.networks.layers import weights_by_name
from maskeraid_faces.networks.selector import build_selector
from maskeraid_faces.networks.stages import generator_shapes, sides_of, widths_for
from maskeraid_faces.training.settings import KindChoice, TrainSettings
from maskeraid_faces.training.train import train


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


class TestTable4:
    def test_selector_is_table_4_row_by_row(self) -> None:
        """The thesis prints a sum of 33,646,595 (33,645,059 trainable): two million less than its own rows."""
        table = layer_table(build_selector(3))
        assert table.rows == (
            LayerRow("Conv2D", (32, 32, 128), 3_584),
            LayerRow("BatchNormalization", (32, 32, 128), 512),
            LayerRow("Conv2D", (32, 32, 128), 147_584),
            LayerRow("BatchNormalization", (32, 32, 128), 512),
            LayerRow("MaxPooling2D", (16, 16, 128), 0),
            LayerRow("Conv2D", (16, 16, 256), 295_168),
            LayerRow("BatchNormalization", (16, 16, 256), 1_024),
            LayerRow("Conv2D", (16, 16, 256), 590_080),
            LayerRow("BatchNormalization", (16, 16, 256), 1_024),
            LayerRow("MaxPooling2D", (8, 8, 256), 0),
            LayerRow("Flatten", (16_384,), 0),
            LayerRow("Dense", (2_048,), 33_556_480),
            LayerRow("Dense", (512,), 1_049_088),
            LayerRow("Dense", (3,), 1_539),
        )
        assert (table.total, table.trainable) == (35_646_595, 35_645_059)


@pytest.mark.usefixtures("uncompiled")
class TestKerasFile:
    """Loaded by Keras here, and nowhere else."""

    @pytest.mark.filterwarnings("ignore:__array__ implementation")  # of h5py, which Keras reads the weights by
    @pytest.mark.parametrize(
        ("architecture", "kind"),
        [
            ("eigen", "auto"),
            ("eigen", "photo"),
            ("thesis", "auto"),
            ("dense", "auto"),
            ("dcgan", "auto"),
            pytest.param("r3", "auto", marks=pytest.mark.slow),
        ],
    )
    def test_it_draws_what_the_model_draws(
        self, architecture: TrainedArchitecture, kind: KindChoice, tmp_path: Path
    ) -> None:
        faces = np.ascontiguousarray(draw_faces("faces-light").images[::3, 10:26, 8:24])
        steps, width = (3, None) if architecture in ("eigen", "thesis", "dense") else (1, 32)
        settings = TrainSettings(architecture=architecture, kind=kind, steps=steps, batch=4, width=width)
        model = train(faces, settings=settings).model
        path = tmp_path / "model.keras"
        path.write_bytes(to_keras_file(model))
        latents = model.bank.latents[:32]
        loaded = np.asarray(keras.saving.load_model(path)(latents))
        assert loaded.shape == (32, 16, 16, 3)
        assert np.abs(loaded).max() <= 1
        drawn = (generate(model, latents).astype(np.float64) / 127.5) - 1  # rounded to 8 bits
        np.testing.assert_allclose(loaded, drawn, atol=0.5 / 127.5 + 1e-5)


class TestEigenNetworks:
    def test_parameters_at_twelve_components(self) -> None:
        shape = EigenShape.usual(12, "drawn")
        assert layer_table(build_eigen_generator(shape)).total == 38_796
        assert layer_table(build_eigen_discriminator(shape)).total == 34_817

    @pytest.mark.parametrize(
        ("rank", "width", "latent"), [(12, 128, 32), (100, 256, 50), (200, 448, 100), (256, 512, 128)]
    )
    def test_width_and_latent_grow_with_the_rank(self, rank: int, width: int, latent: int) -> None:
        assert (width_for(rank), latent_size_for(rank)) == (width, latent)

    def test_first_weights_depend_on_the_seed_alone(self) -> None:
        shape = EigenShape.usual(4, "drawn")
        one, same, other = (weights_by_name(build_eigen_generator(shape, seed=seed)) for seed in (1, 1, 2))
        assert all(np.array_equal(one[name], same[name]) for name in one)
        assert not np.array_equal(one["hidden_2.kernel"], other["hidden_2.kernel"])
        assert not np.array_equal(one["hidden_2.kernel"], one["hidden_3.kernel"])

    def test_of_photographs_it_begins_as_a_normal_distribution(self) -> None:
        latents = np.random.default_rng(0).standard_normal((8, 20)).astype(np.float32)
        np.testing.assert_array_equal(build_eigen_generator(EigenShape.usual(20, "photo"))(latents), latents)

    @pytest.mark.parametrize("kind", ["drawn", "photo"])
    def test_its_arrays_tell_its_shape(self, kind: Kind) -> None:
        shape = EigenShape.usual(40, kind)
        weights = weights_by_name(build_eigen_generator(shape))
        assert EigenShape.of(weights) == shape
        assert EigenShape.of({f"generator/{name}": array for name, array in weights.items()}, "generator/") == shape

    @pytest.mark.parametrize("missing", ["hidden_1.kernel", "output.kernel"])
    def test_what_is_no_such_generator_is_refused(self, missing: str) -> None:
        weights = weights_by_name(build_eigen_generator(EigenShape.usual(4, "photo")))
        del weights[missing]
        with pytest.raises(BadModelFile):
            EigenShape.of(weights)


class TestConvolutionalNetworks:
    def test_generator_of_64_pixels_row_by_row(self) -> None:
        table = layer_table(build_generator("dcgan", 64, widths_for("dcgan", 64, 1024)))
        assert [row for row in table.rows if row.parameters and row.type != "BatchNormalization"] == [
            LayerRow("Dense", (4 * 4 * 1024,), 1_638_400),
            LayerRow("Conv2DTranspose", (8, 8, 512), 13_107_200),
            LayerRow("Conv2DTranspose", (16, 16, 256), 3_276_800),
            LayerRow("Conv2DTranspose", (32, 32, 128), 819_200),
            LayerRow("Conv2DTranspose", (64, 64, 3), 9_603),
        ]
        assert table.total - table.trainable == 2 * (1024 + 512 + 256 + 128)
        assert {row.type for row in table.rows} >= {"BatchNormalization", "ReLU", "Activation"}

    def test_discriminator_of_64_pixels_row_by_row(self) -> None:
        table = layer_table(build_discriminator("dcgan", 64, widths_for("dcgan", 64, 1024)))
        assert [row for row in table.rows if row.parameters] == [
            LayerRow("Conv2D", (32, 32, 128), 9_728),
            LayerRow("Conv2D", (16, 16, 256), 819_456),
            LayerRow("Conv2D", (8, 8, 512), 3_277_312),
            LayerRow("Conv2D", (4, 4, 1024), 13_108_224),
            LayerRow("Dense", (1,), 4 * 4 * 1024 + 1),
        ]
        assert "BatchNormalization" not in {row.type for row in table.rows}

    def test_a_block_of_r3_is_1_3_1_with_groups_of_16_channels(self) -> None:
        table = layer_table(build_generator("r3", 16, widths_for("r3", 16, 256)))
        first = [row for row in table.rows if row.output_shape[0] == 4][:7]
        assert first == [
            LayerRow("LearnedStart", (4, 4, 256), 4 * 4 * 256),
            LayerRow("Conv2D", (4, 4, 512), 257 * 512),
            LayerRow("LeakyReLU", (4, 4, 512), 0),
            LayerRow("GroupedConvolution", (4, 4, 512), (9 * 16 + 1) * 512),
            LayerRow("LeakyReLU", (4, 4, 512), 0),
            LayerRow("Conv2D", (4, 4, 256), 512 * 256),
            LayerRow("Add", (4, 4, 256), 0),
        ]

    def test_a_grouped_convolution_mixes_within_groups_only(self) -> None:
        layer = GroupedConvolution(32, 16, 2.0, 1)
        x = np.zeros((1, 5, 5, 32), np.float32)
        x[0, 2, 2, :16] = 1
        answer = layer(x).numpy()
        assert (answer[..., :16] != 0).any(axis=-1).sum() == 9
        assert (answer[..., 16:] == 0).all()

    @pytest.mark.parametrize("architecture", ["dense", "dcgan", "r3"])
    @pytest.mark.parametrize("size", [16, 40, 88])
    def test_arrays_are_those_that_model_files_expect(self, architecture: TrainedArchitecture, size: int) -> None:
        widths = widths_for(architecture, size, 32)
        network = build_generator(architecture, size, widths)
        expected = generator_shapes(architecture, size, LATENT_SIZES[architecture], widths, size * size * 3)
        assert {name: array.shape for name, array in weights_by_name(network).items()} == expected
        assert network.output_shape == (None, size, size, 3)
        assert build_discriminator(architecture, size, widths).output_shape == (None, 1)

    def test_every_allowed_side_is_reached_by_doubling_and_cutting_one(self) -> None:
        for size in range(16, 257, 8):
            sides = sides_of(size)
            assert sides[-1] == size
            assert sides[0] in (3, 4)
            assert all(after in (2 * before, 2 * before - 1) for before, after in pairwise(sides))

    def test_widths_are_those_of_the_designs(self) -> None:
        assert widths_for("dcgan", 64, 1024) == (1024, 512, 256, 128)
        assert widths_for("dcgan", 256, 512) == (512, 256, 128, 64, 32, 32)
        assert widths_for("r3", 128, 256) == (256, 256, 256, 128, 64, 64)

    @pytest.mark.parametrize(("architecture", "widths"), [("dcgan", (32,)), ("r3", (32, 32)), ("r3", (32, 32, 12))])
    def test_widths_that_do_not_fit_the_size_are_refused(
        self, architecture: TrainedArchitecture, widths: tuple[int, ...]
    ) -> None:
        with pytest.raises(ValueError, match="16 pixels"):
            generator_shapes(architecture, 16, 64, widths, 0)


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

    @pytest.mark.parametrize("has_linear", [False, True])
    def test_eigen_generator_answers_as_keras_does(self, has_linear: bool) -> None:
        generator = build_eigen_generator(EigenShape(200, 100, (64, 64), has_linear), seed=3)
        for variable in generator.trainable_variables:
            variable.assign(np.random.default_rng(1).normal(0, 0.1, variable.shape))
        expected = np.asarray(generator(self.latents))
        np.testing.assert_allclose(
            run_generator("eigen", weights_by_name(generator), self.latents), expected, atol=1e-4
        )
