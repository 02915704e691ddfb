"""The network that guesses latents of covered faces, as it is trained; `filling.encoder` runs it."""

import keras

from maskeraid_faces.filling.encoder import CHANNELS, KERNEL, STRIDE, WIDTHS, seen_side
from maskeraid_faces.networks.generate import SLOPE
from maskeraid_faces.networks.layers import dense, seeded


def build_encoder(size: int, latent_size: int, *, seed: int = 0) -> keras.Model:
    """What is shown of a covered face (batch, side, side, 5) to latents (batch, latent_size)."""
    side = seen_side(size)
    maps = keras.Input((side, side, CHANNELS), name="maps")
    x = maps
    for level, width in enumerate(WIDTHS, start=1):
        x = keras.layers.Conv2D(
            width, KERNEL, strides=STRIDE, padding="same", name=f"down_{level}",
            kernel_initializer=seeded("HeNormal", seed + level),
        )(x)  # (batch, side / 2, side / 2, width)  # fmt: skip
        x = keras.layers.LeakyReLU(negative_slope=SLOPE, name=f"activation_{level}")(x)
    x = keras.layers.Flatten(name="values")(x)
    latents = dense(latent_size, "output", initialiser="GlorotUniform", seed=seed)(x)  # (batch, latent_size)
    return keras.Model(maps, latents, name="encoder")
