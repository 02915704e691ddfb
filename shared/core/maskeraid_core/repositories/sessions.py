"""Sessions, login links, and how often signing in has failed. Looked up before the tenant is known."""

import hashlib
from datetime import datetime

from maskeraid_core.documents.sessions import LoginLink, Session
from maskeraid_core.mongo import Database
from maskeraid_core.repositories.accounts import hash_token
from maskeraid_core.repositories.slots import are_slots_taken, take_slot

FAILURES_AN_HOUR = 10  # from one address: more is no person who mistypes


class SessionRepository:
    """From the token that a browser holds, or a link has, to what is known of it."""

    def __init__(self, database: Database) -> None:
        self._sessions = database["sessions"]
        self._links = database["login_links"]
        self._failures = database["sign_in_failures"]

    async def begin(self, session: Session) -> Session:
        await self._sessions.insert_one(session.to_mongo())
        return session

    async def with_token(self, token: str) -> Session | None:
        found = await self._sessions.find_one({"token_sha256": hash_token(token)})
        return Session.of(found) if found else None

    async def note_use(self, session_id: str, at: datetime) -> None:
        await self._sessions.update_one({"_id": session_id}, {"$set": {"used_at": at}})

    async def end(self, token: str) -> None:
        await self._sessions.delete_one({"token_sha256": hash_token(token)})

    async def add_link(self, link: LoginLink) -> LoginLink:
        await self._links.insert_one(link.to_mongo())
        return link

    async def use_link(self, token: str, at: datetime) -> LoginLink | None:
        """The link, for the first who comes with its token in time; None for all others."""
        found = await self._links.find_one({"_id": hash_token(token)})
        link = LoginLink.of(found) if found else None
        if link is None or link.expires_at <= at:
            return None
        outcome = await self._links.delete_one({"_id": link.id})
        return link if outcome.deleted_count else None

    async def note_failure(self, address: str, at: datetime) -> None:
        await take_slot(self._failures, _hour_of(address, at), FAILURES_AN_HOUR, at)

    async def has_failed_too_often(self, address: str, at: datetime) -> bool:
        return await are_slots_taken(self._failures, _hour_of(address, at), FAILURES_AN_HOUR)

    async def forget_ended(self, at: datetime, failed_before: datetime) -> None:
        """Delete sessions and links whose time is over, and failures of hours that are."""
        for collection in (self._sessions, self._links):
            await collection.delete_many({"expires_at": {"$lte": at}})
        await self._failures.delete_many({"created_at": {"$lt": failed_before}})


def _hour_of(address: str, at: datetime) -> str:
    """A name for the hour; addresses of machines are not kept."""
    return f"{hashlib.sha256(address.encode()).hexdigest()}:{at:%Y-%m-%dT%H}"
