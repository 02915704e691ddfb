"""How long a training will take, from its first seconds: the arithmetic of a dry run. No TensorFlow."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from maskeraid_faces.training.progress import Plan

Points = Sequence[Mapping[str, float]]  # as `Watch.progress` tells them: `step`, `seconds`, perhaps `quality`
Decision = Literal["steps", "quality", "time"]

LEAST_SECONDS, MOST_SECONDS = 5.0, 20.0  # of steps that a dry run makes, after the first call, which compiles
# Four drawn sets and seeds, 25 and 125 faces: the way to a quality of 0.87 was 4.4 to 5.4 times that to 0.65.
MILESTONE, EXPONENT = 0.65, 1.6  # what is missing to 1 falls by a power of the steps, from the milestone on


@dataclass(frozen=True)
class Forecast:
    """The end of a training; `seconds` are those of its preparation and steps, which `max_seconds` limits."""

    steps: int
    seconds: float
    decided_by: Decision


def is_enough(plan: Plan, points: Points) -> bool:
    """Whether `forecast` would learn little from further steps."""
    measured = points[-1]["seconds"] - points[0]["seconds"]
    if not plan.judge_every or measured >= MOST_SECONDS:
        return measured >= LEAST_SECONDS
    qualities = [point["quality"] for point in points if "quality" in point]
    is_judged = bool(qualities) and (plan.target_quality >= 1 or max(qualities) >= min(MILESTONE, plan.target_quality))
    return is_judged and measured >= LEAST_SECONDS


def forecast(plan: Plan, points: Points) -> Forecast:
    """Where a training ends that goes on at the pace of its steps so far.

    Args:
        points: of the training so far, at least one. The first call compiles, so its time says nothing of the pace.
    """
    last = points[-1]
    steps, decided_by = _steps(plan, points)
    pace = _seconds_a_step(points)
    seconds = last["seconds"] + max(0.0, steps - last["step"]) * pace
    if seconds <= plan.max_seconds:
        return Forecast(round(steps), seconds, decided_by)
    left = max(0.0, plan.max_seconds - last["seconds"])
    return Forecast(round(last["step"] + left / pace), plan.max_seconds, "time")


def _steps(plan: Plan, points: Points) -> tuple[float, Decision]:
    to_quality = _steps_to(plan.target_quality, points)
    if to_quality >= plan.steps:
        return plan.steps, "steps"
    return math.ceil(to_quality / plan.judge_every) * plan.judge_every, "quality"


def _steps_to(target: float, points: Points) -> float:
    """Steps to a quality: those that it took, else those that the way to the milestone lets expect."""
    judged = [(0.0, 0.0), *((point["step"], point["quality"]) for point in points if "quality" in point)]
    if (reached := _first_at(target, judged)) < math.inf or target >= 1:
        return reached
    further: float = ((1 - MILESTONE) / (1 - target)) ** EXPONENT
    return _first_at(MILESTONE, judged) * further


def _first_at(quality: float, judged: Sequence[tuple[float, float]]) -> float:
    """The step at which a quality was first reached, between two judgements in proportion; infinite if never."""
    for (step, before), (next_step, after) in pairwise(judged):
        if after >= quality:
            share = (quality - before) / (after - before) if after > before else 1.0
            return step + (next_step - step) * share
    return math.inf


def _seconds_a_step(points: Points) -> float:
    first, last = points[0], points[-1]
    if last["step"] == first["step"]:  # one call was all
        return last["seconds"] / last["step"]
    return (last["seconds"] - first["seconds"]) / (last["step"] - first["step"])
