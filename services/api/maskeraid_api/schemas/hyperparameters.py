"""Architectures, and the settings of a training that each of them knows."""

from collections.abc import Mapping
from typing import Any, Literal, Self, get_args

from pydantic import Field, field_validator, model_validator

from maskeraid_api.schemas.parts import Body

Architecture = Literal["auto", "thesis", "eigen", "dense", "dcgan", "r3"]
ARCHITECTURES = get_args(Architecture)
MOST_STEPS = 10_000_000


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
