"""What a training is asked for; its state is a job."""

from typing import Any, Literal

from pydantic import Field

from maskeraid_core.documents.document import Part


class DataPart(Part):
    """A dataset version, or the part of it that a filter leaves."""

    dataset_id: str
    version: int
    where: list[str] = Field(default_factory=list)


class TrainingSpec(Part):
    name: str
    data: list[DataPart]
    architecture: Literal["auto", "thesis", "eigen", "dense", "dcgan", "r3"] = "auto"
    preset: Literal["quick", "thesis", "best"] = "quick"
    hyperparameters: dict[str, Any] = Field(default_factory=dict)
    seed: int = 0
    resolution: int | None = None  # side of the images, pixels; found when the training was accepted
    image_count: int | None = None  # under the filters
    dry_run: bool = False  # measure what it would take; makes no model
    model_id: str
    software: str


class Estimate(Part):
    """What a training would take, as a dry run measured it on the worker that would train."""

    seconds: float  # from the start on a worker to the model
    steps: int
    memory_mb: int  # the most that its process has at a time
    gpu_memory_mb: int | None  # likewise; None without a GPU
    disk_mb: int  # the most that it keeps at a time: model, sheets, two checkpoints
    device: str
    decided_by: Literal["steps", "quality", "time"]
