"""The part of a model's files that holds its traits."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from maskeraid_faces.face_model import Trait
from maskeraid_faces.tensor_file import Arrays, Shapes

TRAITS_FILE = "traits.safetensors"


class TraitDescription(BaseModel):
    """What `architecture.json` says of one trait."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False, frozen=True)

    attribute: str = Field(max_length=200)
    values: list[Annotated[str, Field(max_length=1000)]] = Field(min_length=2, max_length=64)
    coefficients: int = Field(ge=1, le=4096)
    accuracy: float = Field(ge=0, le=1)


def describe_traits(traits: Sequence[Trait]) -> list[TraitDescription]:
    """For the JSON."""
    return [
        TraitDescription(
            attribute=trait.attribute,
            values=list(trait.values),
            coefficients=len(trait.kernel),
            accuracy=trait.accuracy,
        )
        for trait in traits
    ]


def trait_shapes(traits: Sequence[TraitDescription]) -> Shapes:
    """The arrays that the JSON implies."""
    kernels = {
        f"kernel_{place}": ("F32", (trait.coefficients, len(trait.values))) for place, trait in enumerate(traits)
    }
    return {**kernels, **{f"bias_{place}": ("F32", (len(trait.values),)) for place, trait in enumerate(traits)}}


def trait_arrays(traits: Sequence[Trait]) -> Arrays:
    """The arrays of traits, by name."""
    kernels = {f"kernel_{place}": trait.kernel for place, trait in enumerate(traits)}
    return {**kernels, **{f"bias_{place}": trait.bias for place, trait in enumerate(traits)}}


def traits_from(traits: Sequence[TraitDescription], arrays: Arrays) -> tuple[Trait, ...]:
    """Traits of what the JSON says and of arrays that were checked."""
    return tuple(
        Trait(trait.attribute, tuple(trait.values), arrays[f"kernel_{place}"], arrays[f"bias_{place}"], trait.accuracy)
        for place, trait in enumerate(traits)
    )
