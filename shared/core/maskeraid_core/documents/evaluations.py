"""What an evaluation is asked for; its state is a job."""

from enum import StrEnum

from maskeraid_core.documents.datasets import DataPart
from maskeraid_core.documents.document import Part


class EvaluationKind(StrEnum):
    """What is measured of a model."""

    SAMPLES = "samples"  # fresh draws, to try it before adopting it
    MEMORISATION = "memorisation"  # whether it shows the faces it learned from
    GUARANTEES = "guarantees"  # what it is sure to draw
    QUALITY = "quality"  # how good it is beside images that it has not seen
    RECOGNITION = "recognition"  # whether its fills help a face recogniser


class EvaluationSpec(Part):
    kind: EvaluationKind
    model_id: str
    version: int
    data: DataPart | None = None  # the images it is compared with
    n: int  # samples
    seed: int = 0
    group_by: str | None = None  # attribute whose values are also judged one by one
    software: str
