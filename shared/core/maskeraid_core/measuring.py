"""What an evaluation has found of a model's version is written onto its card: an effect of the job's success."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from maskeraid_core.cards import FOLDER, MEDIA_TYPES, card_files
from maskeraid_core.documents.models import ModelFile, ModelVersion
from maskeraid_core.documents.notices import Notice
from maskeraid_core.jobs import Job
from maskeraid_core.notices import drain_notices
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.models import ModelRepository, ModelVersionRepository
from maskeraid_core.repositories.repository import now

EFFECT = "note_measured"


async def note_measured(stores: Stores, job: Job, data: Mapping[str, Any]) -> None:
    """Put `card` and other fields of `data` onto a version; nothing when it is gone. Done twice is done once.

    The card's files are written first, under their digests. The update holds only if no other one has come between.
    A version that copies is public no more.
    """
    versions = ModelVersionRepository(stores.database, job.tenant)
    while (version := await versions.of_model(data["model_id"], data["version"])) is not None:
        measured = with_measured(version, data)
        if measured == version or await versions.note_measured(version, await with_card_files(stores, measured)):
            if measured.copies:
                await withdraw(stores, measured)
            return


async def with_card_files(stores: Stores, version: ModelVersion) -> ModelVersion:
    """The version with its card's files as its facts are now; bytes first."""
    files = [await _stored(stores, version.tenant, name, content) for name, content in card_files(version).items()]
    return version.model_copy(update={"files": _replaced(version.files, files)})


async def withdraw(stores: Stores, version: ModelVersion) -> None:
    """Close a model to everyone whose version copies, and tell its owner; once.

    A model that is being made public at this moment counts as changed: its owner is asked to look again.
    """
    models = ModelRepository(stores.database, version.tenant)
    while (model := await models.get(version.model_id)) is not None:
        grant, at = model.public_grant, now()
        facts: dict[str, object] = {"updated_at": at}
        if grant is not None and version.version <= (grant.up_to or model.latest_version):
            notice = _flagged(version, at).model_dump()
            facts |= {"visibility": "private", "grants": [], "has_outbox": True}
            facts["outbox"] = [*(known.model_dump() for known in model.outbox), notice]
        if await models.change(model.id, facts, where={"updated_at": model.updated_at}):
            return await drain_notices(stores, ModelRepository.collection_name, model.id)


def _flagged(version: ModelVersion, at: datetime) -> Notice:
    data = {"id": version.model_id, "object": "model", "status": "flagged", "url": f"/v1/models/{version.model_id}"}
    reason = f"Version {version.version} copies faces that it learned from; the model is private now."
    return Notice(
        event="model.flagged", subject=version.model_id, key=f"copying:{version.version}", at=at, data=data,
        facts={"reason": {"code": "copying", "message": reason}},
    )  # fmt: skip


def with_measured(version: ModelVersion, data: Mapping[str, Any]) -> ModelVersion:
    """The version with what was found; who was once found to copy is not acquitted by other samples."""
    found = {name: data[name] for name in ("guarantees", "varies", "combinations") if name in data}
    card = data.get("card", {})
    if is_acquittal(version.card, card):
        card = {name: value for name, value in card.items() if name not in ("memorisation", "flags")}
    return version.model_copy(update={**found, "card": {**version.card, **card}})


def is_acquittal(known: Mapping[str, Any], card: Mapping[str, Any]) -> bool:
    """Whether a card says better of a version than that it copies, which it was found to do."""
    verdicts = [one.get("memorisation", {}).get("verdict") for one in (known, card)]
    return verdicts[0] == "copying" and verdicts[1] not in (None, "copying")


async def _stored(stores: Stores, tenant: str, name: str, content: bytes) -> ModelFile:
    key, digest = await stores.blobs.put_content(f"t/{tenant}/{FOLDER}", content, f"-{name}")
    return ModelFile(name=name, key=key, bytes=len(content), sha256=digest, media_type=MEDIA_TYPES[name])


def _replaced(files: Sequence[ModelFile], by: Sequence[ModelFile]) -> list[ModelFile]:
    names = {file.name for file in by}
    return [*(file for file in files if file.name not in names), *by]
