"""Coverings: maps of what is covered, sent or found."""

import json
from typing import Any

from maskeraid.objects import Covering
from maskeraid.resources.contents import Source, name_of, picture_of
from maskeraid.resources.resource import Resource

WAIT_SECONDS = 30


class Coverings(Resource[Covering]):
    path, kind = "/v1/coverings", Covering

    def create(
        self,
        covering_map: Source,
        *,
        wait_seconds: int = WAIT_SECONDS,
        **options: Any,  # noqa: ANN401 options of the API
    ) -> Covering:
        """Send a map, white = covered, and wait for a while until it is read.

        Args:
            covering_map: a PNG, JPEG, or WebP of the image's shape, in any size: a file or its bytes.
            wait_seconds: how long the service may hold the answer back; 0 answers at once.
            options: `name`, `grow`, `feather`, `metadata` … as in the HTTP API.

        Raises: NotUsable for a file that is no picture.
        """
        files = {"map": (name_of(covering_map), picture_of(covering_map)), "options": (None, json.dumps(options))}
        headers = {"Prefer": f"wait={wait_seconds}"} if wait_seconds else {}
        return Covering.of(self._client.request_json("POST", self.path, files=files, headers=headers), self._client)

    def content(self, covering_id: str) -> bytes:
        """The map as a PNG, black and white."""
        return self._client.get_bytes(f"{self.path}/{covering_id}/content")
