"""`architecture.json` of a model's files: a closed set of fields, and the arrays that they imply."""

import json
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError, model_validator

from maskeraid_faces.conditional_files import conditional_files, hidden_widths
from maskeraid_faces.coverings.detector_files import (
    DETECTOR_FILE,
    SECOND_LOOK_FILE,
    detector_shapes,
    second_look_shapes,
)
from maskeraid_faces.errors import BadModelFile
from maskeraid_faces.face_model import FaceModel, TrainedArchitecture
from maskeraid_faces.filling.encoder import ENCODER_FILE, encoder_shapes
from maskeraid_faces.gated_files import gated_files
from maskeraid_faces.images import LARGEST_SIDE, SIDE_STEP, SMALLEST_SIDE
from maskeraid_faces.networks.stages import LINEAR, generator_shapes
from maskeraid_faces.tensor_file import Shapes
from maskeraid_faces.trait_files import TRAITS_FILE, TraitDescription, describe_traits, trait_shapes

ARCHITECTURE_FILE = "architecture.json"
MOST_JSON_BYTES = 2**20
MAY_BE_UNSAID = (
    "has_linear",
    "conditional_widths",
    "conditional_temperature",
    "gated_base",
    "gated_gate",
    "gated_temperature",
    "gated_leads",
    "traits",
    "interval",
    "has_detector",
    "looks_twice",
    "has_encoder",
    "search_limit",
)


