"""Re-imagings: what may be asked of one, or said of its result. What one shows is in `reimagings.py`."""

import re
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import (
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
    model_validator,
)

from maskeraid_api.schemas.coverings import MOST_GROWN, WIDEST_FEATHER
from maskeraid_api.schemas.jobs import NotifyChoice
from maskeraid_api.schemas.parts import (
    AttributeName,
    Body,
    CoveringId,
    ImageId,
    LabelledBody,
    ModelId,
    Note,
    ReimagingId,
    Stars,
    Text,
    whole,
)
from maskeraid_core.documents.ratings import ResultRating
from maskeraid_core.documents.reimagings import MOST_CANDIDATES

Engine = Literal["auto", "R", "A", "B", "C"]
ENGINES = ("auto", "R", "A", "B", "C")
IMAGE_BYTES = 25 * 2**20
DATA_URL_CHARACTERS = 1_400_000  # 1 MB in base64, with its head
_PICTURE = "(?:iVBORw0K|/9j/|UklG)"  # how PNG, JPEG, and WebP begin, in base64
_BASE64 = f"{_PICTURE}(?:[A-Za-z0-9+/]{{4}})*(?:[A-Za-z0-9+/]{{2}}==|[A-Za-z0-9+/]{{3}}=)?"
DATA_URL = re.compile(rf"^data:image/(?:png|jpeg|webp);base64,({_BASE64})$")
MOST_WANTED = 16
MOST_FACES = 1024  # as many find room where they are looked for: 640 x 640 pixels, 20 x 20 the smallest
MOST_DAYS = 3650
BESIDE_REUSE = frozenset(
    {
        "reuse",
        "smoothing",
        "tone_match",
        "metadata",
        "client_reference_id",
        "notify",
        "purpose",
        "case_reference",
        "retention_days",
    }
)

Channel = Annotated[int, Field(ge=0, le=255), BeforeValidator(whole)]
Colours = Annotated[list[Annotated[tuple[Channel, Channel, Channel], Field(strict=False)]], Field(max_length=8)]
Value = Annotated[str, StringConstraints(min_length=1, max_length=200)]
DataUrl = Annotated[str, StringConstraints(max_length=DATA_URL_CHARACTERS, pattern=DATA_URL.pattern)]
Version = Annotated[int, Field(ge=1)] | Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]


def _only(one: str, other: str) -> dict[str, Any]:
    """JSON Schema's words for: this one, and not the other."""
    return {"required": [one], "properties": {one: {"type": "string"}, other: {"type": "null"}}}


class ImageChoice(Body):
    """Exactly one of the two; a file goes as the multipart part `image` instead."""

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [_only("image_id", "data_url"), _only("data_url", "image_id")]}
    )

    image_id: ImageId | None = None
    data_url: DataUrl | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> "ImageChoice":
        if (self.image_id is None) == (self.data_url is None):
            raise ValueError("give exactly one of image_id and data_url")
        return self


TOLERANCE = 24  # grey levels
# JSON Schema's words for: `learned`, also where nothing is said, does not look at colours and their tolerance.
_UNSAID: dict[str, Any] = {"type": "null"}
_BY_COLOUR: dict[str, Any] = {"required": ["method"], "properties": {"method": {"const": "colour"}}}
_BY_NAMED_COLOURS: dict[str, Any] = {
    "required": ["colours"],
    "properties": {"method": _UNSAID, "colours": {"type": "array", "minItems": 1}},
}
_BY_DEFAULT: dict[str, Any] = {
    "properties": {"method": _UNSAID, "colours": {"type": "array", "maxItems": 0}, "tolerance": {"const": TOLERANCE}}
}
_BY_NETWORK: dict[str, Any] = {
    "required": ["method"],
    "properties": {"method": {"const": "learned"}, "colours": {"type": "array", "maxItems": 0}},
    "propertyNames": {"enum": ["clean", "colours", "covering_id", "feather", "grow", "method"]},
}


