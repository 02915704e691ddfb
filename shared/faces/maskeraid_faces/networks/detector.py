"""The network of the detector of coverings, to be trained; `coverings.detector` runs it."""

import keras

from maskeraid_faces.coverings.detector import CELL, CHANNELS, KINDS, SIDE, WIDTHS
from maskeraid_faces.networks.layers import dense, seeded

BLOCK = SIDE // 8  # pixels a side of a place of the coarse map


def build_detector(seed: int) -> keras.Model:
    """From pictures with places (batch, 64, 64, 5) to logits (batch, 64, 64) and scores of kinds (batch, 6)."""
    seeds = iter(range(seed, seed + 100))

    def convolved(x: keras.KerasTensor, width: int, name: str) -> keras.KerasTensor:
        first = seeded("he_normal", next(seeds))
        layer = keras.layers.Conv2D(width, 3, padding="same", activation="relu", name=name, kernel_initializer=first)
        return layer(x)

    pictures = keras.Input((SIDE, SIDE, CHANNELS))
    grid = SIDE // CELL
    x = keras.layers.Reshape((grid, CELL, grid, CELL, CHANNELS))(pictures)
    x = keras.layers.Permute((1, 3, 2, 4, 5))(x)
    x = keras.layers.Reshape((grid, grid, CELL * CELL * CHANNELS))(x)
    kept = []
    for level, width in enumerate(WIDTHS):
        x = convolved(convolved(x, width, f"down_{level}_a"), width, f"down_{level}_b")
        if level < len(WIDTHS) - 1:
            kept.append(x)
            x = keras.layers.AveragePooling2D(2)(x)
    deepest = x
    for level in reversed(range(len(WIDTHS) - 1)):
        x = convolved(keras.layers.UpSampling2D(2)(x), WIDTHS[level], f"up_{level}")
        x = convolved(keras.layers.Concatenate()([x, kept[level]]), WIDTHS[level], f"joined_{level}")
    x = keras.layers.Conv2D(CELL * CELL, 1, name="map", kernel_initializer=seeded("glorot_normal", next(seeds)))(x)
    x = keras.layers.Reshape((grid, grid, CELL, CELL))(x)
    logits = keras.layers.Reshape((SIDE, SIDE))(keras.layers.Permute((1, 3, 2, 4))(x))
    covered = keras.layers.Reshape((8, BLOCK, 8, BLOCK))(keras.ops.sigmoid(logits))
    coarse = keras.layers.Flatten()(keras.ops.mean(covered, axis=(2, 4)))
    told = keras.layers.Concatenate()([keras.layers.Flatten()(deepest), coarse])
    kinds = dense(len(KINDS), "kind", initialiser="glorot_normal", seed=next(seeds))(told)
    return keras.Model(pictures, [logits, kinds])
