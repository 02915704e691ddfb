"""The interval of a share that was counted in a sample."""

import math

CONFIDENCE = 0.95
QUANTILE = 1.959964  # of the standard normal distribution, for 95 % between both ends


def wilson_interval(successes: int, trials: int) -> tuple[float, float]:
    """The lower and upper end, 0 to 1, of the 95 % interval of a share; trials >= 1.

    Unlike the usual one it is right for 400 of 400: (0.990, 1). Source: Wilson 1927.
    """
    share, squared = successes / trials, QUANTILE**2
    centre = share + squared / (2 * trials)
    half = QUANTILE * math.sqrt(share * (1 - share) / trials + squared / (4 * trials**2))
    scale = 1 + squared / trials
    low, high = (centre - half) / scale, (centre + half) / scale
    return (0.0 if successes == 0 else low), (1.0 if successes == trials else high)  # rounding apart these are exact
