"""Every random number comes from (seed, step, stream), so that a resumed training equals an unbroken one."""

from enum import IntEnum

import numpy as np


class Stream(IntEnum):
    """What a random number is for."""

    WEIGHTS = 0
    ROWS = 1
    LATENTS = 2
    LATENTS_OF_GENERATOR = 3
    SAMPLES = 4
    JUDGEMENT = 5
    BANK = 6
    SPLIT = 7
    AUGMENTATION = 8
    AUGMENTATION_OF_GENERATOR = 9
    CALIBRATION = 10
    ANSWERS = 11
    TEMPERATURE = 12
    ENCODER = 13


STREAMS = 8  # within one key; another number would make every training another one, and refuse older checkpoints
LARGEST_SEED = 2**31 - 1


def generator_for(seed: int, stream: Stream) -> np.random.Generator:
    """A NumPy generator for the random numbers that belong to no step."""
    return np.random.default_rng([seed, stream])


def weights_seed(seed: int, network: int) -> int:
    """The seed of a network's first weights; its layers add their index."""
    return int(np.random.SeedSequence([seed, Stream.WEIGHTS, network]).generate_state(1)[0]) >> 2
