"""The networks of a GAN on pixels."""

from dataclasses import dataclass

import keras
import tensorflow as tf

from maskeraid_faces.face_model import TrainedArchitecture
from maskeraid_faces.image_rows import ManyImages
from maskeraid_faces.networks.build import build_discriminator, build_generator
from maskeraid_faces.training.mean_face import begin_at, mean_face
from maskeraid_faces.training.randomness import weights_seed
from maskeraid_faces.training.replicas import Replicas


@dataclass(frozen=True)
class PixelNetworks:
    """Both, and the running average that alone is used for drawing."""

    generator: keras.Model
    average: keras.Model  # of the generator, of 32 bits in any case
    discriminator: keras.Model
    middle: tf.Tensor  # (size, size, 3): what the discriminator sees differences from


def build_networks(
    architecture: TrainedArchitecture,
    images: ManyImages,
    widths: tuple[int, ...],
    replicas: Replicas,
    *,
    seed: int,
    precision: str,
    begins_at_mean: bool,
) -> PixelNetworks:
    """Build all, where the devices' variables are.

    `begins_at_mean`: the generator draws the images' mean first, and the discriminator sees differences from it.
    """
    size, middle = int(images.shape[1]), tf.zeros(images.shape[1:])
    make, judge = (build_generator, weights_seed(seed, 0)), (build_discriminator, weights_seed(seed, 1))
    generator, average, discriminator = (
        build(architecture, size, widths, seed=first, dtype=dtype)
        for (build, first), dtype in ((make, precision), (make, "float32"), (judge, precision))
    )
    replicas.share_statistics(generator)
    if begins_at_mean:
        mean = mean_face(images)
        middle = tf.constant(mean)
        for network in (generator, average):
            begin_at(mean, network)
    return PixelNetworks(generator, average, discriminator, middle)
