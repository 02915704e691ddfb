"""Steps a second of every architecture at three sizes, on the device at hand; its table is in docs/benchmarks.md."""

import itertools
import os
import platform
import time
from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from maskeraid_core import VERSION
from maskeraid_faces.face_model import TrainedArchitecture
from maskeraid_faces.training.basis import fit_basis
from maskeraid_faces.training.choices import BATCHES, is_mirrored, make_gan
from maskeraid_faces.training.devices import has_gpu
from maskeraid_faces.training.gan import Gan
from maskeraid_faces.training.image_set import prepare
from maskeraid_faces.training.settings import TrainSettings
from tests.benchmarks.figures import Bench, Figure, measures
from tests.benchmarks.tables import PAGE, Row, between_marks, table

ARCHITECTURES: tuple[TrainedArchitecture, ...] = ("thesis", "eigen", "dense", "dcgan", "r3")
SIDES = (32, 64, 128)
IMAGES = 256  # of noise: what they show costs nothing
SECONDS = 10.0  # of steps, at least one call of them
# Dense products of 16 bits a second, without sparsity, as NVIDIA's data sheets give them; by a part of the name.
PEAKS = {"H200": 989e12, "H100 PCIe": 756e12, "H100": 989e12, "A100": 312e12, "L40S": 362e12, "L4": 121e12, "T4": 65e12}
# Passes through a network of which each costs one forward pass, for each image of a batch. A backward pass costs two,
# to the inputs alone one. The penalty needs the slope at the inputs, and then a backward pass through both.
GENERATOR_PASSES = 1 + 3  # for the discriminator; forward and backward for its own step
DISCRIMINATOR_PASSES = {"plain": 2 * 3 + 2, "penalised": 2 * 6 + 2}  # real and generated; then for the generator
SELDOM_SIDE, SELDOM = 128, 4  # from this side on a GAN on pixels is penalised at every fourth step


@dataclass(frozen=True)
class Speed:
    """What was measured of an architecture at a side."""

    architecture: TrainedArchitecture
    side: int
    batch: int
    steps_per_second: float
    flops: float  # of a step, counted from the layers

    @property
    def images_per_second(self) -> float:
        return self.steps_per_second * self.batch

    def row(self, peak: float | None) -> Row:
        """A row of the table."""
        rate = self.flops * self.steps_per_second
        share = f"{rate / peak:.1%}" if peak else "-"
        return (
            f"`{self.architecture}`", self.side, self.batch, f"{self.steps_per_second:.3g}",
            f"{self.images_per_second:,.0f}", f"{self.flops / 1e9:.3g}", f"{rate / 1e9:,.0f}", share,
        )  # fmt: skip


@measures("train.speed")
def measure_speed(bench: Bench) -> Iterator[Figure]:
    """Each architecture as a training makes it, its compiling left out."""
    speeds = [measured(architecture, side) for architecture, side in itertools.product(ARCHITECTURES, SIDES)]
    write_table(speeds)
    beside = {f"{one.architecture} {one.side}": round(one.steps_per_second, 2) for one in speeds}
    slowest = min(one.steps_per_second for one in speeds)
    yield Figure("train.speed", slowest, "steps/s", "no bar: the slowest; all in docs/benchmarks.md", True, beside)


def measured(architecture: TrainedArchitecture, side: int, seconds: float = SECONDS) -> Speed:
    """Steps a second after the first two calls, which compile and settle."""
    gan = gan_of(architecture, side)
    gan.run_steps(0, 1)
    step, pace, began = 1, 1, time.perf_counter()
    gan.run_steps(step, step + pace)
    once = time.perf_counter() - began
    pace, first = max(1, min(500, round(1 / once))), step + pace
    step, began = first, time.perf_counter()
    while (elapsed := time.perf_counter() - began) < seconds:
        gan.run_steps(step, step + pace)
        step += pace
    batch = BATCHES[architecture]
    return Speed(architecture, side, batch, (step - first) / elapsed, flops_of_step(architecture, gan, side, batch))


def gan_of(architecture: TrainedArchitecture, side: int) -> Gan:
    """The GAN of a training with default settings on photographs of a side."""
    settings = TrainSettings(architecture=architecture, kind="photo")
    faces = prepare(np.random.default_rng(0).integers(0, 256, (IMAGES, side, side, 3), np.uint8), settings, None, 0)
    basis = fit_basis(faces.training, kind="photo", seed=0, is_mirrored=is_mirrored(faces, settings))
    return make_gan(architecture, faces, basis, settings, seed=0)


def flops_of_step(architecture: TrainedArchitecture, gan: Gan, side: int, batch: int) -> float:
    """Additions and multiplications of the products of a step, counted from the layers' shapes."""
    generator, discriminator = (flops_of(getattr(gan, f"_{part}")) for part in ("generator", "discriminator"))
    plain, penalised = DISCRIMINATOR_PASSES["plain"], DISCRIMINATOR_PASSES["penalised"]
    if architecture == "thesis":
        passes: float = plain
    elif architecture == "eigen" or side < SELDOM_SIDE:
        passes = penalised
    else:
        passes = plain + (penalised - plain) / SELDOM
    return batch * (GENERATOR_PASSES * generator + passes * discriminator)


def flops_of(network: keras.Model) -> float:
    """Of one image or latent through a network: two for each weight of a kernel at each place where it is applied."""
    total = 0.0
    for layer in network.layers:
        kernel = getattr(layer, "kernel", None)
        if kernel is None:
            continue
        is_reverse = isinstance(layer, keras.layers.Conv2DTranspose)  # applied at each place of its input
        places = layer.input.shape if is_reverse else layer.output.shape
        total += 2 * prod(kernel.shape) * prod(places[1:-1] if len(places) == 4 else ())
    return total


def write_table(speeds: list[Speed], page: Path = PAGE) -> None:
    name, peak = device()
    head = ("architecture", "side", "batch", "steps/s", "images/s", "GFLOP a step", "GFLOP/s", "of the peak")
    said = f"MASKERAID {VERSION}, TensorFlow {tf.__version__}, on {name}."
    between_marks("train.speed", f"{said}\n\n{table(head, [speed.row(peak) for speed in speeds])}", page)


def device() -> tuple[str, float | None]:
    """What trains, and its most operations a second where that is known."""
    if not has_gpu():
        return f"{platform.machine()}, {os.cpu_count()} cores", None
    found = tf.config.list_physical_devices("GPU")[0]
    name = str(tf.config.experimental.get_device_details(found).get("device_name", "GPU"))
    return name, next((peak for part, peak in PEAKS.items() if part in name), None)
