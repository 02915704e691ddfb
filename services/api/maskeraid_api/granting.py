"""Sharing, of models and datasets alike: what a change sets in the object's document, and whom it tells."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

from maskeraid_api.schemas.sharing import SHARING, SharingChange
from maskeraid_core.documents.datasets import Dataset
from maskeraid_core.documents.grants import EVERYONE, VISIBILITIES, Grant
from maskeraid_core.documents.models import Model
from maskeraid_core.documents.notices import Notice
from maskeraid_core.errors import SharingBlocked, ValidationFailed
from maskeraid_core.repositories.accounts import AccountRepository
from maskeraid_core.repositories.repository import now


class SharingRules(Protocol):
    """What differs between the kinds of objects."""

    @property
    def kind(self) -> str:
        """As ids and addresses have it: model, dataset."""

    def check_wider(self) -> None:
        """Raise SharingBlocked or ValidationFailed when it may not be shown to more."""

    async def last_open_version(self) -> int:
        """The last version that everyone may see, all that it opens checked. Raises: SharingBlocked."""


async def sharing_facts(
    accounts: AccountRepository, shared: Model | Dataset, change: SharingChange, rules: SharingRules
) -> dict[str, Any]:
    """What a change of sharing sets in the object's document, all of it in one update; empty when there is none.

    Raises: ValidationFailed, SharingBlocked.
    """
    if not change.model_fields_set & SHARING:
        return {}
    visibility = change.visibility or shared.visibility
    licence = change.licence or shared.licence
    if visibility == "public" and licence is None:
        raise ValidationFailed(f"A public {rules.kind} needs a licence.", pointer="/licence")
    readers = await _readers(accounts, shared, change, visibility)
    known = {grant.reader for grant in shared.grants}
    up_to = await _last_open_version(shared, change, rules) if visibility == "public" else None
    download = shared.may_download if change.download is None else change.download
    is_wider = not known.issuperset(readers) or change.visibility == "public" or (download and not shared.may_download)
    if is_wider:
        await _check_policy(accounts, shared.tenant, visibility)
        rules.check_wider()
    at = now()
    grants = [Grant(reader=reader, download=download, up_to=up_to, given_at=at) for reader in readers]
    notices = [_notice(rules.kind, shared.id, reader, at) for reader in readers if reader not in known | {EVERYONE}]
    facts: dict[str, Any] = {"visibility": visibility, "licence": licence}
    if notices:
        facts |= {"outbox": [notice.model_dump() for notice in [*shared.outbox, *notices]], "has_outbox": True}
    return facts | {"grants": [grant.model_dump() for grant in grants]}


def changes_readers(change: SharingChange) -> bool:
    """Whether it says who may see or fetch something; a licence alone does not."""
    return bool(change.model_fields_set & SHARING - {"licence"})


def said_of(shared: Model | Dataset) -> str:
    """With whom something is shared now, as the audit log has it."""
    readers = [grant.reader for grant in shared.grants if grant.reader != EVERYONE]
    return " ".join([shared.visibility, *readers])


async def _check_policy(accounts: AccountRepository, tenant: str, visibility: str) -> None:
    widest = (await accounts.policy(tenant)).widest_visibility
    if VISIBILITIES.index(visibility) > VISIBILITIES.index(widest):
        raise SharingBlocked(
            f"The account's policy lets nothing become {visibility}, {widest} at most: an administrator can change it.",
            pointer="/visibility",
        )


def _notice(kind: str, object_id: str, reader: str, at: datetime) -> Notice:
    """What a reader is told; it lies in the object's outbox until then. No name that somebody chose."""
    data = {"id": object_id, "object": kind, "status": "shared", "url": f"/v1/{kind}s/{object_id}"}
    return Notice(
        event=f"{kind}.shared", subject=object_id, key=f"shared:{reader}:{at.isoformat()}", at=at, data=data, to=reader
    )


async def _readers(
    accounts: AccountRepository, shared: Model | Dataset, change: SharingChange, visibility: str
) -> Sequence[str]:
    if visibility != "shared":
        if change.shared_with:
            detail = "Accounts are named where it is shared with some, not with everyone or nobody."
            raise ValidationFailed(detail, pointer="/shared_with")
        return [EVERYONE] if visibility == "public" else []
    known = [grant.reader for grant in shared.grants if grant.reader != EVERYONE]
    readers = list(dict.fromkeys(known if change.shared_with is None else change.shared_with))
    if not readers:
        raise ValidationFailed("Name those with whom it is shared.", pointer="/shared_with")
    names = await accounts.names(set(readers))
    for place, reader in enumerate(readers):
        if reader not in names or reader == shared.tenant:
            raise ValidationFailed("This is no other account of this service.", pointer=f"/shared_with/{place}")
    return readers


async def _last_open_version(shared: Model | Dataset, change: SharingChange, rules: SharingRules) -> int | None:
    """The latest one, if the rules let it pass; another change leaves open what was. Later ones stay closed."""
    if change.visibility is None:
        return next((grant.up_to for grant in shared.grants), None)
    return await rules.last_open_version()
