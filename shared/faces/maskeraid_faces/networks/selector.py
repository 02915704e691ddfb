"""The network that chooses a model for a face, as the thesis built it (Desentz 2021, section 6.2, Table 4)."""

import keras

from maskeraid_faces.networks.generate import NORMALISATION_EPSILON
from maskeraid_faces.networks.layers import NORMALISATION_MOMENTUM, dense

POOLED = 2  # pixels a side; each of the two pools halves the image
KERNEL = 3  # pixels a side; the thesis gives neither this nor the activation


def build_selector(models: int, *, size: int = 32, seed: int = 0) -> keras.Model:
    """Image (batch, size, size, 3) in [-1, 1] to the probability of each model (batch, models), summing to 1.

    At 32 pixels and 3 models the rows add up to 35,646,595 parameters, 35,645,059 of them trainable; the thesis prints
    33,646,595 and 33,645,059, two million too few each.

    Source: Desentz 2021, Table 4; `n` of its last layer is the number of models.
    """
    image = keras.Input((size, size, 3), name="image")
    x = image
    for block, width in enumerate((128, 256), start=1):
        for place in (1, 2):
            x = keras.layers.Conv2D(
                width, KERNEL, padding="same", activation="relu", name=f"convolution_{block}_{place}",
                kernel_initializer=keras.initializers.GlorotUniform(seed + 10 * block + place),
            )(x)  # fmt: skip
            x = keras.layers.BatchNormalization(
                momentum=NORMALISATION_MOMENTUM, epsilon=NORMALISATION_EPSILON, name=f"normalisation_{block}_{place}"
            )(x)  # 0.99 would need more steps than a training of 250 images has
        x = keras.layers.MaxPooling2D(POOLED, name=f"pool_{block}")(x)  # (batch, side / 2, side / 2, width)
    x = keras.layers.Flatten(name="values")(x)  # (batch, 16384) at 32 pixels
    for index, width in enumerate((2048, 512), start=1):
        x = dense(width, f"hidden_{index}", initialiser="GlorotUniform", seed=seed + index, activation="relu")(x)
    chosen = dense(models, "output", initialiser="GlorotUniform", seed=seed, activation="softmax")(x)  # (batch, models)
    return keras.Model(image, chosen, name="selector")
