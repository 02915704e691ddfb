"""Selectors: what the thesis's choosing network learned of a tenant's models; one appears when its training ends."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from maskeraid_core.documents.document import Document, Part
from maskeraid_core.documents.models import ModelFile

MAKES_SELECTOR = "selector"  # the `kind` in the specification of such a training
WEIGHTS_FILE, DESCRIPTION_FILE = "weights.safetensors", "selector.json"  # the files that are the network
FEATURE_FILES = ("features-first.png", "features-last.png")  # they show a face that one of its models learned from


class SelectorSpec(Part):
    """What a training that makes a selector is asked for; which models there are is looked up when it runs."""

    kind: Literal["selector"] = "selector"
    name: str = "Selector"
    seed: int = 0
    dry_run: Literal[False] = False  # a field of every training's
    software: str


class _Considered(Part):
    """A model that was there when the network learned."""

    model_id: str
    version: int  # the latest one then
    name: str


class SelectorMember(_Considered):
    """A model that the network may choose: one output of it."""

    digest: str
    images: int  # of its training faces that the network learned from, or was judged by


class LeftOut(_Considered):
    """A model that the network does not know, and why."""

    reason: str


class Selector(Document):
    """A trained network; it never changes, but that it ends, and that pictures go when whom they may show is erased."""

    tenant: str
    training_id: str
    name: str
    digest: str  # sha256:… over the files that are the network
    models: list[SelectorMember]  # in the order of the network's outputs
    left_out: list[LeftOut] = Field(default_factory=list)
    images: dict[str, int]  # of the parts: training, validation, test
    curves: list[dict[str, float]]
    report: dict[str, Any]
    confusion: list[list[int]]  # a row a true model, a column a chosen one, in the order of `models`
    layers: dict[str, Any]
    stopped: str
    seconds: float
    files: list[ModelFile]
    seed: int
    software: dict[str, str]
    created_at: datetime
    deleted_at: datetime | None = None

    def file(self, name: str) -> ModelFile | None:
        return next((file for file in self.files if file.name == name), None)

    def outdated_by(self, latest: Mapping[str, tuple[int, str]]) -> list[str]:
        """What has changed since among the models that can be used, in sentences; `latest` has version and name."""
        known: dict[str, _Considered] = {one.model_id: one for one in (*self.models, *self.left_out)}
        told = [f"The model {name} has come." for model, (_, name) in latest.items() if model not in known]
        for model, one in known.items():
            if model not in latest:
                told.append(f"The model {one.name} is gone.")
            elif (number := latest[model][0]) != one.version:
                told.append(f"The model {latest[model][1]} has version {number}; its version {one.version} is known.")
        return told


def makes_selector(spec: Mapping[str, Any]) -> bool:
    """Whether a training's specification is that of a selector."""
    return spec.get("kind") == MAKES_SELECTOR
