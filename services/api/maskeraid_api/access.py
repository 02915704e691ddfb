"""Who calls, and what the caller may do: keys, scopes, and rates, settled before the first byte of a body."""

import hashlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from starlette.requests import Request

from maskeraid_api.settings import ApiSettings
from maskeraid_core.documents.accounts import ApiKey, Scope
from maskeraid_core.documents.sessions import Session
from maskeraid_core.errors import NotAuthenticated, RateLimited, ScopeMissing
from maskeraid_core.keys import is_secret_of, split_key
from maskeraid_core.repositories.accounts import AccountRepository
from maskeraid_core.repositories.repository import now

KEY_CACHE_SECONDS = 5.0  # a revoked key works at most so much longer
MOST_REMEMBERED = 10_000
NOTE_USE_EVERY = timedelta(minutes=1)
BURST_SECONDS = 4.0  # how much of the average may come at once


@dataclass(frozen=True)
class SignedIn:
    """A session with the token that its cookie has."""

    session: Session
    token: str

    @property
    def csrf_token(self) -> str:
        """Made of the token: whoever reads it cannot make the cookie of it."""
        return hashlib.sha256(f"csrf:{self.token}".encode()).hexdigest()


@dataclass(frozen=True)
class Caller:
    """Who asks, and what they may: by a key, or by a session, which a key or a link has begun."""

    id: str  # of the key or the session: each has rates of its own
    tenant: str
    name: str
    scopes: Sequence[Scope]
    expires_at: datetime
    key: ApiKey | None
    session: SignedIn | None = None

    @classmethod
    def by_key(cls, key: ApiKey) -> Self:
        return cls(key.id, key.tenant, key.name, key.scopes, key.expires_at, key)

    @classmethod
    def by_session(cls, signed_in: SignedIn, key: ApiKey | None) -> Self:
        """With the scopes of its key; a link was made by who may do everything."""
        session = signed_in.session
        name, scopes = (key.name, key.scopes) if key else ("web app", tuple(Scope))
        return cls(session.id, session.tenant, name, scopes, session.expires_at, key, signed_in)

    def may(self, scope: Scope) -> bool:
        """`admin` has them all."""
        return scope in self.scopes or Scope.ADMIN in self.scopes

    def need(self, scope: Scope) -> None:
        """Raise ScopeMissing unless the caller has the scope."""
        if not self.may(scope):
            raise ScopeMissing(f"The key lacks the scope `{scope}`.", scope=scope.value)


class Keys:
    """Finds the key of a request; remembers it for a few seconds."""

    def __init__(self, accounts: AccountRepository) -> None:
        self._accounts = accounts
        self._known: dict[str, tuple[ApiKey | None, float]] = {}

    async def caller(self, authorization: str | None) -> Caller:
        """The caller, or NotAuthenticated."""
        kind, _, text = (authorization or "").partition(" ")
        if kind.lower() != "bearer":
            raise NotAuthenticated
        return Caller.by_key(await self.of(text.strip()))

    async def of(self, text: str) -> ApiKey:
        """The key, or NotAuthenticated: an unknown id takes the same way as a wrong secret."""
        parts = split_key(text)
        if parts is None:
            raise NotAuthenticated
        public_id, secret = parts
        key = await self._find(public_id)
        if not is_secret_of(key, secret) or key is None or not _is_valid(key, now()):
            raise NotAuthenticated
        return key

    async def valid(self, public_id: str) -> ApiKey:
        """The key that a session began with; NotAuthenticated once it is revoked or has expired."""
        key = await self._find(public_id)
        if key is None or not _is_valid(key, now()):
            raise NotAuthenticated
        return key

    def forget(self, key: ApiKey) -> None:
        """Ask the database again the next time, as after a revocation."""
        self._known.pop(key.public_id, None)

    async def _find(self, public_id: str) -> ApiKey | None:
        key, until = self._known.get(public_id, (None, 0.0))
        if until > time.monotonic():
            return key
        key = await self._accounts.key_with_public_id(public_id)
        if len(self._known) >= MOST_REMEMBERED:
            self._known.clear()
        self._known[public_id] = (key, time.monotonic() + KEY_CACHE_SECONDS)
        if key is not None and (key.last_used_at is None or key.last_used_at < now() - NOTE_USE_EVERY):
            await self._accounts.note_use(key.id, now())
        return key


def _is_valid(key: ApiKey, at: datetime) -> bool:
    return key.revoked_at is None and key.expires_at > at


@dataclass
class _Bucket:
    tokens: float
    at: float


class Rates:
    """Token buckets in this process's memory: one for reads and one for writes of each key."""

    def __init__(self, settings: ApiSettings) -> None:
        self._per_second: Mapping[str, float] = {
            "reads": settings.reads_per_second,
            "writes": settings.writes_per_second,
        }
        self._buckets: dict[tuple[str, str], _Bucket] = {}

    @property
    def policy(self) -> str:
        """The value of `RateLimit-Policy`."""
        window = int(BURST_SECONDS)
        return ", ".join(f'"{name}";q={int(rate * window)};w={window}' for name, rate in self._per_second.items())

    def take(self, who: str, name: str) -> str:
        """Take one token and give the value of `RateLimit`, or raise RateLimited."""
        rate, at = self._per_second[name], time.monotonic()
        bucket = self._buckets.get((who, name))
        if bucket is None:
            if len(self._buckets) >= MOST_REMEMBERED:
                self._buckets.clear()
            bucket = self._buckets[who, name] = _Bucket(max(1.0, rate * BURST_SECONDS), at)
        bucket.tokens = min(max(1.0, rate * BURST_SECONDS), bucket.tokens + (at - bucket.at) * rate)
        bucket.at = at
        if bucket.tokens < 1:
            wait = max(1, round((1 - bucket.tokens) / rate))
            raise RateLimited(f"More than {rate:g} {name} a second.", retry_after=wait)
        bucket.tokens -= 1
        return f'"{name}";r={int(bucket.tokens)};t={int(BURST_SECONDS)}'


def is_read(request: Request) -> bool:
    return request.method in ("GET", "HEAD")
