"""The table of train.speed: what is counted of a step, and that it replaces nothing but itself."""

from pathlib import Path

import keras
import pytest
from tests.benchmarks.speed import Speed, flops_of, write_table

from maskeraid_faces.networks.grouped import GroupedConvolution

BEGIN, END = "<!-- written by train.speed -->", "<!-- end of what train.speed writes -->"


class TestCounting:
    @pytest.mark.parametrize(
        ("layer", "expected"),
        [
            (keras.layers.Conv2D(4, 3, strides=2, padding="same"), 2 * (3 * 3 * 16 * 4) * 4 * 4),
            (keras.layers.Conv2DTranspose(4, 5, strides=2, padding="same"), 2 * (5 * 5 * 16 * 4) * 8 * 8),
            (keras.layers.DepthwiseConv2D(8), 2 * (8 * 8 * 16)),
            (GroupedConvolution(16, 8, 1.0, 0), 2 * (3 * 3 * 8 * 16) * 8 * 8),
            (keras.layers.LeakyReLU(), 0),
        ],
        ids=lambda value: type(value).__name__,
    )
    def test_a_kernel_counts_where_it_is_applied(self, layer: keras.layers.Layer, expected: int) -> None:
        image = keras.Input((8, 8, 16))
        assert flops_of(keras.Model(image, layer(image))) == expected

    def test_a_dense_kernel_counts_once(self) -> None:
        latent = keras.Input((100,))
        assert flops_of(keras.Model(latent, keras.layers.Dense(7)(latent))) == 2 * 100 * 7


class TestTable:
    def test_stands_between_its_marks(self, tmp_path: Path) -> None:
        page = tmp_path / "benchmarks.md"
        page.write_text(f"# Above\n\n{BEGIN}\n\nold\n\n{END}\n\n# Below\n")
        speed = Speed("dense", 32, 64, steps_per_second=10.0, flops=5e9)
        write_table([speed], page)
        text = page.read_text()
        assert text.startswith(f"# Above\n\n{BEGIN}\n")
        assert text.endswith(f"{END}\n\n# Below\n")
        assert "old" not in text
        assert "| `dense` | 32 | 64 | 10 | 640 | 5 | 50 |" in text

    def test_gives_the_share_of_a_peak_that_is_known(self) -> None:
        speed = Speed("r3", 64, 32, steps_per_second=2.0, flops=5e12)
        assert speed.row(peak=100e12)[-1] == "10.0%"
        assert speed.row(peak=None)[-1] == "-"