class ModelDescription(BaseModel):
    """All of `architecture.json`: every number that decides a shape is bounded."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False, frozen=True)

    format: Literal[1] = 1
    architecture: TrainedArchitecture
    kind: Literal["drawn", "photo"]
    size: int = Field(ge=SMALLEST_SIDE, le=LARGEST_SIDE, multiple_of=SIDE_STEP)
    latent_size: int = Field(ge=1, le=1024)
    widths: list[int] = Field(min_length=1, max_length=8)
    has_linear: bool = False  # models of release 0.1 do not say
    components: int = Field(ge=1, le=4096)
    gan_rank: int = Field(ge=1, le=4096)
    draws: int = Field(ge=1, le=65_536)
    prototypes: int = Field(ge=0, le=256)
    colours: int = Field(ge=0, le=64)
    penalty: float = Field(ge=0)
    noise_grey_levels: float = Field(gt=0, le=255)
    temperature: float = Field(gt=0)
    grey: bool
    conditional_widths: list[int] = Field(default_factory=list, max_length=8)  # hidden, of engine C's generator
    conditional_temperature: float = Field(default=0, ge=0, le=1)
    gated_base: int = Field(default=0, ge=0, le=256)  # channels of engine B's finest maps; 0: there is none
    gated_gate: float = Field(default=0, ge=0, le=1)
    gated_temperature: float = Field(default=0, ge=0, le=1)
    gated_leads: bool = False
    interval: float = Field(default=0, ge=0, le=100)
    has_detector: bool = False
    looks_twice: bool = False
    has_encoder: bool = False
    search_limit: float = Field(default=0, ge=0, le=255)
    traits: list[TraitDescription] = Field(default_factory=list, max_length=64)
    facts: dict[str, JsonValue]

    @model_validator(mode="after")
    def _check_together(self) -> Self:
        if self.gan_rank > self.components:
            raise ValueError("gan_rank exceeds components")
        if not all(1 <= width <= 8192 for width in (*self.widths, *self.conditional_widths)):
            raise ValueError("widths must be 1 to 8192")
        if self.has_encoder and self.architecture == "eigen":
            raise ValueError("eigen has no encoder")
        if any(trait.coefficients > self.components for trait in self.traits):
            raise ValueError("a trait has more coefficients than there are components")
        json.dumps(self.facts, allow_nan=False)  # pydantic lets NaN pass inside JSON values
        return self

    @property
    def pixels(self) -> int:
        """Values of an image."""
        return self.size * self.size * 3


def expected_arrays(description: ModelDescription) -> dict[str, Shapes]:
    """The files of a model, and the arrays that each must hold."""
    d = description
    draws = ("F32", (d.draws, d.gan_rank)) if d.architecture == "eigen" else ("U8", (d.draws, d.pixels))
    basis: dict[str, tuple[str, tuple[int, ...]]] = {
        "mean": ("F32", (d.pixels,)),
        "components": ("F32", (d.components, d.pixels)),
        "deviations": ("F32", (d.components,)),
    }
    lab = {name: ("F32", (d.prototypes, 3)) for name in ("tone", "hair", "eyes")}
    return {
        "weights.safetensors": _generator_shapes(description),
        "basis.safetensors": basis | ({"palette": ("U8", (d.colours, 3))} if d.colours else {}),
        "ridge.safetensors": {"pixel_sigma": ("F32", (d.pixels,))},
        "bank.safetensors": {"latents": ("F32", (d.draws, d.latent_size)), "draws": draws},
        "prototypes.safetensors": {**lab, "share": ("F64", (d.prototypes,))},
        **conditional_files(d.conditional_widths, d.components, d.gan_rank),
        **gated_files(d.size, d.gated_base),
        **({DETECTOR_FILE: detector_shapes()} if d.has_detector else {}),
        **({SECOND_LOOK_FILE: second_look_shapes()} if d.looks_twice else {}),
        **({ENCODER_FILE: encoder_shapes(d.size, d.latent_size)} if d.has_encoder else {}),
        **({TRAITS_FILE: trait_shapes(d.traits)} if d.traits else {}),
    }


def _generator_shapes(description: ModelDescription) -> Shapes:
    d = description
    outputs = d.gan_rank if d.architecture == "eigen" else d.pixels
    try:
        shapes = generator_shapes(d.architecture, d.size, d.latent_size, d.widths, outputs, has_linear=d.has_linear)
    except ValueError as error:
        raise BadModelFile(f"{ARCHITECTURE_FILE}: {error}") from error
    return {name: ("F32", shape) for name, shape in shapes.items()}


def read_description(content: bytes) -> ModelDescription:
    """Raises: BadModelFile, when the JSON is too long or leaves its closed set or its bounds."""
    if len(content) > MOST_JSON_BYTES:
        raise BadModelFile(f"{ARCHITECTURE_FILE} is larger than {MOST_JSON_BYTES} bytes")
    try:
        return ModelDescription.model_validate_json(content)
    except ValidationError as error:
        raise BadModelFile(f"{ARCHITECTURE_FILE} is not of the closed form") from error


def describe(model: FaceModel) -> ModelDescription:
    """Every number of a model that its arrays do not tell by themselves."""
    return ModelDescription(
        architecture=model.architecture,
        kind=model.kind,
        size=model.size,
        latent_size=model.latent_size,
        widths=list(model.widths),
        has_linear=LINEAR in model.generator,
        components=len(model.basis.components),
        gan_rank=model.basis.gan_rank,
        draws=len(model.bank.draws),
        prototypes=len(model.prototypes),
        colours=0 if model.palette is None else len(model.palette),
        penalty=float(model.ridge.penalty),
        noise_grey_levels=float(model.conditioning.noise_grey_levels),
        temperature=float(model.conditioning.temperature),
        grey=model.grey,
        conditional_widths=[] if model.conditional is None else hidden_widths(model.conditional.weights),
        conditional_temperature=0 if model.conditional is None else model.conditional.temperature,
        gated_base=0 if model.gated is None else model.gated.base,
        gated_gate=0 if model.gated is None else model.gated.gate,
        gated_temperature=0 if model.gated is None else model.gated.temperature,
        gated_leads=model.gated is not None and model.gated.leads,
        interval=float(model.ridge.interval),
        has_detector=model.detector is not None,
        looks_twice=model.second_look is not None,
        has_encoder=model.encoder is not None,
        search_limit=float(model.search_limit),
        traits=describe_traits(model.traits),
        facts=json.loads(json.dumps(dict(model.facts))),  # tuples become lists
    )
