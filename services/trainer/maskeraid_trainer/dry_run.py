"""A dry run: the first seconds of a training's steps and all that follows them, timed, counted, and dropped.

The child's side. It is the real training that is stopped early, so what is wrong with an order is found as well.
"""

import math
import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from pathlib import Path

from maskeraid_core.documents.trainings import Estimate
from maskeraid_core.jobs import Job
from maskeraid_faces.face_model import FaceModel
from maskeraid_faces.images import Images
from maskeraid_faces.model_files import save_model
from maskeraid_faces.training.forecast import Forecast, forecast, is_enough
from maskeraid_faces.training.loop import SAMPLE_STEPS
from maskeraid_faces.training.progress import Plan
from maskeraid_faces.training.settings import Checkpoint, TrainResult, Watch
from maskeraid_trainer.asked import Asked
from maskeraid_trainer.checkpoints import pack_checkpoint
from maskeraid_trainer.judging import Judged
from maskeraid_trainer.memory import peak_bytes
from maskeraid_trainer.model_version import draw_files
from maskeraid_trainer.pictures import draw_sheet
from maskeraid_trainer.reports import Reports
from maskeraid_trainer.settings import TrainerSettings

CHECKPOINTS_KEPT = 2
MEGABYTE = 10**6
START_TIME = 19  # field of /proc/<pid>/stat behind the name, in ticks since the machine started (man 5 proc)

Warnings = Iterator[tuple[str, str]]  # codes, details


class Measuring:
    """The windows of a dry run: what a training would keep is packed as there, and its bytes are counted."""

    def __init__(self, job: Job, plan: Plan, asked: Asked) -> None:
        self.points: list[Mapping[str, float]] = []
        self.sheet_bytes = self.checkpoint_bytes = 0  # of the largest
        self.packing_seconds = 0.0
        self._job, self._plan, self._asked = job, plan, asked

    def watch(self) -> Watch:
        return Watch(self._progress, self._samples, self._checkpoint, self._is_enough, checkpoint_seconds=math.inf)

    def _progress(self, step: int, seconds: float, values: Mapping[str, float]) -> None:
        self.points.append({"step": step, "seconds": seconds, **values})

    def _samples(self, step: int, images: Images) -> None:
        self.sheet_bytes = max(self.sheet_bytes, len(draw_sheet(images)))

    def _checkpoint(self, step: int, arrays: Checkpoint) -> None:
        """Once, when enough was measured."""
        started = time.monotonic()
        files = pack_checkpoint(self._job, step, arrays, {})
        self.checkpoint_bytes = sum(map(len, files.values()))
        self.packing_seconds = time.monotonic() - started

    def _is_enough(self) -> bool:
        return self._asked.to_finish or (bool(self.points) and is_enough(self._plan, self.points))


def report_estimate(
    train: Callable[..., TrainResult],
    judge: Callable[[FaceModel], Judged],
    job: Job,
    plan: Plan,
    reports: Reports,
    settings: TrainerSettings,
    asked: Asked,
) -> None:
    """Measure what a training would take, and report that with what its owner should know before it is ordered."""
    reports.say("phase", phase="measuring")
    measuring = Measuring(job, plan, asked)
    result = train(watch=measuring.watch())
    judge(result.model)
    end = forecast(plan, measuring.points)
    estimate = estimate_of(job, result, measuring, end, settings)
    warnings = chain(warnings_of_plan(plan, end), warnings_of_order(job, estimate, settings), warnings_of_faces(result))
    for code, detail in warnings:
        reports.say("warning", code=code, detail=detail)
    reports.say("outcome", estimate=estimate.model_dump(mode="json"))


def estimate_of(
    job: Job, result: TrainResult, measuring: Measuring, end: Forecast, settings: TrainerSettings
) -> Estimate:
    """The steps by forecast; whatever else a training does was done here, and takes as long then."""
    files = save_model(result.model) | draw_files(result, "")
    checkpoints = int(end.seconds // settings.checkpoint_seconds)
    beside_steps = seconds_alive() - result.seconds - measuring.packing_seconds
    kept = [*map(len, files.values()), measuring.sheet_bytes * sheets(end.steps)]
    kept.append(measuring.checkpoint_bytes * min(checkpoints, CHECKPOINTS_KEPT))
    device, gpu_bytes = gpu()
    return Estimate(
        seconds=round(beside_steps + end.seconds + checkpoints * measuring.packing_seconds, 1),
        steps=end.steps,
        memory_mb=megabytes(peak_bytes(os.getpid())),
        gpu_memory_mb=None if gpu_bytes is None else megabytes(gpu_bytes),
        disk_mb=megabytes(sum(kept)),
        device=device,
        decided_by=end.decided_by,
    )


def warnings_of_plan(plan: Plan, end: Forecast) -> Warnings:
    """How far the estimate of the time can be relied on."""
    limit = f"{plan.max_seconds:,.0f} s of preparation and steps"
    if end.decided_by == "quality":
        yield "quality_decides", f"It ends when it is good enough, after about {end.steps:,} steps or {limit}."
    elif end.decided_by == "time" and plan.judge_every:
        yield "time_decides", f"It ends after {limit}, or sooner when nothing more is gained."
    elif end.decided_by == "time":
        yield "time_decides", f"It ends after {limit}, with about {end.steps:,} of its {plan.steps:,} steps."


def warnings_of_order(job: Job, estimate: Estimate, settings: TrainerSettings) -> Warnings:
    """What stands against the order as it is."""
    allowed = (job.deadline - job.created_at).total_seconds() if job.deadline else math.inf
    if estimate.seconds > allowed:
        yield "deadline_too_short", f"Its deadline is {allowed:,.0f} s; it would take about {estimate.seconds:,.0f} s."
    if settings.blobs_url.startswith("file://"):
        free = shutil.disk_usage(settings.blobs_url.removeprefix("file://")).free
        if megabytes(free) < estimate.disk_mb:
            yield "little_disk", f"{megabytes(free):,} MB are free; it would keep {estimate.disk_mb:,} MB."


def warnings_of_faces(result: TrainResult) -> Warnings:
    """What the model's card would say of its images. Nothing of its quality: it has hardly learned anything."""
    texts: list[str] = result.model.facts["warnings"]  # type: ignore[assignment]
    yield from (("none_held_out", text) for text in texts)


def sheets(steps: int) -> int:
    """How many sheets of samples a training of so many steps draws."""
    return len({steps, *(step for step in SAMPLE_STEPS if step < steps)})


def gpu() -> tuple[str, int | None]:
    """The device that trains, and the most bytes that its GPU has had."""
    import tensorflow as tf

    found = tf.config.list_physical_devices("GPU")
    if not found:
        return "CPU", None
    name = tf.config.experimental.get_device_details(found[0]).get("device_name", "GPU")
    return str(name), int(tf.config.experimental.get_memory_info("GPU:0")["peak"])


def seconds_alive() -> float:
    """Since this process was started, its imports included."""
    ticks = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[START_TIME])
    return time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")


def megabytes(number: int) -> int:
    return math.ceil(number / MEGABYTE)
