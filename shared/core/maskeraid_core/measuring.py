"""What an evaluation has found of a model's version is written onto its card: an effect of the job's success."""

from collections.abc import Mapping, Sequence
from typing import Any

from maskeraid_core.cards import MEDIA_TYPES, card_files
from maskeraid_core.documents.models import ModelFile, ModelVersion
from maskeraid_core.jobs import Job
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.models import ModelVersionRepository

EFFECT = "note_measured"


async def note_measured(stores: Stores, job: Job, data: Mapping[str, Any]) -> None:
    """Put `card` and other fields of `data` onto a version; nothing when it is gone. Done twice is done once.

    The card's files are written first, under their digests. The update holds only if no other one has come between.
    """
    versions = ModelVersionRepository(stores.database, job.tenant)
    while (version := await versions.of_model(data["model_id"], data["version"])) is not None:
        measured = with_measured(version, data)
        if measured == version:
            return
        files = [await _stored(stores, job.tenant, name, content) for name, content in card_files(measured).items()]
        if await versions.note_measured(
            version, measured.model_copy(update={"files": _replaced(version.files, files)})
        ):
            return


def with_measured(version: ModelVersion, data: Mapping[str, Any]) -> ModelVersion:
    """The version with what was found."""
    found = {name: data[name] for name in ("guarantees", "varies", "combinations") if name in data}
    return version.model_copy(update={**found, "card": {**version.card, **data.get("card", {})}})


async def _stored(stores: Stores, tenant: str, name: str, content: bytes) -> ModelFile:
    key, digest = await stores.blobs.put_content(f"t/{tenant}/cards", content, f"-{name}")
    return ModelFile(name=name, key=key, bytes=len(content), sha256=digest, media_type=MEDIA_TYPES[name])


def _replaced(files: Sequence[ModelFile], by: Sequence[ModelFile]) -> list[ModelFile]:
    names = {file.name for file in by}
    return [*(file for file in files if file.name not in names), *by]
