"""Trainings: what one shows. What may be asked of one is in `training_requests.py`."""

from typing import Any, Literal

from pydantic import Field

from maskeraid_api.estimates import Wait
from maskeraid_api.schemas.hyperparameters import Architecture
from maskeraid_api.schemas.jobs import JobFields, shared_fields
from maskeraid_api.schemas.parts import ModelReference, View
from maskeraid_api.schemas.training_requests import Preset
from maskeraid_core.documents.datasets import DataPart
from maskeraid_core.documents.selectors import SelectorSpec, makes_selector
from maskeraid_core.documents.trainings import Estimate, TrainingSpec
from maskeraid_core.ids import twin_id
from maskeraid_core.jobs import Job, JobStatus


class EstimateView(View):
    """What a training would take, as it was measured on the worker that would train."""

    seconds: float = Field(description="From its start on a worker to the model.", examples=[62.4])
    steps: int = Field(description="Of the training.", examples=[6500])
    decided_by: Literal["steps", "quality", "time"] = Field(description="What ends it.")
    memory_mb: int = Field(description="The most that its process has at a time, in millions of bytes.", examples=[900])
    gpu_memory_mb: int | None = Field(description="Likewise of the GPU; null without one.", examples=[900])
    disk_mb: int = Field(description="The most that it keeps at a time: model, sheets, checkpoints.", examples=[210])
    device: str = Field(description="What it is trained on.", examples=["CPU"])
    queue_position: int | None = Field(description="The place of one that is ordered now; 1 is next.", examples=[1])
    measured: Literal[True] = Field(default=True, description="By steps that were made.")

    @classmethod
    def of(cls, job: Job, wait: Wait | None) -> "EstimateView | None":
        """None unless a dry run has ended well."""
        if job.result is None or "estimate" not in job.result:
            return None
        estimate = Estimate.model_validate(job.result["estimate"])
        return cls(**estimate.model_dump(), queue_position=wait.position if wait else None)


class TrainingView(JobFields):
    """The job that makes a model."""

    object: Literal["training"] = "training"
    name: str
    data: list[DataPart]
    architecture: Architecture
    preset: Preset
    hyperparameters: dict[str, Any]
    seed: int
    start_from: dict[str, str | int] | None = Field(description="What the networks began with; null when afresh.")
    is_promotion: bool = Field(description="Whether it makes a model of a checkpoint, without a further step.")
    has_probe: bool = Field(description="Whether a face is re-imaged at each checkpoint.")
    resolution: int | None = Field(description="Side of the images, pixels.")
    image_count: int | None
    latest_metrics: dict[str, float]
    result: dict[str, Any] | None
    model_id: str | None = Field(description="The model that gets a further version; null: it makes a new one.")
    model: ModelReference | None = Field(description="Once the training has succeeded.")
    makes: Literal["model", "selector"] = Field(default="model", description="What comes of it.")
    selector_id: str | None = Field(
        default=None, description="Of the selector that it has made.", examples=["sel_01KADNQ9NH5KMKB59KYA35S2FP"]
    )
    dry_run: bool
    estimate: EstimateView | None = Field(description="Of a dry run that has succeeded.")

    @classmethod
    def of(cls, job: Job, wait: Wait | None = None) -> "TrainingView":
        """`wait` is that of the job, or of the same order made now when a dry run has ended."""
        if makes_selector(job.spec):
            return cls._of_selector(job, wait)
        spec = TrainingSpec.model_validate(job.spec)
        result = job.result or {}
        model = None
        if job.status is JobStatus.SUCCEEDED and "version" in result:  # a further one gets its number a moment later
            model = ModelReference(model_id=spec.model_id, version=result["version"])
        fields = shared_fields(job, None if job.status.is_terminal else wait)
        fields["urls"] |= {name: f"/v1/trainings/{job.id}/{name}" for name in ("metrics", "checkpoints")}
        if model:
            fields["urls"]["model"] = f"/v1/models/{model.model_id}"
        return cls(
            **fields, **spec.model_dump(exclude={"model_id", "software", "start_from", "probe"}),
            start_from=origin_of(spec), has_probe=spec.probe is not None, latest_metrics=job.latest_metrics,
            result=None if spec.dry_run else job.result, model=model, estimate=EstimateView.of(job, wait),
            model_id=spec.model_id if spec.model_id != twin_id("mdl", job.id) else None,
        )  # fmt: skip

    @classmethod
    def _of_selector(cls, job: Job, wait: Wait | None) -> "TrainingView":
        """The thesis's network, which has no settings; what it learns from is looked up when it runs."""
        spec = SelectorSpec.model_validate(job.spec)
        fields = shared_fields(job, wait)
        fields["urls"] |= {"metrics": f"/v1/trainings/{job.id}/metrics"}
        selector_id = (job.result or {}).get("selector_id")
        if selector_id:
            fields["urls"]["selector"] = f"/v1/selectors/{selector_id}"
        return cls(
            **fields, name=spec.name, seed=spec.seed, data=[], architecture="thesis", preset="thesis",
            hyperparameters={}, start_from=None, is_promotion=False, has_probe=False, resolution=None,
            image_count=None, latest_metrics=job.latest_metrics, result=job.result, model_id=None, model=None,
            makes="selector", selector_id=selector_id, dry_run=False, estimate=None,
        )  # fmt: skip


def origin_of(spec: TrainingSpec) -> dict[str, str | int] | None:
    """What a training begins with, without what is ours: where a copy lies, and whose the model is."""
    if spec.start_from is None:
        return None
    shown = {"model_id", "version", "training_id", "step"}
    return spec.start_from.model_dump(include=shown, exclude_none=True)


class MetricPoint(View):
    """A point of the curves."""

    step: float
    seconds: float | None
    values: dict[str, float]


class MetricsView(View):
    """The curves of a training, thinned by the server."""

    object: Literal["metrics"] = "metrics"
    training_id: str
    names: list[str]
    total_points: int
    points: list[MetricPoint]
