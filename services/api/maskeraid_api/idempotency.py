"""The same POST twice is one POST: answers are kept by Idempotency-Key, and a unique index decides races."""

import asyncio
import base64
import hashlib
import json
import re
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from anyio import to_thread
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import Response

from maskeraid_core.errors import BadHeader, IdempotencyInProgress, IdempotencyKeyReused
from maskeraid_core.repositories.accounts import IdempotencyRepository

KEPT_HEADERS = ("location", "retry-after", "etag", "content-type", "preference-applied")
_VISIBLE = re.compile(r"[\x21-\x7e]{1,255}")
PIECE = 1 << 20
AT_ONCE = 1 << 16  # bytes, whose digest takes less than the way to a thread and back
RENEW_SECONDS = 1.5


def idempotency_key(request: Request) -> str | None:
    key = request.headers.get("idempotency-key")
    if key is not None and not _VISIBLE.fullmatch(key):
        raise BadHeader("`Idempotency-Key` takes 1 to 255 visible characters.", parameter="Idempotency-Key")
    return key


async def digest_of_request(request: Request, form: FormData | None) -> str:
    """SHA-256 over path and content. Of a form the parts count, not the boundary, which differs each time."""
    digest = hashlib.sha256(f"{request.method} {request.scope['path']}\n".encode())
    if form is None:
        digest.update(await request.body())
    else:
        for name, value in form.multi_items():
            content = await _digest_of_file(value) if isinstance(value, UploadFile) else value
            digest.update(json.dumps([name, content]).encode())
    return digest.hexdigest()


async def answer_once(
    answers: IdempotencyRepository,
    key: str,
    digest: str,
    answer: Callable[[], Awaitable[Response]],
    secret_fields: Iterable[str] = (),
) -> Response:
    """The answer to the first request with this key: made now, or replayed. Refusals are not kept."""
    existing = await answers.begin(key, digest)
    if existing is not None:
        if existing.digest != digest:
            raise IdempotencyKeyReused
        if existing.answer is None:
            raise IdempotencyInProgress(retry_after=1)
        return _replayed(existing.answer)
    renewing = asyncio.create_task(_renew(answers, key))
    try:
        response = await answer()
    except BaseException:
        await answers.forget(key)
        raise
    finally:
        renewing.cancel()
    await answers.finish(key, _kept(response, secret_fields))
    return response


async def _renew(answers: IdempotencyRepository, key: str) -> None:
    """Until the answer is there; few take so long, as the digest of a large upload does."""
    while True:
        await asyncio.sleep(RENEW_SECONDS)
        await answers.renew(key)


def _kept(response: Response, secret_fields: Iterable[str]) -> dict[str, Any]:
    body = bytes(response.body)
    secrets = tuple(secret_fields)
    if secrets:  # shown once and stored nowhere: a replay says null
        body = json.dumps(json.loads(body) | dict.fromkeys(secrets)).encode()
    headers = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
    return {"status": response.status_code, "headers": headers, "body": base64.b64encode(body).decode()}


def _replayed(answer: dict[str, Any]) -> Response:
    headers = {**answer["headers"], "Idempotency-Replayed": "true"}
    return Response(base64.b64decode(answer["body"]), answer["status"], headers)


async def _digest_of_file(file: UploadFile) -> str:
    digest = hashlib.sha256()
    while piece := await file.read(PIECE):
        if len(piece) <= AT_ONCE:
            digest.update(piece)
        else:
            await to_thread.run_sync(digest.update, piece)
    await file.seek(0)
    return digest.hexdigest()
