"""Large files, sent in parts."""

import base64
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from maskeraid.errors import ApiError
from maskeraid.objects import Upload
from maskeraid.resources.resource import Resource

ShowParts = Callable[[int, int], None]


def show_nothing(_done: int, _total: int) -> None:
    """For callers who only want the file to be sent."""


class Uploads(Resource[Upload]):
    path, kind = "/v1/uploads", Upload

    def send(self, file: str | Path, show_parts: ShowParts = show_nothing) -> Upload:
        """Announce a file, send what the service lacks of it, and complete it.

        After a break, the same call sends the missing parts only.

        Args:
            file: what is sent.
            show_parts: told how many parts have arrived, of how many.
        """
        file = Path(file)
        upload = self._open(file)
        with file.open("rb") as stream:
            show_parts(upload.part_count - len(upload.missing_parts), upload.part_count)
            while upload.missing_parts:
                upload = self._send_part(upload, upload.missing_parts[0], stream)
                show_parts(upload.part_count - len(upload.missing_parts), upload.part_count)
        return Upload.of(self._client.post_json(f"{self.path}/{upload.id}/complete"), self._client)

    def _open(self, file: Path) -> Upload:
        """The upload of this very file that is under way, else a new one.

        The Idempotency-Key is made of what is announced, so announcing again finds the first announcement.
        """
        with file.open("rb") as stream:
            sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
        facts = {"file_name": file.name, "bytes": file.stat().st_size, "sha256": sha256}
        key = f"upload-{hashlib.sha256(json.dumps(facts).encode()).hexdigest()}"
        announced = self._client.post_json(self.path, facts, key=key)
        return self._still_open(announced["id"]) or self._create(**facts)

    def _still_open(self, upload_id: str) -> Upload | None:
        try:
            upload = self.get(upload_id)
        except ApiError as error:
            if error.code != "not_found":
                raise
            return None
        return upload if upload.status == "open" else None

    def _send_part(self, upload: Upload, number: int, stream: BinaryIO) -> Upload:
        stream.seek((number - 1) * upload.part_bytes)
        part = stream.read(upload.part_bytes)
        headers = {"Content-Digest": content_digest(part)}
        path = f"{self.path}/{upload.id}/parts/{number}"
        return Upload.of(self._client.request_json("PUT", path, content=part, headers=headers), self._client)


def content_digest(data: bytes) -> str:
    """The value of `Content-Digest` (RFC 9530)."""
    return f"sha-256=:{base64.b64encode(hashlib.sha256(data).digest()).decode()}:"
