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
    architecture: Literal["auto", "thesis", "eigen"] = "auto"
    preset: Literal["quick", "thesis", "best"] = "quick"
    hyperparameters: dict[str, Any] = Field(default_factory=dict)
    seed: int = 0
    resolution: int | None = None  # side of the images, pixels; found when the training was accepted
    image_count: int | None = None  # under the filters
    model_id: str
    software: str
