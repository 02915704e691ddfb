"""A training's curves, from its `job.metric` events."""

from collections.abc import Sequence
from typing import Any, TypeVar

from maskeraid_api.schemas.trainings import MetricPoint, MetricsView
from maskeraid_core.jobs import Job
from maskeraid_core.repositories.events import EventRepository

Row = TypeVar("Row")


async def curves_of(events: EventRepository, job: Job, wanted: set[str] | None, max_points: int) -> MetricsView:
    """All points of the newest attempt at each step, thinned; `wanted` None means every metric."""
    told = [raw for event in await events.told(job.id, "job.metric") for raw in event.data.get("points", [])]
    by_step = {float(raw["step"]): raw for raw in told}  # a resumed training tells steps again: the later word holds
    rows = [(raw, values) for _, raw in sorted(by_step.items()) if (values := _values(raw, wanted))]
    names = sorted({name for _, values in rows for name in values})
    points = [
        MetricPoint(step=raw["step"], seconds=raw.get("seconds"), values=values)
        for raw, values in thin(rows, max_points)
    ]
    return MetricsView(training_id=job.id, names=names, total_points=len(rows), points=points)


def _values(raw: dict[str, Any], wanted: set[str] | None) -> dict[str, float]:
    """The metrics of a point."""
    return {
        name: float(value)
        for name, value in raw.items()
        if name not in ("step", "seconds") and isinstance(value, int | float) and (wanted is None or name in wanted)
    }


def thin(rows: Sequence[Row], most: int) -> Sequence[Row]:
    """At most so many, evenly chosen, with the first and the last."""
    if len(rows) <= most:
        return rows
    stride = (len(rows) - 1) / (most - 1)
    return [rows[round(place * stride)] for place in range(most)]
