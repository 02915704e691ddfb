"""What all documents share: `_id`, strictness, and the way to and from MongoDB."""

from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field


class Part(BaseModel):
    """A piece of a document."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Document(Part):
    """A document with an identifier of ours."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    id: str = Field(alias="_id")

    @classmethod
    def of(cls, found: dict[str, Any]) -> Self:
        return cls.model_validate(found)

    def to_mongo(self) -> dict[str, Any]:
        return self.model_dump(by_alias=True)
