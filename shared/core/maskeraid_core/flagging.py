"""Flagging models whose data are gone, or are no longer shared with them, and telling their owners."""

from collections.abc import Mapping
from datetime import datetime

from maskeraid_core.documents.datasets import Dataset
from maskeraid_core.documents.models import FlagCode, ModelFlag, ModelVersion
from maskeraid_core.documents.notices import Notice
from maskeraid_core.notices import drain_notices
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.dataset_shares import ReadableDatasets
from maskeraid_core.repositories.datasets import note_flagged
from maskeraid_core.repositories.models import ModelRepository, learners_of
from maskeraid_core.repositories.repository import now

DETAILS: Mapping[FlagCode, str] = {
    "dataset_deleted": "A dataset that it learned from was deleted; the model has not forgotten it.",
    "subject_erased": "Images of a person that it learned from were erased; the model has not forgotten them.",
    "share_revoked": "A dataset that it learned from is no longer shared with you; the model has not forgotten it.",
}


async def flag_model(stores: Stores, tenant: str, model_id: str, dataset_id: str, code: FlagCode) -> None:
    """Flag a model once for a dataset. The model has not forgotten what it learned: its owner decides."""
    flag = ModelFlag(code=code, detail=DETAILS[code], dataset_id=dataset_id, at=now())
    await _flag(stores, tenant, model_id, flag, dataset_id)


async def flag_for_deletion(stores: Stores, tenant: str, model_id: str, deletion_id: str) -> None:
    """Flag a model once for an order to erase a person."""
    flag = ModelFlag(code="subject_erased", detail=DETAILS["subject_erased"], deletion_id=deletion_id, at=now())
    await _flag(stores, tenant, model_id, flag, deletion_id)


async def _flag(stores: Stores, tenant: str, model_id: str, flag: ModelFlag, cause: str) -> None:
    data = {"id": model_id, "object": "model", "status": "flagged", "url": f"/v1/models/{model_id}"}
    notice = Notice(
        event="model.flagged", subject=model_id, key=f"flagged:{cause}", at=flag.at, data=data,
        facts={"reason": {"code": flag.code, "message": flag.detail}},
    )  # fmt: skip
    if await ModelRepository(stores.database, tenant).flag(model_id, flag, notice):
        await drain_notices(stores, ModelRepository.collection_name, model_id)


async def flag_learners(stores: Stores, dataset: Dataset) -> None:
    """Flag all models, of whatever tenant, that learned from a dataset which is about to be deleted."""
    for tenant, model_id in await learners_of(stores.database, dataset.id):
        await flag_model(stores, tenant, model_id, dataset.id, "dataset_deleted")


async def flag_former_readers(stores: Stores, dataset_id: str, narrowed_at: datetime) -> None:
    """Flag the models that learned from a dataset of tenants which may not read it any more; done twice it is once."""
    for tenant, model_id in await learners_of(stores.database, dataset_id):
        if await ReadableDatasets.of(stores.database, tenant).get(dataset_id) is None:
            await flag_model(stores, tenant, model_id, dataset_id, "share_revoked")
    await note_flagged(stores.database, dataset_id, narrowed_at)


async def flag_if_withdrawn(stores: Stores, version: ModelVersion, ordered_at: datetime) -> None:
    """Flag a model that has just appeared if what it learned from was withdrawn or erased while it trained."""
    readable = ReadableDatasets.of(stores.database, version.tenant)
    for part in version.data:
        dataset = await readable.get(part.dataset_id)
        learned = await readable.version(dataset, part.version) if dataset else None
        if dataset is None:
            await flag_model(stores, version.tenant, version.model_id, part.dataset_id, "share_revoked")
        elif learned and learned.erased_at and learned.erased_at > ordered_at:
            await flag_model(stores, version.tenant, version.model_id, part.dataset_id, "subject_erased")
