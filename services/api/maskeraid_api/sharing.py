"""Sharing a model: what may be asked, what stands in its way, and the grants that come of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from maskeraid_api.model_access import Registry
from maskeraid_api.schemas.models import SHARING, ModelChange
from maskeraid_core.documents.grants import EVERYONE, Grant
from maskeraid_core.documents.models import Model, ModelFlag, ModelVersion
from maskeraid_core.documents.notices import Notice
from maskeraid_core.errors import SharingBlocked, ValidationFailed
from maskeraid_core.repositories.repository import now

REMEDY = "Delete that version to open the others."
FEWEST_IMAGES = 100  # of a version that everyone may see: from fewer a model draws the faces that it learned from


def check_may_go_public(version: ModelVersion) -> None:
    """The one gate before everyone. Faces of the built-in generator show nobody, so models of them cannot copy.

    An undertrained version passes if it copies nothing: its readers see the flag on its card.

    Raises: SharingBlocked, for a version that repeats itself, learned from too few images, or copies them, as its card
        says; and for one of photographs of which it says nothing.
    """
    card, number = version.card, version.version
    memorisation, images = card.get("memorisation", {}), card.get("images", 0)
    flags = {flag.get("code"): flag.get("message") for flag in card.get("flags", ())}
    closed = f"Version {number} stays closed to everyone"
    if "collapse" in flags:
        raise SharingBlocked(f"{closed}: {flags['collapse'] or 'It repeats itself.'} {REMEDY}", version=number)
    # By where the images came from: photographs in few colours are of the kind `drawn` too.
    if memorisation.get("gate") == "reports_only" or (version.kind == "drawn" and not memorisation):
        return
    if images < FEWEST_IMAGES:
        detail = f"{images or 'an unknown number of'} images; for everyone at least {FEWEST_IMAGES} are needed"
        raise SharingBlocked(f"Version {number} learned from {detail}. {REMEDY}", version=number)
    if "copying" in flags or memorisation.get("gate") == "blocks":
        reason = memorisation.get("reason") or "It copies faces that it learned from."
        raise SharingBlocked(f"{closed}: {reason} {REMEDY}", version=number)
    if memorisation.get("gate") != "passes":
        reason = "Whether it copies faces was never measured: run the evaluation `memorisation` first."
        raise SharingBlocked(f"{closed}: {reason}", version=number)


def check_not_flagged(flags: Sequence[ModelFlag]) -> None:
    """Raises: SharingBlocked, when something is gone that the model was made from."""
    if flags:
        raise SharingBlocked(f"{flags[0].detail} A flagged model is not shared anew.")


async def sharing_facts(registry: Registry, model: Model, change: ModelChange) -> dict[str, Any]:
    """What a change of sharing sets in the model's document, all of it in one update; empty when there is none.

    Raises: ValidationFailed, SharingBlocked.
    """
    if not change.model_fields_set & SHARING:
        return {}
    visibility = change.visibility or model.visibility
    licence = change.licence or model.licence
    if visibility == "public" and licence is None:
        raise ValidationFailed("A public model needs a licence.", pointer="/licence")
    readers, known = await _readers(registry, model, change, visibility), {grant.reader for grant in model.grants}
    up_to = await _last_open_version(registry, model, change) if visibility == "public" else None
    download = model.may_download if change.download is None else change.download
    is_wider = not known.issuperset(readers) or change.visibility == "public" or (download and not model.may_download)
    if is_wider:
        check_not_flagged(model.flags)
    at = now()
    grants = [Grant(reader=reader, download=download, up_to=up_to, given_at=at) for reader in readers]
    notices = [_notice(model, reader, at) for reader in readers if reader not in known | {EVERYONE}]
    facts: dict[str, Any] = {"visibility": visibility, "licence": licence}
    if notices:
        facts |= {"outbox": [notice.model_dump() for notice in [*model.outbox, *notices]], "has_outbox": True}
    return facts | {"grants": [grant.model_dump() for grant in grants]}


def _notice(model: Model, reader: str, at: datetime) -> Notice:
    """What a reader is told; it lies in the model's outbox until then. No name that somebody chose."""
    data = {"id": model.id, "object": "model", "status": "shared", "url": f"/v1/models/{model.id}"}
    return Notice(
        event="model.shared", subject=model.id, key=f"shared:{reader}:{at.isoformat()}", at=at, data=data, to=reader
    )


async def _readers(registry: Registry, model: Model, change: ModelChange, visibility: str) -> Sequence[str]:
    if visibility != "tenants":
        if change.shared_with:
            raise ValidationFailed("Only with the visibility `tenants`.", pointer="/shared_with")
        return [EVERYONE] if visibility == "public" else []
    known = [grant.reader for grant in model.grants if grant.reader != EVERYONE]
    readers = list(dict.fromkeys(known if change.shared_with is None else change.shared_with))
    if not readers:
        raise ValidationFailed("Name those with whom it is shared.", pointer="/shared_with")
    names = await registry.accounts.names(set(readers))
    for place, reader in enumerate(readers):
        if reader not in names or reader == registry.tenant:
            raise ValidationFailed("This is no other account of this service.", pointer=f"/shared_with/{place}")
    return readers


async def _last_open_version(registry: Registry, model: Model, change: ModelChange) -> int | None:
    """The latest one, if all that have their weights pass the gate; another change leaves open what was.

    Later ones stay closed until asked.
    """
    if change.visibility is None:
        return next((grant.up_to for grant in model.grants), None)
    for number in range(1, model.latest_version + 1):
        version = await registry.numbered(model, number)
        if version and version.pruned_at is None:
            check_may_go_public(version)
    return model.latest_version
