"""What resources share: the client, and lists that read page after page."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from maskeraid.objects import ApiObject

if TYPE_CHECKING:
    from maskeraid.client import Client

ObjectT = TypeVar("ObjectT", bound=ApiObject)
PAGE = 100


class Resource(Generic[ObjectT]):
    """One kind of object under one path."""

    path: str
    kind: type[ObjectT]

    def __init__(self, client: "Client") -> None:
        self._client = client

    def get(self, object_id: str) -> ObjectT:
        return self.kind.of(self._client.get_json(f"{self.path}/{object_id}"), self._client)

    def list(self, **query: Any) -> Iterator[ObjectT]:  # noqa: ANN401 query values are of any plain type
        """Every object, newest first, fetched a page at a time."""
        after: str | None = None
        while True:
            page = self._client.get_json(self.path, **{"limit": PAGE, "after": after, **query})
            yield from (self.kind.of(row, self._client) for row in page["data"])
            if not page["has_more"]:
                return
            after = page["last_id"]

    def delete(self, object_id: str) -> None:
        self._client.request("DELETE", f"{self.path}/{object_id}")

    def _create(self, **body: Any) -> ObjectT:  # noqa: ANN401
        return self.kind.of(self._client.post_json(self.path, body), self._client)
