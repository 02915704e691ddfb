"""Gives what a generator of `eigen` draws the mean and the covariance of the training faces, in closed form."""

from collections.abc import Mapping

import numpy as np

from maskeraid_faces.face_model import Floats
from maskeraid_faces.networks.generate import run_generator
from maskeraid_faces.networks.stages import LINEAR
from maskeraid_faces.training.randomness import Stream, generator_for

DRAWS = 8192  # of 200 coefficients: their covariances are known to 0.01
LEAST_DEVIATION = 0.25  # a generator that has lost more of a direction has nothing there to be stretched


def calibrated(weights: Mapping[str, Floats], seed: int) -> dict[str, Floats]:
    """The same generator with a last layer after which its draws have mean 0 and unit covariance, as those faces have.

    A GAN draws too little of what varies little (on photographs 0.6 to 0.9 of the deviation, and 0.16 of KID), for its
    discriminator hardly sees that. The map is the one that moves the draws least: `(c - mean) covariance^(-1/2)`.

    Args:
        weights: of a generator of whitened coefficients, by name.
        seed: of the draws that tell mean and covariance.

    Source: Kessy, Lewin, Strimmer 2018 (ZCA whitening is the whitening that stays nearest to the original).
    """
    latent_size = len(weights["hidden_1.kernel"])
    latents = generator_for(seed, Stream.CALIBRATION).standard_normal((DRAWS, latent_size), np.float32)
    draws = run_generator("eigen", weights, latents).astype(np.float64)
    variances, axes = np.linalg.eigh(np.atleast_2d(np.cov(draws, rowvar=False)))
    deviations = np.sqrt(np.maximum(variances, LEAST_DEVIATION**2))
    turn = ((axes / deviations) @ axes.T).astype(np.float32)  # (rank, rank)
    bias = (weights["output.bias"] - draws.mean(axis=0)) @ turn
    kernels = {name: weights[name] @ turn for name in ("output.kernel", LINEAR) if name in weights}
    return {**weights, **kernels, "output.bias": bias.astype(np.float32)}
