"""Datasets, what goes into them, and what is in them."""

import base64
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from maskeraid.objects import Dataset, Image, Import
from maskeraid.resources.resource import Resource

SMALL_UPLOAD_BYTES = 64 * 2**20
HASH_CHUNK = 1 << 20


class Datasets(Resource[Dataset]):
    path, kind = "/v1/datasets", Dataset

    def create(self, name: str, *, role: str = "train", **facts: Any) -> Dataset:  # noqa: ANN401 fields of the API
        """A new, empty dataset; `role` is `train` or `test`."""
        return self._create(name=name, role=role, **facts)


class Imports(Resource[Import]):
    path, kind = "/v1/imports", Import

    def generate(self, dataset_id: str, drawn_set: str) -> Import:
        """Fill a dataset with drawn faces: `faces-light`, `faces-test`, …"""
        return self._create(dataset_id=dataset_id, source={"type": "generator", "set": drawn_set})

    def upload(self, dataset_id: str, file: str | Path) -> Import:
        """Import a zip with images and a manifest; large files go in parts."""
        file = Path(file)
        if file.stat().st_size > SMALL_UPLOAD_BYTES:
            upload_id = self._send_in_parts(file)
            return self._create(dataset_id=dataset_id, source={"type": "upload", "upload_id": upload_id})
        with file.open("rb") as stream:
            answer = self._client.request(
                "POST", self.path, data={"dataset_id": dataset_id}, files={"files": (file.name, stream)}
            )
        return Import.of(answer.json(), self._client)

    def _send_in_parts(self, file: Path) -> str:
        """Announce, send every missing part, complete; the upload's id."""
        body = {"file_name": file.name, "bytes": file.stat().st_size, "sha256": _sha256(file)}
        upload = self._client.post_json("/v1/uploads", body)
        with file.open("rb") as stream:
            for number in upload["missing_parts"]:
                stream.seek((number - 1) * upload["part_bytes"])
                part = stream.read(upload["part_bytes"])
                path = f"/v1/uploads/{upload['id']}/parts/{number}"
                self._client.request("PUT", path, content=part, headers={"Content-Digest": content_digest(part)})
        self._client.post_json(f"/v1/uploads/{upload['id']}/complete", {})
        return str(upload["id"])


class Images(Resource[Image]):
    path, kind = "/v1/images", Image

    def of_dataset(
        self, dataset_id: str, *, where: Sequence[str] = (), limit: int = 100, offset: int = 0
    ) -> list[Image]:
        """One page of a dataset's images; `where` holds conditions like `mouth:2`."""
        query = {"dataset_id": dataset_id, "where": list(where), "limit": limit, "offset": offset}
        page = self._client.get_json(self.path, **query)
        return [Image.of(row, self._client) for row in page["data"]]

    def content(self, image_id: str) -> bytes:
        """The stored PNG."""
        return self._client.get_bytes(f"{self.path}/{image_id}/content")


def content_digest(data: bytes) -> str:
    """The value of `Content-Digest` (RFC 9530)."""
    return f"sha-256=:{base64.b64encode(hashlib.sha256(data).digest()).decode()}:"


def _sha256(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        while chunk := stream.read(HASH_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
