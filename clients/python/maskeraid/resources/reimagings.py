"""Re-imagings: covered faces in, plausible faces out."""

import base64
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from maskeraid.objects import Covering, Reimaging
from maskeraid.resources.resource import Resource, bytes_of

WAIT_SECONDS = 30


class Reimagings(Resource[Reimaging]):
    path, kind = "/v1/reimagings", Reimaging

    def create(
        self,
        image: str | Path | bytes | None = None,
        *,
        image_id: str | None = None,
        covering_map: str | Path | bytes | None = None,
        covering: str | Covering | Mapping[str, Any] | None = None,
        reuse: str | Reimaging | None = None,
        wait_seconds: int = WAIT_SECONDS,
        **options: Any,  # noqa: ANN401 options of the API
    ) -> Reimaging:
        """Ask for the covered part of a face to be filled, and wait for a while.

        Args:
            image: a file or its bytes; or `image_id`, an image of a dataset.
            reuse: an earlier re-imaging, or its id, whose drawn faces are smoothed and blended anew; no image then, and
                of the options `smoothing` and `tone_match` alone.
            covering: a stored covering, or its id; or options of the API, as `{"covering_id": …, "grow": 1}`.
            covering_map: a black and white picture, white = covered; without it the covering is found.
            wait_seconds: how long the service may hold the answer back; 0 answers at once.
            options: `candidates`, `seed`, `model`, `pick`, `smoothing` … as in the HTTP API.
        """
        if covering is not None:
            options["covering"] = _covering_options(covering)
        headers = {"Prefer": f"wait={wait_seconds}"} if wait_seconds else {}
        if reuse is not None:
            earlier = reuse if isinstance(reuse, str) else reuse.id
            body = {"reuse": {"reimaging_id": earlier}, **options}
            made = self._client.request_json("POST", self.path, json=body, headers=headers)
        elif image is None:
            body = {"image": {"image_id": image_id}, **options}
            made = self._client.request_json("POST", self.path, json=body, headers=headers)
        else:
            files: dict[str, Any] = {"image": ("image", bytes_of(image)), "options": (None, json.dumps(options))}
            if covering_map is not None:
                files["covering"] = ("covering.png", bytes_of(covering_map))
            made = self._client.request_json("POST", self.path, files=files, headers=headers)
        return Reimaging.of(made, self._client)


def _covering_options(covering: str | Covering | Mapping[str, Any]) -> dict[str, Any]:
    if isinstance(covering, Mapping):
        return dict(covering)
    return {"covering_id": covering if isinstance(covering, str) else covering.id}


def data_url(source: str | Path | bytes) -> str:
    """A PNG, JPEG, or WebP as it stands in JSON."""
    data = bytes_of(source)
    kind = "jpeg" if data.startswith(b"\xff\xd8") else "webp" if data[8:12] == b"WEBP" else "png"
    return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"
