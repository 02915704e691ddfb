"""Trainings: what may be asked of one. What one shows is in `trainings.py`."""

from typing import Annotated, Literal, Self, get_args

from pydantic import ConfigDict, Field, ModelWrapValidatorHandler, model_validator

from maskeraid_api.schemas.hyperparameters import KNOWN_HYPERPARAMETERS, MOST_STEPS, Architecture, Hyperparameters
from maskeraid_api.schemas.jobs import TrainingNotifyChoice
from maskeraid_api.schemas.parts import Body, DatasetId, DatasetIdOrAll, LabelledBody, ModelId, Name, TrainingId, Where
from maskeraid_api.schemas.reimaging_requests import Colours, DataUrl, ImageChoice, Version
from maskeraid_api.schemas.training_kinds import KINDS, check_kind
from maskeraid_core.documents.selectors import SelectorSpec
from maskeraid_core.errors import UnknownField

Preset = Literal["quick", "thesis", "best"]
PRESETS = get_args(Preset)
LARGEST_SEED = 2**31 - 1
SELECTOR_NAME = SelectorSpec.model_fields["name"].default
FEW_IMAGES = 100  # below it a training is warned of memorisation


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
            raise UnknownField(f"The request needs attention in {len(rows)} field{'s' * (len(rows) > 1)}.", errors=rows)
