"""What a training is asked for; its state is a job."""

from typing import Any, Literal

from pydantic import Field

from maskeraid_core.documents.datasets import DataPart
from maskeraid_core.documents.document import Part
from maskeraid_core.documents.reimagings import CoveringChoice, ImageSource

FEWEST_IMAGES = 8  # that a model is trained on


class StartFrom(Part):
    """What a training begins with: a model's version, or the checkpoint of a training."""

    model_id: str | None = None
    version: int | None = None
    owner: str | None = None  # the tenant whose model it is
    training_id: str | None = None
    step: int | None = None
    key: str | None = None  # under which this training's own copy of the checkpoint lies
    sha256: str | None = None  # of its state.json
    spec_digest: str | None = None  # of the training that it is of
    data: list[DataPart] = Field(default_factory=list)  # what that learned from, and what it began with, at any depth
    is_whole: bool = False  # whether that is all: not where a part is another tenant's, or was never written down


class Probe(Part):
    """The covered face that is re-imaged at each checkpoint."""

    image: ImageSource
    covering: CoveringChoice = Field(default_factory=CoveringChoice)


class TrainingSpec(Part):
    name: str
    data: list[DataPart]
    architecture: Literal["auto", "thesis", "eigen", "dense", "dcgan", "r3"] = "auto"
    preset: Literal["quick", "thesis", "best"] = "quick"
    hyperparameters: dict[str, Any] = Field(default_factory=dict)
    seed: int = 0
    resolution: int | None = None  # side of the images, pixels; found when the training was accepted
    image_count: int | None = None  # under the filters
    start_from: StartFrom | None = None
    is_promotion: bool = False  # makes a model of `start_from` as it is, without a further step
    probe: Probe | None = None
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
