"""Evaluations: what may be measured of a model, and what is shown of it."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from maskeraid_api.estimates import Wait
from maskeraid_api.schemas.jobs import JobFields, NotifyChoice, shared_fields
from maskeraid_api.schemas.parts import AttributeName, LabelledBody, ModelReference
from maskeraid_api.schemas.reimaging_requests import ModelOption
from maskeraid_api.schemas.training_requests import LARGEST_SEED, DataChoice
from maskeraid_core.documents.datasets import IDENTITIES, DataPart
from maskeraid_core.documents.evaluations import EvaluationKind, EvaluationSpec
from maskeraid_core.errors import ValidationFailed
from maskeraid_core.jobs import Job

SAMPLES: Mapping[EvaluationKind, tuple[int, int, int]] = {  # the fewest, the usual number, the most
    EvaluationKind.SAMPLES: (1, 25, 256),
    EvaluationKind.MEMORISATION: (1000, 1000, 4096),
    EvaluationKind.GUARANTEES: (100, 1000, 10_000),
    EvaluationKind.QUALITY: (0, 0, 0),  # as many as there are images
    EvaluationKind.RECOGNITION: (0, 0, 0),  # none: faces of the images are filled
}
BESIDE_IMAGES = frozenset({EvaluationKind.QUALITY, EvaluationKind.RECOGNITION})
FEWEST_TEST_IMAGES = 16
Kind = Annotated[EvaluationKind, Field(strict=False)]


class EvaluationRequest(LabelledBody):
    """Something to be measured of a model's version."""

    kind: Kind = Field(description="What is measured.")
    model: ModelOption = Field(description="Of which model's version.")
    dataset: DataChoice | None = Field(
        default=None,
        description="`quality`: the images it is compared with, which it should not have learned from. `recognition`: "
        f"images with the attribute `{IDENTITIES[0]}`, of eight persons or more and four a person. `memorisation`: "
        "unseen faces instead of those that its training held out; these can accuse a model, but not acquit it.",
    )
    n: int | None = Field(
        default=None, ge=1, le=10_000, examples=[1000],
        description="Samples: 25 of `samples` (at most 256), 1,000 of `memorisation` (1,000 to 4,096) and of "
        "`guarantees` (100 to 10,000); of `quality` as many as there are images, of `recognition` none.",
    )  # fmt: skip
    seed: int = Field(default=0, ge=0, le=LARGEST_SEED, description="The same seed, the same samples.")
    group_by: AttributeName | None = Field(
        default=None,
        description="`quality`: also for each value of this attribute, the worst shown.",
        examples=["tone"],
    )
    notify: NotifyChoice = Field(default_factory=NotifyChoice)

    def check(self) -> int:
        """How many samples are drawn; raises ValidationFailed for what does not go together."""
        if self.dataset is None and self.kind in BESIDE_IMAGES:
            raise ValidationFailed(f"`{self.kind}` needs a dataset to compare with.", pointer="/dataset")
        if self.dataset is not None and self.kind in (EvaluationKind.SAMPLES, EvaluationKind.GUARANTEES):
            raise ValidationFailed(f"`{self.kind}` takes no dataset.", pointer="/dataset")
        if self.group_by is not None and self.kind is not EvaluationKind.QUALITY:
            raise ValidationFailed("Only `quality` is measured by group.", pointer="/group_by")
        if self.group_by in IDENTITIES:
            raise ValidationFailed("A person is no group: choose an attribute that several share.", pointer="/group_by")
        fewest, usual, most = SAMPLES[self.kind]
        if self.n is None:
            return usual
        if most == 0:
            raise ValidationFailed(f"`{self.kind}` takes no number of samples: the images decide.", pointer="/n")
        if not fewest <= self.n <= most:
            raise ValidationFailed(f"`{self.kind}` takes {fewest} to {most} samples.", pointer="/n")
        return self.n


class EvaluationView(JobFields):
    """The job that measures something of a model."""

    object: Literal["evaluation"] = "evaluation"
    measures: EvaluationKind = Field(description="What is measured: the `kind` of the request.")
    model: ModelReference = Field(description="The version that is measured.")
    dataset: DataPart | None = Field(description="The images that it is compared with.")
    samples: int | None = Field(description="How many are drawn; null: as many as there are images.", examples=[1000])
    seed: int
    group_by: str | None = Field(
        description="The attribute whose values are also judged one by one.", examples=["tone"]
    )
    score: float | None = Field(
        description="Of `quality`: 1 - KID - 0.5 (1 - coverage). Higher is better, 1 at the best.", examples=[0.93]
    )
    result: dict[str, Any] | None = Field(
        description="What was found, by kind.", examples=[{"verdict": "healthy", "near_share": 0.011}]
    )
    files: dict[str, str]

    @classmethod
    def of(cls, job: Job, wait: Wait | None = None) -> "EvaluationView":
        spec = EvaluationSpec.model_validate(job.spec)
        result = job.result
        return cls(
            **shared_fields(job, wait), measures=spec.kind,
            model=ModelReference(model_id=spec.model_id, version=spec.version), dataset=spec.data,
            samples=spec.n or None, seed=spec.seed, group_by=spec.group_by,
            score=result.get("score") if result else None,
            result={name: value for name, value in result.items() if name != "files"} if result else None,
            files={name: f"/v1/evaluations/{job.id}/files/{name}" for name in (result or {}).get("files", {})},
        )  # fmt: skip
