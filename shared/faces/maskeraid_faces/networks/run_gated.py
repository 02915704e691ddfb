"""The network of engine B as it is used: a gated U-Net, run with NumPy. `networks.gated` builds it to be trained.

What is known of a face is encoded once; each candidate is decoded from it and noise of its own. Sources: gated
convolutions, Yu et al. 2019 (arXiv 1806.03589); U-Net, Ronneberger et al. 2015; FiLM, Perez et al. 2018; noise a pixel
with a learned gain, Karras et al. 2019; attention, Zhang et al. 2019.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from maskeraid_faces.images import Floats
from maskeraid_faces.networks.convolution import SLOPE, convolve, doubled, gated
from maskeraid_faces.networks.gated_stages import DILATIONS, LATENTS, GatedStages

AT_ONCE = 2**13  # pixels that are decoded together: more fall out of the processor's caches


@dataclass(frozen=True)
class Noise:
    """What makes a candidate: standard normal."""

    latents: Floats  # (k, 64)
    maps: Sequence[Floats]  # (k, side, side, 1) each, finest first

    def times(self, temperature: float) -> "Noise":
        """Of another deviation."""
        factor = np.float32(temperature)
        return Noise(self.latents * factor, [one * factor for one in self.maps])


@dataclass(frozen=True)
class Encoded:
    """What is known of a face."""

    deepest: Floats  # (1, d, d, w)
    summary: Floats  # (1, w) its mean
    kept: Sequence[Floats]  # (1, side, side, 2 w) each, finest first: what a stage adds to every candidate


def draw_noise(random: np.random.Generator, number: int, stages: GatedStages) -> Noise:
    """Noise of so many candidates; the first of them are the same whatever the number."""
    sizes = [LATENTS, *(side * side for side in stages.sides)]
    values = random.standard_normal((number, sum(sizes)), np.float32)
    latents, *maps = np.split(values, np.cumsum(sizes)[:-1], axis=1)
    shaped = [one.reshape(number, side, side, 1) for one, side in zip(maps, stages.sides, strict=True)]
    return Noise(latents, shaped)


def encode(weights: Mapping[str, Floats], told: Floats, stages: GatedStages) -> Encoded:
    """What is known of one face, told as float32 (1, size, size, 8)."""
    x = gated(_convolved(weights, "first", told))
    maps = [x]
    for stage in range(1, stages.depth + 1):
        x = gated(_convolved(weights, f"down_{stage}", x, stride=2))
        maps.append(x)
    for dilation in DILATIONS:
        x = x + gated(_convolved(weights, f"wide_{dilation}", x, dilation=dilation))
    if stages.attends:
        x = x + _attention(weights, x)
    maps[-1] = x
    kept = [_convolved(weights, f"kept_{stage}", one) for stage, one in enumerate(maps)]
    return Encoded(x, x.mean(axis=(1, 2)), kept)


def decode(weights: Mapping[str, Floats], encoded: Encoded, noise: Noise, stages: GatedStages) -> Floats:
    """How far candidates lie from ridge's answer: float32 (k, size, size, 3), in [-1, 1] units."""
    at_once = max(1, AT_ONCE // stages.size**2)
    parts = [slice(start, start + at_once) for start in range(0, len(noise.latents), at_once)]
    some = (Noise(noise.latents[part], [one[part] for one in noise.maps]) for part in parts)
    return np.concatenate([_decoded(weights, encoded, one, stages) for one in some])


def _decoded(weights: Mapping[str, Floats], encoded: Encoded, noise: Noise, stages: GatedStages) -> Floats:
    number = len(noise.latents)
    style = np.concatenate([noise.latents, encoded.summary.repeat(number, axis=0)], axis=1)
    for name in ("hidden_1", "hidden_2"):
        style = _dense(weights, name, style)
        style = np.maximum(style, np.float32(SLOPE) * style)
    x = encoded.deepest
    for stage in range(stages.depth, -1, -1):
        if stage < stages.depth:
            x = doubled(x)
        x = convolve(x, weights[f"up_{stage}.kernel"]) + encoded.kept[stage]  # (1 or k, side, side, 2 w)
        width = stages.widths[stage]
        scale, shift = np.split(_dense(weights, f"film_{stage}", style)[:, None, None], 2, axis=-1)
        if len(x) < number:
            x = x.repeat(number, axis=0)
        features = x[..., :width]
        features *= 1 + scale
        features += shift
        features += noise.maps[stage] * weights[f"noise_{stage}.kernel"][0, 0, 0]
        x = gated(x)
    return _convolved(weights, "output", x)


def _attention(weights: Mapping[str, Floats], x: Floats) -> Floats:
    """What each place hears of the others, (1, d, d, w)."""
    asks, offers, says = (_flat(_convolved(weights, name, x)) for name in ("asks", "offers", "says"))
    scores = asks @ offers.T / np.float32(np.sqrt(asks.shape[1]))
    shares = np.exp(scores - scores.max(axis=1, keepdims=True))
    heard = (shares / shares.sum(axis=1, keepdims=True)) @ says
    return _convolved(weights, "heard", heard.reshape(x.shape))


def _flat(x: Floats) -> Floats:
    return x.reshape(-1, x.shape[-1])


def _convolved(weights: Mapping[str, Floats], name: str, x: Floats, stride: int = 1, dilation: int = 1) -> Floats:
    return convolve(x, weights[f"{name}.kernel"], weights[f"{name}.bias"], stride=stride, dilation=dilation)


def _dense(weights: Mapping[str, Floats], name: str, x: Floats) -> Floats:
    out: Floats = x @ weights[f"{name}.kernel"] + weights[f"{name}.bias"]
    return out
