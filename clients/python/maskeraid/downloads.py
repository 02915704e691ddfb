"""Files of any size on their way here: piece by piece onto the disk, continued where a connection broke."""

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
from httpx import codes

from maskeraid.errors import ApiError, NotReachable

if TYPE_CHECKING:
    from maskeraid.client import Client


def download(client: "Client", path: str, file: Path, sha256: str) -> None:
    """Write what lies at `path` of the service into a file, which is there when all of it is, or not at all.

    Until then `<file>.part` grows; the same call goes on with one that was left.

    Raises:
        ApiError: the service answered with a problem.
        NotReachable: it does not answer, or what came is not what it has (SHA-256 in hex).
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f"{file.name}.part")
    is_left = part.exists()
    client.repeated(lambda: _go_on(client, path, part))
    if is_left and _digest_of(part) != sha256:  # what was left may have been of another file
        part.unlink()
        client.repeated(lambda: _go_on(client, path, part))
    if _digest_of(part) != sha256:
        part.unlink()
        raise NotReachable(f"{file.name} came damaged: fetch it again")
    part.replace(file)


def _digest_of(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _go_on(client: "Client", path: str, part: Path) -> None:
    """Fetch what is missing."""
    have = part.stat().st_size if part.exists() else 0
    headers = {"Range": f"bytes={have}-"} if have else {}
    try:
        with client.http.stream("GET", path, headers=headers) as answer:
            if answer.status_code == codes.REQUESTED_RANGE_NOT_SATISFIABLE:
                return  # all of it is there; its digest is looked at next
            if not answer.is_success:
                answer.read()
                raise ApiError.of(answer)
            with part.open("ab" if answer.status_code == codes.PARTIAL_CONTENT else "wb") as stream:
                for piece in answer.iter_bytes():
                    stream.write(piece)
    except httpx.TransportError as error:
        raise NotReachable(f"{client.url} does not answer: {error}") from error