class CoveringOptions(Body):
    """How the covering is found. A map always wins: the multipart part `covering`, or a stored one, `covering_id`."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [_BY_COLOUR, _BY_NAMED_COLOURS, _BY_DEFAULT, _BY_NETWORK]})

    method: Literal["learned", "colour"] | None = Field(
        default=None, description="`colour` where colours are given, else `learned`, when absent."
    )
    colours: Colours = Field(
        default_factory=list,
        description="What is covered, for the method `colour`; without any it guesses: a flat colour that no model's "
        "faces have there.",
    )
    tolerance: int = Field(
        default=TOLERANCE, ge=0, le=255,
        description="How far a channel may be off, for the method `colour`; alone it says nothing.",
    )  # fmt: skip
    clean: bool = Field(default=False, description="Drop specks and fill holes below 0.5 % of the area, then grow.")
    grow: int | None = Field(
        default=None,
        ge=0,
        le=MOST_GROWN,
        description="Pixels; when absent by the image's size, of a map as that was sent: 0, or its own `grow`.",
    )
    feather: int | None = Field(
        default=None, ge=0, le=WIDEST_FEATHER,
        description="Pixels inside the rim over which the filling fades into the nearest visible colours; no visible "
        "pixel changes. When absent 0, or the stored covering's own.",
    )  # fmt: skip
    covering_id: CoveringId | None = Field(default=None, description="A stored map; it wins over every method.")

    @field_validator("colours", "tolerance")
    @classmethod
    def _of_method_colour(cls, value: Any, found: ValidationInfo) -> Any:  # noqa: ANN401 a list or a number
        if found.data.get("method") == "learned" and value != []:
            raise ValueError("the method `learned` does not look at it: leave it out, or ask for the method `colour`")
        return value

    @field_validator("tolerance")
    @classmethod
    def _of_some_colours(cls, value: int, found: ValidationInfo) -> int:
        """The default says no more than its absence: clients that write every field send it."""
        if value != TOLERANCE and found.data.get("method", ...) is None and found.data.get("colours", ...) == []:
            raise ValueError(
                "it is of colours: name some in `colours`, ask for the method `colour`, which guesses one, or leave it "
                "out"
            )
        return value


class ModelOption(Body):
    """A model, in place of the one that Selection would choose."""

    model_id: ModelId
    version: Version = Field(default="latest", description="A number, `latest`, or an alias.")


class Smoothing(Body):
    """The palette to which a drawn face is brought."""

    k: int | None = Field(
        default=None, ge=0, le=64,
        description="Colours of the palette; 0 switches the smoothing off; by the model when absent.",
    )  # fmt: skip


# JSON Schema's words for: no face is chosen where none is looked for, and no network chooses a model that is named.
_NO_FACE_UNSOUGHT: dict[str, Any] = {
    "anyOf": [{"properties": {"detect_faces": {"enum": [True, None]}}}, {"properties": {"face": {"type": "null"}}}]
}
_ONE_CHOICE: dict[str, Any] = {
    "anyOf": [{"properties": {"model": {"type": "null"}}}, {"properties": {"selector": {"const": "attributes"}}}]
}
IN_AGREEMENT: dict[str, Any] = {"allOf": [_NO_FACE_UNSOUGHT, _ONE_CHOICE]}


class ReimagingOptions(LabelledBody):
    """How the covered part is filled."""

    model_config = ConfigDict(json_schema_extra=IN_AGREEMENT)

    covering: CoveringOptions = Field(default_factory=CoveringOptions)
    detect_faces: bool | None = Field(
        default=None, description="Whether it is a photograph; when absent, if not square or above 256 pixels a side."
    )
    face: int | None = Field(
        default=None,
        ge=0,
        lt=MOST_FACES,
        examples=[1],
        description="Of several in a photograph, from the left, from 0.",
    )
    model: ModelOption | None = Field(default=None, description="Null means Selection.")
    selector: Literal["attributes", "cnn"] = Field(
        default="attributes", description="What chooses the model: colours of skin, hair, and eyes; or `cnn`, the "
        "thesis's network, as your newest selector has learned it. Not beside a `model`, which is the choice.",
    )  # fmt: skip
    until: Literal["covering", "selection", "final"] = "final"
    engine: Engine = "auto"
    pick: Literal["spread", "sample", "random"] = "spread"
    candidates: int = Field(
        default=8, ge=1, le=MOST_CANDIDATES,
        description="How many versions of the face are drawn. Of a large picture fewer fit into one result, of 2,048 "
        "pixels a side 13: the job then fails with `bad_settings` and says how many do.",
    )  # fmt: skip
    attributes: Annotated[
        dict[AttributeName, Value], Field(max_length=MOST_WANTED, json_schema_extra={"additionalProperties": False})
    ] = Field(default_factory=dict)
    smoothing: Smoothing = Field(default_factory=Smoothing)
    tone_match: Literal["auto", "off"] = "auto"
    seed: int | None = Field(default=None, ge=0, le=2**31 - 1, description="Drawn when absent, and then shown.")
    explain: bool = Field(
        default=False, description="Whether it shows which pixels drove the choice (`why.png`), what both ways of "
        "choosing say, and the feature maps of your selector, if you have one; two seconds more with one.",
    )  # fmt: skip
    purpose: Text | None = None
    case_reference: Text | None = None
    retention_days: int | None = Field(
        default=None, ge=0, le=MOST_DAYS, examples=[30],
        description="How long after its end it is kept with its pictures; as the service keeps them when absent.",
    )  # fmt: skip
    notify: NotifyChoice = Field(default_factory=NotifyChoice)

    @field_validator("face")
    @classmethod
    def _of_a_photograph(cls, value: int | None, found: ValidationInfo) -> int | None:
        if value is not None and found.data.get("detect_faces") is False:
            raise ValueError("no face is looked for, as `detect_faces` is false: leave one of the two out")
        return value

    @field_validator("selector")
    @classmethod
    def _where_no_model_is_named(cls, value: str, found: ValidationInfo) -> str:
        if value == "cnn" and found.data.get("model") is not None:
            raise ValueError("it chooses nothing, as `model` is named: leave one of the two out")
        return value


class ReuseOption(Body):
    """An earlier re-imaging whose drawn faces are smoothed and blended anew: milliseconds, and no new drawing."""

    reimaging_id: ReimagingId
    candidate: int | None = Field(default=None, ge=0, lt=MOST_CANDIDATES, description="By its index; null means all.")


_WITH_IMAGE: dict[str, Any] = {
    "required": ["image"],
    "properties": {"image": {"type": "object"}, "reuse": {"type": "null"}},
}
_WITH_REUSE: dict[str, Any] = {
    "required": ["reuse"],
    "properties": {"reuse": {"type": "object"}},
    "propertyNames": {"enum": sorted(BESIDE_REUSE)},
}


class ReimagingRequest(ReimagingOptions):
    """The covered part of a face to be filled, or the faces of an earlier re-imaging to be finished otherwise.

    With `reuse`, of the other options `smoothing`, `tone_match`, and those that only label the job may stand beside it.
    """

    model_config = ConfigDict(json_schema_extra={**IN_AGREEMENT, "oneOf": [_WITH_IMAGE, _WITH_REUSE]})

    image: ImageChoice | None = None
    reuse: ReuseOption | None = None

    @model_validator(mode="after")
    def _image_or_reuse(self) -> "ReimagingRequest":
        if (self.image is None) == (self.reuse is None):
            raise ValueError("give exactly one of image and reuse")
        if self.reuse and (other := self.model_fields_set - BESIDE_REUSE):
            raise ValueError(f"{', '.join(sorted(other))}: that is as the earlier re-imaging had it; leave it out")
        return self


class ResultRatingRequest(Body):
    """What you think of a result: only you can say how well it serves you. Shown to your account alone."""

    stars: Stars
    note: Note | None = None

    def to_document(self, at: datetime) -> ResultRating:
        return ResultRating(stars=self.stars, note=self.note, rated_at=at)
