"""What every object of the service has."""

from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from pydantic import BaseModel, ConfigDict, PrivateAttr

if TYPE_CHECKING:
    from maskeraid.client import Client


class ApiObject(BaseModel):
    """One object of the service, and the client it came from."""

    model_config = ConfigDict(extra="allow")

    id: str = ""
    object: str = ""
    created_at: datetime | None = None
    urls: dict[str, str] = {}
    _client: "Client" = PrivateAttr()

    @classmethod
    def of(cls, data: dict[str, Any], client: "Client") -> Self:
        made = cls.model_validate(data)
        made._client = client
        return made

    def to_dict(self) -> dict[str, Any]:
        """As the service sent it: plain JSON values."""
        return self.model_dump(mode="json", exclude_unset=True)
