"""What all schemas share: strict requests, plain answers, and the fields that clients may set on what they create."""

from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    StringConstraints,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from maskeraid_core.ids import ULID_PATTERN


def whole(value: object) -> object:
    """JSON knows one kind of number: 8.0 is 8."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


class Body(BaseModel):
    """A part of a request: unknown fields are refused, and nothing is guessed: `"5"` is no number."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, strict=True)

    @model_validator(mode="before")
    @classmethod
    def _whole_numbers(cls, given: object) -> object:
        return {name: whole(value) for name, value in given.items()} if isinstance(given, dict) else given


class View(BaseModel):
    """A part of an answer."""

    model_config = ConfigDict(frozen=True)


class DescribedBy:
    """Marks a JSON value that is passed on as it is, byte for byte, and that a schema describes."""

    def __init__(self, schema: type[BaseModel]) -> None:
        self.schema = schema

    def __get_pydantic_json_schema__(self, _: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return handler(self.schema.__pydantic_core_schema__)


def _only_text(value: object) -> object:
    if not isinstance(value, str | datetime):
        raise ValueError("must be a time as text")
    return value


def _only_false(value: object) -> object:
    if value is not False:
        raise ValueError("must be false: this release does not do it")
    return value


def _in_utc(value: datetime) -> datetime:
    """At the edges of time a zone leads out of it."""
    try:
        return value.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("must be a time that exists in UTC") from error


NotYet = Annotated[Literal[False], BeforeValidator(_only_false)]
Time = Annotated[AwareDatetime, Field(strict=False), BeforeValidator(_only_text), AfterValidator(_in_utc)]


def id_pattern(prefix: str) -> str:
    return rf"^{prefix}_{ULID_PATTERN}$"


UNSHOWN = r"\x7f-\x9f\u2028-\u202e\u2066-\u2069"  # further controls, breaks of lines, and what turns the text beside it
ONE_LINE = rf"^[^\x00-\x1f{UNSHOWN}]*$"
LINES = rf"^[^\x00-\x08\x0b-\x1f{UNSHOWN}]*$"
Text = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True, pattern=ONE_LINE)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=100, strip_whitespace=True, pattern=ONE_LINE)]
Note = Annotated[str, StringConstraints(min_length=1, max_length=1000, pattern=LINES)]
Stars = Annotated[int, Field(ge=1, le=5)]
AttributeName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,63}$")]
MetadataKey = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,40}$")]
Metadata = Annotated[
    dict[MetadataKey, Annotated[str, StringConstraints(max_length=500)]],
    Field(max_length=16, description="Yours; echoed as it is.", json_schema_extra={"additionalProperties": False}),
]
Where = Annotated[
    list[Annotated[str, StringConstraints(max_length=300)]],
    Field(max_length=50, description="`attribute:value`, `age:30..40`, or `hair:` for missing."),
]
DatasetId = Annotated[str, StringConstraints(pattern=id_pattern("ds"))]
ALL = "all"  # datasets
DatasetIdOrAll = Annotated[str, StringConstraints(pattern=rf"{id_pattern('ds')}|^{ALL}$")]
UploadId = Annotated[str, StringConstraints(pattern=id_pattern("upl"))]
ModelId = Annotated[str, StringConstraints(pattern=id_pattern("mdl"))]
CoveringId = Annotated[str, StringConstraints(pattern=id_pattern("cov"))]
ReimagingId = Annotated[str, StringConstraints(pattern=id_pattern("rim"))]
BatchId = Annotated[str, StringConstraints(pattern=id_pattern("bat"))]
TrainingId = Annotated[str, StringConstraints(pattern=id_pattern("trn"))]
IMAGE_ID = rf"^img_{ULID_PATTERN}_[0-9]{{6,9}}$"
ImageId = Annotated[str, StringConstraints(pattern=IMAGE_ID)]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class LabelledBody(Body):
    """What a client may write on whatever it creates."""

    metadata: Metadata = Field(default_factory=dict)
    client_reference_id: Text | None = None


class ModelReference(View):
    """A version of a model."""

    model_id: str
    version: int


class Problem(View):
    """What went wrong (RFC 9457)."""

    type: str = Field(description="A page about the problem.")
    title: str
    status: int
    detail: str
    instance: str
    code: str = Field(description="Stable; branch on this.")
    request_id: str
    retryable: bool = Field(description="Whether the same request may succeed later.")
    errors: list[dict[str, str]] = Field(description="A row a field: pointer or parameter, code, detail.")
