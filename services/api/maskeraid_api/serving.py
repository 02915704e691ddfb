"""Bytes to the client: from the store, with the headers that keep them from being anything but bytes."""

import base64
import re
from collections.abc import AsyncIterator, Callable, Mapping

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from maskeraid_api.answers import is_among
from maskeraid_core.blobs import Blobs, sha256_hex
from maskeraid_core.errors import RangeNotSatisfiable

SHOWN_INLINE = frozenset({"image/png", "image/webp"})  # images that we encoded
STREAMED_ABOVE = 4 * 2**20  # bytes; below it one read is cheaper
_RANGE = re.compile(r"bytes=([0-9]{1,18})?-([0-9]{1,18})?")
PRIVATE = "private, no-store"
IMMUTABLE = "private, max-age=31536000, immutable"  # of what shows no face, and never changes
SECURITY = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Accept-Ranges": "bytes",
}


async def serve(
    request: Request,
    blobs: Blobs,
    key: str,
    *,
    size: int,
    sha256: str,
    media_type: str,
    name: str,
    offset: int | None = None,
    cache_control: str = PRIVATE,
) -> Response:
    """An object whole, one range of it, or 304. `sha256` in hex is its ETag and its digest.

    With an `offset` the file is that part of an object that holds several, and small.

    Raises: RangeNotSatisfiable, ArtifactCorrupt, InputGone.
    """
    headers = _headers(sha256, media_type, name, cache_control)
    if _is_known(request, headers):
        return _unchanged(headers)
    wanted = _range(request, size, headers["ETag"])
    if wanted is not None:
        start, end = wanted
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
        begin = offset or 0
        return Response(await blobs.get_range(key, begin + start, begin + end), 206, headers, media_type)
    if offset is not None:
        return Response(await blobs.get_range(key, offset, offset + size, sha256), 200, headers, media_type)
    if size <= STREAMED_ABOVE:
        return Response(await blobs.get(key, sha256), 200, headers, media_type)
    headers["Content-Length"] = str(size)
    return StreamingResponse(_stream(blobs, key), 200, headers, media_type)


def serve_small(request: Request, data: bytes, *, media_type: str, name: str) -> Response:
    """Bytes that are at hand whose digest nobody noted: whole, one range of them, or 304.

    Raises: RangeNotSatisfiable.
    """
    headers = _headers(sha256_hex(data), media_type, name, PRIVATE)
    if _is_known(request, headers):
        return _unchanged(headers)
    wanted = _range(request, len(data), headers["ETag"])
    if wanted is None:
        return Response(data, 200, headers, media_type)
    start, end = wanted
    headers["Content-Range"] = f"bytes {start}-{end - 1}/{len(data)}"
    return Response(data[start:end], 206, headers, media_type)


def serve_read(
    request: Request,
    read: Callable[[int, int], AsyncIterator[bytes]],
    *,
    size: int,
    sha256: str,
    media_type: str,
    name: str,
) -> Response:
    """Bytes that come from start to end (exclusive) as they are read: whole, one range of them, or 304.

    Raises: RangeNotSatisfiable.
    """
    headers = _headers(sha256, media_type, name, PRIVATE)
    if _is_known(request, headers):
        return _unchanged(headers)
    wanted = _range(request, size, headers["ETag"])
    start, end = wanted or (0, size)
    if wanted is not None:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    headers["Content-Length"] = str(end - start)
    return StreamingResponse(read(start, end), 200 if wanted is None else 206, headers, media_type)


def _headers(sha256: str, media_type: str, name: str, cache_control: str) -> dict[str, str]:
    disposition = "inline" if media_type in SHOWN_INLINE else "attachment"
    return {
        **SECURITY, "ETag": f'"{sha256}"', "Cache-Control": cache_control,
        "Content-Disposition": f'{disposition}; filename="{name}"',
        "Repr-Digest": f"sha-256=:{base64.b64encode(bytes.fromhex(sha256)).decode()}:",
    }  # fmt: skip


def _is_known(request: Request, headers: Mapping[str, str]) -> bool:
    return is_among(headers["ETag"], request.headers.get("if-none-match"))


def _unchanged(headers: Mapping[str, str]) -> Response:
    return Response(status_code=304, headers={name: headers[name] for name in ("ETag", "Cache-Control")})


async def _stream(blobs: Blobs, key: str) -> AsyncIterator[bytes]:
    async for piece in blobs.stream(key):
        yield piece


def _range(request: Request, size: int, tag: str) -> tuple[int, int] | None:
    """Start and end (exclusive) of the one range that is asked for; None for the whole.

    Several ranges, and other units, are answered by the whole, as RFC 9110 allows.
    """
    found = _RANGE.fullmatch(request.headers.get("range", ""))
    if not found or not is_among(tag, request.headers.get("if-range", tag)):
        return None
    first, last = found[1], found[2]
    if first is None and last is None:
        return None
    start = int(first) if first is not None else max(0, size - int(last))
    end = size if last is None or first is None else min(size, int(last) + 1)
    if start >= size or start >= end:
        raise RangeNotSatisfiable(f"The file has {size} bytes.", size=size)
    return start, end
