"""Trainings: what may be asked of one, and what it shows."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import ConfigDict, Field, ModelWrapValidatorHandler, field_validator, model_validator

from maskeraid_api.estimates import Wait
from maskeraid_api.schemas.jobs import JobFields, TrainingNotifyChoice, shared_fields
from maskeraid_api.schemas.parts import (
    Body,
    DatasetId,
    DatasetIdOrAll,
    LabelledBody,
    ModelId,
    ModelReference,
    Name,
    TrainingId,
    View,
    Where,
)
from maskeraid_api.schemas.reimaging_requests import Colours, DataUrl, ImageChoice, Version
from maskeraid_api.schemas.training_kinds import KINDS, check_kind
from maskeraid_core.documents.selectors import SelectorSpec, makes_selector
from maskeraid_core.documents.trainings import DataPart, Estimate, TrainingSpec
from maskeraid_core.errors import UnknownField
from maskeraid_core.ids import twin_id
from maskeraid_core.jobs import Job, JobStatus

Architecture = Literal["auto", "thesis", "eigen", "dense", "dcgan", "r3"]
Preset = Literal["quick", "thesis", "best"]
ARCHITECTURES = get_args(Architecture)
PRESETS = get_args(Preset)
MOST_STEPS = 10_000_000
LARGEST_SEED = 2**31 - 1
SELECTOR_NAME = SelectorSpec.model_fields["name"].default
FEW_IMAGES = 100  # below it a training is warned of memorisation


class Hyperparameters(Body):
    """What the chosen architecture does not decide by itself.

    `loop` and `real_label` are of `thesis` only, `width` is of `dcgan` and `r3`.
    """

    steps: int | None = Field(default=None, ge=1, le=MOST_STEPS, description="`thesis`: exactly; the others: at most.")
    max_steps: int | None = Field(
        default=None, ge=1, le=MOST_STEPS, description="Another name of `steps`; not of `thesis`."
    )
    batch: int | None = Field(default=None, ge=2, le=4096)
    max_seconds: float | None = Field(default=None, gt=0, le=30 * 86400)
    target_quality: float | None = Field(default=None, ge=0, le=1)
    loop: Literal["fused", "plain"] | None = None
    real_label: float | None = Field(
        default=None, ge=0.9, le=1, description="What the discriminator is told of real images: 1 or 0.9."
    )
    learning_rate: float | None = Field(
        default=None,
        ge=1e-6,
        le=0.1,
        examples=[2e-4],
        description="Of Adam, for both networks; when absent 0.001 for `eigen` and for `dense` on "
        "drawn faces, else 0.0002.",
    )
    final_learning_rate: float | None = Field(
        default=None,
        ge=1e-6,
        le=0.1,
        examples=[5e-5],
        description="What `learning_rate` falls to by half a cosine; no higher than it.",
    )
    width: int | None = Field(
        default=None,
        ge=32,
        le=1024,
        description="Channels of the smallest feature map, a power of two; when absent 1024 for `dcgan`, "
        "256 for `r3`, and half of that on a CPU.",
        examples=[512],
    )

    engine_c: bool | None = Field(
        default=None,
        description="Whether a generator that is told what is visible is trained too, of photographs: some two "
        "minutes more; from 300 photographs on when absent.",
    )
    engine_b: bool | None = Field(
        default=None,
        description="Whether a generator that adds to ridge's answer, pixel by pixel, is trained too, of photographs: "
        "some ten minutes on a CPU, where it seldom gains anything; when absent from 300 photographs on, with a "
        "graphics card.",
    )
    detector: bool | None = Field(
        default=None,
        description="Whether the detector of coverings practises on these faces: some two minutes more; when absent "
        "of photographs, from 300 on, else a second look alone is learned in seconds; with false nothing is.",
    )
    asymmetric: bool | None = Field(default=None, description="Whether faces must not be mirrored.")

    @field_validator("real_label")
    @classmethod
    def _check_label(cls, label: float | None) -> float | None:
        if label not in (None, 1.0, 0.9):
            raise ValueError("must be 1 or 0.9")
        return label

    @field_validator("width")
    @classmethod
    def _check_width(cls, width: int | None) -> int | None:
        if width is not None and width.bit_count() != 1:
            raise ValueError("must be a power of two")
        return width

    @model_validator(mode="after")
    def _check_names(self) -> Self:
        if self.steps is not None and self.max_steps is not None:
            raise ValueError("give either steps or max_steps: they are two names of one thing")
        return self

    @model_validator(mode="after")
    def _check_fall(self) -> Self:
        if self.final_learning_rate is not None and self.final_learning_rate > (self.learning_rate or 0):
            raise ValueError("final_learning_rate needs a learning_rate that is no lower")
        return self

    def for_trainer(self) -> dict[str, Any]:
        """What was set, under the names that trainers know."""
        chosen = self.model_dump(exclude_none=True)
        return chosen | ({"steps": chosen.pop("max_steps")} if "max_steps" in chosen else {})


_OF_ALL = frozenset({"steps", "batch", "max_seconds", "learning_rate", "final_learning_rate", "detector"})
_OF_EIGEN = _OF_ALL | {"max_steps", "target_quality", "engine_c", "engine_b", "asymmetric"}
_OF_CONVOLUTIONS = _OF_EIGEN | {"width"}
KNOWN_HYPERPARAMETERS: Mapping[Architecture, frozenset[str]] = {
    "auto": _OF_EIGEN,
    "thesis": _OF_ALL | {"loop", "real_label"},
    "eigen": _OF_EIGEN,
    "dense": _OF_EIGEN,
    "dcgan": _OF_CONVOLUTIONS,
    "r3": _OF_CONVOLUTIONS,
}


class DataChoice(Body):
    """A dataset, or the part of it that a filter leaves."""

    dataset_id: DatasetId
    version: Annotated[int, Field(ge=1)] | Literal["latest"] = "latest"
    where: Where = Field(default_factory=list)


class StartChoice(Body):
    """What the networks begin with: a model's version, or a checkpoint of a training."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [
                {"required": ["model_id"], "properties": {"training_id": {"type": "null"}, "step": {"type": "null"}}},
                {"required": ["training_id", "step"], "properties": {"model_id": {"type": "null"}}},
            ]
        }
    )

    model_id: ModelId | None = None
    version: Version = Field(default="latest", description="Of the model: a number, `latest`, or an alias.")
    training_id: TrainingId | None = None
    step: int | None = Field(default=None, ge=0, le=MOST_STEPS, description="Of a checkpoint that is still kept.")

    @model_validator(mode="after")
    def _one_of_two(self) -> "StartChoice":
        is_checkpoint = self.training_id is not None and self.step is not None
        is_model = self.model_id is not None
        if is_model == is_checkpoint or (is_model and (self.training_id, self.step) != (None, None)):
            raise ValueError("give either model_id, perhaps with a version, or training_id and step")
        return self


