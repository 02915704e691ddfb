"""A training's curves, from its `job.metric` events."""

from typing import Any

from maskeraid_api.schemas.trainings import MetricPoint, MetricsView
from maskeraid_core.jobs import Job
from maskeraid_core.repositories.events import EventRepository

PIECE = 500  # events read at once


async def curves_of(events: EventRepository, job: Job, wanted: set[str] | None, max_points: int) -> MetricsView:
    """All points of the newest attempt at each step, thinned; `wanted` None means every metric."""
    by_step = await _points(events, job.id)
    points = [_point(raw, wanted) for _, raw in sorted(by_step.items())]
    points = [point for point in points if point.values]
    names = sorted({name for point in points for name in point.values})
    return MetricsView(training_id=job.id, names=names, total_points=len(points), points=thin(points, max_points))


async def _points(events: EventRepository, job_id: str) -> dict[float, dict[str, Any]]:
    """A resumed training tells steps again: the later word holds."""
    by_step: dict[float, dict[str, Any]] = {}
    seen = 0
    while found := await events.after(job_id, seen, PIECE, types=("job.metric",)):
        for event in found:
            by_step |= {float(point["step"]): point for point in event.data.get("points", [])}
        seen = found[-1].seq
    return by_step


def _point(raw: dict[str, Any], wanted: set[str] | None) -> MetricPoint:
    values = {
        name: float(value)
        for name, value in raw.items()
        if name not in ("step", "seconds") and isinstance(value, int | float) and (wanted is None or name in wanted)
    }
    return MetricPoint(step=raw["step"], seconds=raw.get("seconds"), values=values)


def thin(points: list[MetricPoint], most: int) -> list[MetricPoint]:
    """At most so many points, evenly chosen, with the first and the last."""
    if len(points) <= most:
        return points
    stride = (len(points) - 1) / (most - 1)
    return [points[round(place * stride)] for place in range(most)]
