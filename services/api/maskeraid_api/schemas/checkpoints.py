"""Checkpoints of a training."""

from collections.abc import Container, Iterable
from datetime import datetime
from typing import Literal

from pydantic import Field

from maskeraid_api.schemas.jobs import SAMPLE, SAMPLES_FILE, picture_of, sheet_url
from maskeraid_api.schemas.parts import View
from maskeraid_core.documents.events import JobEvent
from maskeraid_core.jobs import Job

CHECKPOINT = "job.checkpoint"


class CheckpointFile(View):
    """A picture that was drawn at a step."""

    name: str = Field(
        description="`samples.png`: faces drawn from the same noise at every step; `probe.png`: the probe, and how the "
        "model of this step fills it.",
        examples=[SAMPLES_FILE],
    )
    url: str = Field(description="Where it is served.", examples=[sheet_url("trn_01KADNQ9NH5KMKB59KYA35S2FP", 200)])


class CheckpointView(View):
    """A step at which a training's state was kept, or at which its model drew faces."""

    object: Literal["checkpoint"] = Field(default="checkpoint", description="What this is.")
    training_id: str = Field(description="The training.", examples=["trn_01KADNQ9NH5KMKB59KYA35S2FP"])
    step: int = Field(description="The step, counted from 1; what names the checkpoint.", examples=[2000])
    created_at: datetime = Field(description="When the step was reached, the last time.")
    attempt: int = Field(description="The attempt that reached it.", examples=[1])
    is_resumable: bool = Field(description="Whether its state is still kept: the newest two are, until an hour after.")
    files: list[CheckpointFile] = Field(description="What was drawn at this step; often nothing.")


class CheckpointPage(View):
    """One page of checkpoints; `last_id` is the `after` of the next page."""

    object: Literal["list"] = Field(default="list", description="What this is.")
    data: list[CheckpointView] = Field(description="The checkpoints, by their step.")
    has_more: bool = Field(description="Whether another page follows.")
    last_id: int | None = Field(description="The last step of this page.", examples=[2000])


def checkpoints_of(job: Job, events: Iterable[JobEvent], kept: Container[int]) -> list[CheckpointView]:
    """By step, lowest first; what a resumed training told again counts as it was told last.

    `kept` are the steps whose state is still there.
    """
    newest: dict[int, JobEvent] = {}
    drawn: dict[int, list[str]] = {}
    for event in events:
        step = int(event.data["step"])
        newest[step] = event
        if event.type == SAMPLE and picture_of(event) not in drawn.setdefault(step, []):
            drawn[step].append(picture_of(event))
    return [
        CheckpointView(
            training_id=job.id, step=step, created_at=event.at, attempt=event.fence, is_resumable=step in kept,
            files=[CheckpointFile(name=name, url=sheet_url(job.id, step, name)) for name in drawn.get(step, [])],
        )
        for step, event in sorted(newest.items())
    ]  # fmt: skip