class ProbeCovering(Body):
    """Where the probe's covering comes from: a map, else colours, else a flat colour that the model's faces lack."""

    map: DataUrl | None = Field(
        default=None, description="White where covered; of the image's shape in any size, at most 1 MB."
    )
    colours: Colours = Field(default_factory=list)
    tolerance: int = Field(default=24, ge=0, le=255)
    grow: int | None = Field(default=None, ge=0, le=16, description="Pixels; by the image's size when absent.")


class ProbeChoice(ImageChoice):
    """A covered face, by its id in a dataset or inside the JSON."""

    covering: ProbeCovering = Field(default_factory=ProbeCovering)


class TrainingDataChoice(DataChoice):
    """A dataset, or all that you may train on; or the part of them that a filter leaves."""

    dataset_id: DatasetIdOrAll = Field(
        description="A dataset; or `all`: those of the role `train` that have images, in the versions that are the "
        "newest now.", examples=["all"],
    )  # fmt: skip


class TrainingRequest(LabelledBody):
    """A new model from datasets; or, of the kind `selector`, the thesis's network that chooses among your models.

    A selector learns from every training face of every model that you can use, so `data` and what shapes a model are
    left out.
    """

    model_config = ConfigDict(json_schema_extra=KINDS)

    name: Name = Field(default=SELECTOR_NAME, description="Of the model; a selector needs none.")
    model_id: ModelId | None = Field(
        default=None, description="A model of yours that gets a further version; a new model when absent."
    )
    kind: Literal["model", "selector"] = Field(
        default="model", description="`selector`: the thesis's network that chooses among your models."
    )
    data: list[TrainingDataChoice] = Field(
        default_factory=list, max_length=16, description="What a model learns from, one part at least."
    )
    architecture: Architecture = "auto"
    preset: Preset = "quick"
    hyperparameters: Hyperparameters = Field(default_factory=Hyperparameters)
    seed: int | None = Field(default=None, ge=0, le=LARGEST_SEED, description="Drawn when absent, and then shown.")
    start_from: StartChoice | None = None
    probe: ProbeChoice | None = Field(default=None, description="A covered face that is re-imaged at each checkpoint.")
    dry_run: bool = Field(
        default=False, description="Measure what the same order would take on its worker; no model, and no notice."
    )
    notify: TrainingNotifyChoice = Field(default_factory=TrainingNotifyChoice)
    deadline_seconds: float | None = Field(default=None, ge=1, le=90 * 86400)

    @model_validator(mode="wrap")
    @classmethod
    def _as_the_kind_needs(cls, given: object, handler: ModelWrapValidatorHandler[Self]) -> Self:
        return check_kind(cls.__name__, given, handler, cls.model_fields)

    @property
    def effective_architecture(self) -> Architecture:
        """The preset `thesis` means the thesis's networks unless another architecture is named."""
        return "thesis" if self.architecture == "auto" and self.preset == "thesis" else self.architecture

    def check_hyperparameters(self, architecture: Architecture | None = None) -> None:
        """Raise UnknownField for those that the architecture, else the one asked for, does not know."""
        architecture = architecture or self.effective_architecture
        known = KNOWN_HYPERPARAMETERS[architecture]
        detail = f"`{architecture}` knows {', '.join(sorted(known))}"
        strange = sorted(self.hyperparameters.model_fields_set - known)
        rows = [{"pointer": f"/hyperparameters/{name}", "code": "unknown_field", "detail": detail} for name in strange]
        if rows:
            raise UnknownField(f"{len(rows)} field{'s need' if len(rows) > 1 else ' needs'} attention.", errors=rows)


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
