"""Search near the best draws when few agree with the visible pixels: Adam on the latents, in NumPy."""

from collections.abc import Mapping
from itertools import count

import numpy as np

from maskeraid_faces.images import Floats
from maskeraid_faces.networks.generate import SLOPE

STEPS = 30
LEARNING_RATE, MOMENTUM, SQUARES = 0.05, 0.9, 0.999


def refine(latents: Floats, weights: Mapping[str, Floats], projected: Floats, gram: Floats, scale: float) -> Floats:
    """Coefficients (n, q) after 30 steps down `scale * |x_v - G_v(c)|^2 / 2 + |z|^2 / 2` from latents (n, latent_size).

    Args:
        latents: where to start.
        weights: of the `eigen` generator.
        projected: b = B_v (x_v - mu_v), (q,).
        gram: A = B_v B_v^T, (q, q).
        scale: 1 / (noise^2 temperature), in [-1, 1] units.

    Source: Yeh et al. 2017 (arXiv 1607.07539); here the gradient of the likelihood is linear in the coefficients.
    """
    layers = _layers(weights)
    mean, square = np.zeros_like(latents), np.zeros_like(latents)
    for step in range(1, STEPS + 1):
        coefficients, slopes = _forward(layers, latents)
        gradient = _backward(layers, slopes, scale * (coefficients @ gram - projected)) + latents
        mean = MOMENTUM * mean + (1 - MOMENTUM) * gradient
        square = SQUARES * square + (1 - SQUARES) * np.square(gradient)
        direction = mean / (1 - MOMENTUM**step) / (np.sqrt(square / (1 - SQUARES**step)) + 1e-8)
        latents = latents - np.float32(LEARNING_RATE) * direction
    return _forward(layers, latents)[0]


def _layers(weights: Mapping[str, Floats]) -> list[tuple[Floats, Floats]]:
    names: list[str] = []
    for index in count(1):
        if f"hidden_{index}.kernel" not in weights:
            break
        names.append(f"hidden_{index}")
    return [(weights[f"{name}.kernel"], weights[f"{name}.bias"]) for name in (*names, "output")]


def _forward(layers: list[tuple[Floats, Floats]], x: Floats) -> tuple[Floats, list[Floats]]:
    """The answer (n, q) and each hidden layer's slopes, which the way back needs."""
    slopes: list[Floats] = []
    for kernel, bias in layers[:-1]:
        x = x @ kernel + bias
        slopes.append(np.where(x > 0, np.float32(1), SLOPE).astype(np.float32))
        x = x * slopes[-1]
    return x @ layers[-1][0] + layers[-1][1], slopes


def _backward(layers: list[tuple[Floats, Floats]], slopes: list[Floats], gradient: Floats) -> Floats:
    gradient = gradient @ layers[-1][0].T
    for (kernel, _), slope in zip(reversed(layers[:-1]), reversed(slopes), strict=True):
        gradient = np.asarray((gradient * slope) @ kernel.T, np.float32)
    return gradient
