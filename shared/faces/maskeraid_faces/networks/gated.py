"""The networks of engine B, to be trained: encoder, decoder, and discriminator. `networks.run_gated` runs the former.

Sources: as there; the discriminator has no normalisation, for R1 and R2 need a slope of each image alone.
"""

import keras
from keras import ops

from maskeraid_faces.networks.convolution import SLOPE
from maskeraid_faces.networks.gated_stages import CHANNELS, DILATIONS, HIDDEN, LATENTS, GatedStages
from maskeraid_faces.networks.layers import dense, seeded

SEEN = 7  # channels that the discriminator sees: a face, the covering, ridge's answer
SMALLEST_SEEN = 4  # side of its last map


def build_encoder(stages: GatedStages, seed: int) -> keras.Model:
    """From what is known (batch, size, size, 8) to the deepest map, its mean, and what each stage keeps."""
    told = keras.Input((stages.size, stages.size, CHANNELS))
    x = _gated(_convolution(2 * stages.widths[0], "first", seed)(told))
    maps = [x]
    for stage in range(1, stages.depth + 1):
        x = _gated(_convolution(2 * stages.widths[stage], f"down_{stage}", seed + stage, strides=2)(x))
        maps.append(x)  # (batch, side, side, width)
    for dilation in DILATIONS:
        wide = _convolution(2 * stages.widths[-1], f"wide_{dilation}", seed + 10 + dilation, dilation_rate=dilation)
        x = x + _gated(wide(x))
    if stages.attends:
        x = x + _attention(x, stages, seed + 20)
    maps[-1] = x
    kept = [
        _convolution(2 * width, f"kept_{stage}", seed + 30 + stage)(one)
        for stage, (one, width) in enumerate(zip(maps, stages.widths, strict=True))
    ]
    return keras.Model(told, [x, ops.mean(x, axis=(1, 2)), *kept])


def build_decoder(stages: GatedStages, seed: int) -> keras.Model:
    """From the encoder's answers, latents (batch, 64), and noise a stage to the residual (batch, size, size, 3).

    It is 0 at first: the engine begins as ridge.
    """
    sides, widths = stages.sides, stages.widths
    deepest, summary = keras.Input((sides[-1], sides[-1], widths[-1])), keras.Input((widths[-1],))
    kept = [keras.Input((side, side, 2 * width)) for side, width in zip(sides, widths, strict=True)]
    latents, noises = keras.Input((LATENTS,)), [keras.Input((side, side, 1)) for side in sides]
    style = keras.layers.Concatenate()([latents, summary])
    for index in (1, 2):
        style = dense(HIDDEN, f"hidden_{index}", initialiser="he_normal", seed=seed + index)(style)
        style = keras.layers.LeakyReLU(negative_slope=SLOPE)(style)
    x = deepest
    for stage in range(stages.depth, -1, -1):
        width = widths[stage]
        if stage < stages.depth:
            x = keras.layers.UpSampling2D(2)(x)
        x = _convolution(2 * width, f"up_{stage}", seed + 40 + stage, use_bias=False)(x) + kept[stage]
        film = dense(2 * width, f"film_{stage}", initialiser="RandomNormal", seed=seed + 50 + stage, stddev=0.05)(style)
        scale, shift = ops.split(ops.reshape(film, (-1, 1, 1, 2 * width)), 2, axis=-1)
        gain = keras.layers.Conv2D(width, 1, use_bias=False, name=f"noise_{stage}", kernel_initializer="zeros")
        features, gates = ops.split(x, 2, axis=-1)
        features = features * (1 + scale) + shift + gain(noises[stage])
        x = _opened(features, gates)
    residual = keras.layers.Conv2D(3, 3, padding="same", name="output", kernel_initializer="zeros")(x)
    return keras.Model([deepest, summary, *kept, latents, *noises], residual)


def build_gated_discriminator(size: int, base: int, seed: int) -> keras.Model:
    """From a face, the covering, and ridge's answer (batch, size, size, 7) to a logit (batch, 1)."""
    seen = keras.Input((size, size, SEEN))
    x, side, stage = seen, size, 0
    while side > SMALLEST_SEEN:
        width = base * min(8, 2 << stage)
        x = _convolution(width, f"seen_{stage}", seed + stage, strides=2)(x)
        x = keras.layers.LeakyReLU(negative_slope=SLOPE)(x)
        side, stage = -(-side // 2), stage + 1
    logit = dense(1, "logit", initialiser="glorot_uniform", seed=seed + 20)(keras.layers.Flatten()(x))
    return keras.Model(seen, logit)


def _convolution(width: int, name: str, seed: int, **options: object) -> keras.layers.Conv2D:
    first = seeded("he_normal", seed)
    return keras.layers.Conv2D(width, 3, padding="same", name=name, kernel_initializer=first, **options)


def _gated(x: keras.KerasTensor) -> keras.KerasTensor:
    return _opened(*ops.split(x, 2, axis=-1))


def _opened(features: keras.KerasTensor, gates: keras.KerasTensor) -> keras.KerasTensor:
    return ops.leaky_relu(features, SLOPE) * ops.sigmoid(gates)


def _attention(x: keras.KerasTensor, stages: GatedStages, seed: int) -> keras.KerasTensor:
    """What each place of the deepest map hears of the others; nothing at first."""
    side, width = stages.sides[-1], stages.widths[-1]

    def told(name: str, channels: int, place: int) -> keras.KerasTensor:
        layer = keras.layers.Conv2D(channels, 1, name=name, kernel_initializer=seeded("glorot_uniform", seed + place))
        return ops.reshape(layer(x), (-1, side * side, channels))

    asks, offers, says = told("asks", width // 4, 0), told("offers", width // 4, 1), told("says", width, 2)
    shares = ops.softmax(ops.matmul(asks, ops.transpose(offers, (0, 2, 1))) / (width // 4) ** 0.5)
    heard = ops.reshape(ops.matmul(shares, says), (-1, side, side, width))
    return keras.layers.Conv2D(width, 1, name="heard", kernel_initializer="zeros")(heard)
