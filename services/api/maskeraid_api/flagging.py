"""Flagging a model whose data are gone, and telling its owner."""

from maskeraid_core.documents.datasets import Dataset
from maskeraid_core.documents.models import ModelFlag
from maskeraid_core.documents.notices import Notice
from maskeraid_core.notices import drain_notices
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.models import ModelRepository
from maskeraid_core.repositories.repository import now


async def flag_model(stores: Stores, models: ModelRepository, model_id: str, dataset: Dataset) -> None:
    """Flag a model once for a dataset that is deleted. The model has not forgotten what it learned."""
    at = now()
    detail = "A dataset that it learned from was deleted; the model has not forgotten it."
    flag = ModelFlag(code="dataset_deleted", detail=detail, dataset_id=dataset.id, at=at)
    data = {"id": model_id, "object": "model", "status": "flagged", "url": f"/v1/models/{model_id}"}
    notice = Notice(
        event="model.flagged", subject=model_id, key=f"flagged:{dataset.id}", at=at, data=data,
        facts={"reason": {"code": flag.code, "message": detail}},
    )  # fmt: skip
    if await models.flag(model_id, flag, notice):
        await drain_notices(stores, ModelRepository.collection_name, model_id)
