"""Browsers that have signed in: from the cookie to the caller, and from nowhere but the web app itself."""

import hmac
import secrets
import time
from datetime import datetime, timedelta

from starlette.requests import Request

from maskeraid_api.access import KEY_CACHE_SECONDS, MOST_REMEMBERED, NOTE_USE_EVERY, Caller, Keys, SignedIn, is_read
from maskeraid_api.cookies import check_origin, token_of
from maskeraid_core.documents.sessions import Session
from maskeraid_core.errors import CsrfFailed, NotAuthenticated, RateLimited
from maskeraid_core.ids import new_id
from maskeraid_core.repositories.accounts import hash_token
from maskeraid_core.repositories.repository import now
from maskeraid_core.repositories.sessions import FAILURES_AN_HOUR, SessionRepository

TOKEN_BYTES = 32
IDLE = timedelta(hours=12)
LONGEST = timedelta(days=7)
CSRF_HEADER = "X-CSRF-Token"
REFUSED = "This key or link signs nobody in: it is wrong, was used or revoked, or is too old."


class Sessions:
    """Begins, finds, and ends sessions; remembers what it found for a few seconds, as of keys."""

    def __init__(self, sessions: SessionRepository, keys: Keys) -> None:
        self._sessions, self._keys = sessions, keys
        self._known: dict[str, tuple[Session | None, float]] = {}

    async def sign_in(self, request: Request, key: str | None, link: str | None) -> SignedIn:
        """Begin a session by a key or a link; one that the browser had ends.

        Raises: CsrfFailed, NotAuthenticated, RateLimited.
        """
        check_origin(request, is_needed=False)
        at, address = now(), request.client.host if request.client else "unknown"
        if await self._sessions.has_failed_too_often(address, at):
            rest = 3600 - at.minute * 60 - at.second
            raise RateLimited(f"More than {FAILURES_AN_HOUR} failed sign-ins an hour.", retry_after=rest)
        token = secrets.token_urlsafe(TOKEN_BYTES)
        try:
            session = await self._by_key(key, token, at) if key is not None else await self._by_link(link, token, at)
        except NotAuthenticated:
            await self._sessions.note_failure(address, at)
            raise
        if earlier := token_of(request):
            await self.end(earlier)
        return SignedIn(await self._sessions.begin(session), token)

    async def caller(self, request: Request, token: str) -> Caller:
        """The caller whose cookie this is.

        Raises: NotAuthenticated; CsrfFailed for what changes something and may come from another page.
        """
        session = await self._find(token)
        if session is None or not _is_valid(session, now()):
            raise NotAuthenticated
        key = None if session.key is None else await self._keys.valid(session.key)
        signed_in = SignedIn(session, token)
        if not is_read(request):
            check_origin(request, is_needed=True)
            sent = request.headers.get(CSRF_HEADER, "")
            if not hmac.compare_digest(sent.encode(), signed_in.csrf_token.encode()):
                raise CsrfFailed(f"`{CSRF_HEADER}` is not that of this session: `GET /v1/me` tells it.")
        return Caller.by_session(signed_in, key)

    async def end(self, token: str) -> None:
        """Sign out."""
        self._known.pop(hash_token(token), None)
        await self._sessions.end(token)

    async def _by_key(self, text: str, token: str, at: datetime) -> Session:
        try:
            key = await self._keys.of(text)
        except NotAuthenticated:
            raise NotAuthenticated(REFUSED) from None
        return _new(key.tenant, token, at, min(at + LONGEST, key.expires_at), key.public_id)

    async def _by_link(self, link: str | None, token: str, at: datetime) -> Session:
        used = await self._sessions.use_link(link or "", at)
        if used is None:
            raise NotAuthenticated(REFUSED)
        return _new(used.tenant, token, at, at + LONGEST, None)

    async def _find(self, token: str) -> Session | None:
        name = hash_token(token)
        session, until = self._known.get(name, (None, 0.0))
        if until > time.monotonic():
            return session
        session, at = await self._sessions.with_token(token), now()
        if len(self._known) >= MOST_REMEMBERED:
            self._known.clear()
        self._known[name] = (session, time.monotonic() + KEY_CACHE_SECONDS)
        if session is not None and _is_valid(session, at) and session.used_at < at - NOTE_USE_EVERY:
            await self._sessions.note_use(session.id, at)
        return session


def _is_valid(session: Session, at: datetime) -> bool:
    return session.expires_at > at and session.used_at > at - IDLE


def _new(tenant: str, token: str, at: datetime, expires_at: datetime, key: str | None) -> Session:
    return Session(
        id=new_id("ses"), tenant=tenant, token_sha256=hash_token(token), key=key, created_at=at, used_at=at,
        expires_at=expires_at,
    )  # fmt: skip
