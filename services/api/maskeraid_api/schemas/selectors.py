"""Selectors: the thesis's network that chooses a model for a face, and what it shows of itself."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from maskeraid_api.schemas.models import ModelFileView
from maskeraid_api.schemas.parts import View
from maskeraid_core.documents.selectors import Selector


class SelectorModelView(View):
    """A model that the network may choose: one output of it."""

    model_id: str
    version: int = Field(description="The version whose training faces it learned.", examples=[1])
    name: str
    digest: str
    images: int = Field(description="Of its training faces that the network learned from or was judged by.")


class LeftOutView(View):
    """A model that the network does not know."""

    model_id: str
    version: int
    name: str
    reason: str = Field(description="Why not.", examples=["Its training faces are another account's."])


class SplitView(View):
    """How many faces it learned from, was stopped by, and was judged by."""

    training: int
    validation: int
    test: int


class EpochView(View):
    """A point of the curves."""

    epoch: int
    seconds: float
    loss: float
    accuracy: float
    validation_loss: float
    validation_accuracy: float


class ReportRowView(View):
    """One line of a classification report; shares are 0 to 1."""

    precision: float
    recall: float
    f1: float
    images: int


class ReportView(View):
    """How well it tells the models apart, by faces that it has not seen."""

    accuracy: float
    models: dict[str, ReportRowView] = Field(
        description="By the model's id.",
        examples=[{"mdl_01KADNQ9NH5KMKB59KYA35S2FP": {"precision": 1.0, "recall": 1.0, "f1": 1.0, "images": 25}}],
    )
    mean: ReportRowView = Field(description="Every model counts the same.")
    weighted: ReportRowView = Field(description="Every face counts the same.")


class SelectorView(View):
    """The thesis's network, trained on the faces of your models."""

    object: Literal["selector"] = "selector"
    id: str
    training_id: str
    name: str
    digest: str
    is_current: bool = Field(description="Whether `current` leads to it: the newest one chooses.")
    is_stale: bool = Field(description="Whether your models have changed since it learned.")
    stale_because: list[str] = Field(description="What has changed, in sentences.")
    models: list[SelectorModelView] = Field(description="In the order of its outputs.", examples=[[]])
    left_out: list[LeftOutView] = Field(description="Models that it does not know.")
    images: SplitView
    curves: list[EpochView] = Field(description="A point an epoch; `curves.png` shows them.")
    report: ReportView
    confusion: list[list[int]] = Field(
        description="A row a true model, a column a chosen one, in the order of `models`.",
        examples=[[[25, 0], [1, 24]]],
    )
    layers: dict[str, Any]
    stopped: str = Field(description="`learned`, `plateau`, `epochs`, `time`, or `asked`.", examples=["learned"])
    seconds: float = Field(description="How long it was trained.", examples=[62.4])
    seed: int
    software: dict[str, str] = Field(
        description="Versions of what decided the weights.", examples=[{"maskeraid": "1.0.0", "keras": "3.15.0"}]
    )
    files: list[ModelFileView]
    created_at: datetime

    @classmethod
    def of(cls, selector: Selector, *, is_current: bool, stale_because: Sequence[str]) -> "SelectorView":
        own = f"/v1/selectors/{selector.id}"
        files = [
            ModelFileView(
                name=file.name, bytes=file.bytes, digest=f"sha256:{file.sha256}", media_type=file.media_type,
                url=f"{own}/files/{file.name}",
            )
            for file in selector.files
        ]  # fmt: skip
        fields = selector.model_dump(exclude={"tenant", "files", "deleted_at"})
        return cls(
            **fields, files=files, is_current=is_current, is_stale=bool(stale_because),
            stale_because=list(stale_because),
        )  # fmt: skip
