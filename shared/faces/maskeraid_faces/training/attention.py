"""What needs attention while a training still runs, so that its owner can end it. Verdicts on its end: verdicts.py.

Each rule is far from what sound trainings do: a sound one is never to be reported. No TensorFlow.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from scipy.spatial.distance import pdist

from maskeraid_faces.image_rows import ManyImages
from maskeraid_faces.images import Images
from maskeraid_faces.training.settings import Watch

SPREADS = ("coverage", "diversity")
SOUND_SPREAD = 0.5  # coverage, or diversity, that a training has to come to once
COLLAPSED_SPREAD = 0.25  # and must not fall under again
LOOKS = 2  # judgements in a row: one alone may be chance; samples are looked at more rarely
LOW_QUALITY = 0.25  # sound trainings of drawn faces begin with 0.5
PATIENCE = 5  # judgements of low quality, none of them the best so far
FEWEST_STEPS = 2_000  # fewer are not "for long"
FACES_COMPARED = 64


def looked_after(watch: Watch, training: ManyImages, steps: int) -> Watch:
    """The same windows, with `watch.attention` called as soon as something needs it, once for each cause.

    Args:
        watch: its `progress` and `samples` are called first, as ever.
        training: uint8 (n, side, side, 3), the faces that are learned.
        steps: how many the training is to make.
    """
    look = _Look(watch, training, steps)
    return replace(watch, progress=look.progress, samples=look.samples)


class _Look:
    def __init__(self, watch: Watch, training: ManyImages, steps: int) -> None:
        self._watch, self._steps = watch, steps
        self._apart = _mean_distance(training[:: -(-len(training) // FACES_COMPARED)])
        self._told: set[str] = set()
        self._best, self._fallen = dict.fromkeys(SPREADS, 0.0), dict.fromkeys(SPREADS, 0)
        self._best_quality, self._without_gain = float("-inf"), 0

    def progress(self, step: int, seconds: float, values: Mapping[str, float]) -> None:
        self._watch.progress(step, seconds, values)
        if "quality" in values:
            self._judge_progress(step, values["quality"])
        if "coverage" in values:
            self._judge_spread(step, "coverage", values["coverage"], looks=LOOKS)

    def samples(self, step: int, images: Images) -> None:
        self._watch.samples(step, images)
        if step < FEWEST_STEPS:  # untrained networks draw noise, five times as different as faces
            return
        diversity = _mean_distance(images) / self._apart
        self._judge_spread(step, "diversity", diversity, looks=1)
        if step >= self._steps / 2 and self._best["diversity"] < SOUND_SPREAD:
            self._tell(
                "no_progress",
                f"After {step:,} steps its faces differ {diversity:.0%} as much as those it learns from, and never "
                "came further. End it and try another seed, or the other architecture.",
            )

    def _judge_spread(self, step: int, what: str, spread: float, looks: int) -> None:
        self._best[what] = max(self._best[what], spread)
        has_fallen = self._best[what] >= SOUND_SPREAD and spread < COLLAPSED_SPREAD
        self._fallen[what] = self._fallen[what] + 1 if has_fallen else 0
        if self._fallen[what] >= looks:
            self._tell(
                "collapse",
                f"At step {step:,} it repeats itself: its {what} has fallen from {self._best[what]:.0%} to "
                f"{spread:.0%}. End it and try another seed.",
            )

    def _judge_progress(self, step: int, quality: float) -> None:
        self._without_gain = 0 if quality > self._best_quality else self._without_gain + 1
        self._best_quality = max(self._best_quality, quality)
        if self._without_gain >= PATIENCE and self._best_quality < LOW_QUALITY:
            self._tell(
                "no_progress",
                f"At step {step:,} its quality has not risen for {self._without_gain} judgements and is "
                f"{self._best_quality:.2f} at best, of 1. End it and try another seed, or more images.",
            )

    def _tell(self, code: str, message: str) -> None:
        if code not in self._told:
            self._told.add(code)
            self._watch.attention(code, message)


def _mean_distance(images: Images) -> float:
    """Of two of the images, at least a millionth of a pixel's range."""
    return max(float(pdist(images.reshape(len(images), -1).astype(np.float32) / 255).mean()), 1e-6)
