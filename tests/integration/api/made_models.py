"""Models for tests, with versions as trainings leave them."""

from collections.abc import Sequence
from typing import Any

from maskeraid_core.documents.models import Model, ModelFile, ModelVersion
from maskeraid_core.ids import new_id, twin_id
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.models import ModelRepository, ModelVersionRepository
from maskeraid_core.repositories.repository import now

MEDIA_TYPES = {"png": "image/png", "json": "application/json", "safetensors": "application/octet-stream"}
JUDGED_CARD = {"images": 500, "flags": [], "memorisation": {"verdict": "healthy", "reason": "1%", "gate": "passes"}}
NAMES = ("generator.safetensors", "architecture.json", "card.json", "samples.png")


def make_version(tenant: str, model_id: str, number: int = 1, **facts: Any) -> ModelVersion:  # noqa: ANN401 any field
    """A version of a model of photographs that may be shown to everyone."""
    training_id = twin_id("trn", model_id) if number == 1 else new_id("trn")
    required: dict[str, Any] = {
        "id": f"{model_id}:{number}", "tenant": tenant, "model_id": model_id, "name": "m", "version": number,
        "digest": "sha256:0", "architecture": "eigen", "kind": "photo", "resolution": 32, "files": [],
        "prototypes": [], "card": JUDGED_CARD, "created_at": now(),
        "lineage": {"training_id": training_id, "data": [], "seed": 7, "software": "1"},
    }  # fmt: skip
    return ModelVersion(**{**required, **facts})


async def add_model(
    stores: Stores, tenant: str, *, versions: int = 1, facts: Sequence[dict[str, Any]] = (), **own: object
) -> Model:
    """A model with some versions and their files; `facts` of each version, `own` of the model."""
    model_id, at = new_id("mdl"), now()
    repository = ModelVersionRepository(stores.database, tenant)
    for number in range(1, versions + 1):
        files = [await _file(stores, tenant, model_id, number, file) for file in NAMES]
        given = facts[number - 1] if number <= len(facts) else {}
        await repository.add(make_version(tenant, model_id, number, **{"files": files, **given}))
    required = {
        "id": model_id, "tenant": tenant, "name": "m", "latest_version": versions, "architecture": "eigen",
        "aliases": {"champion": 1}, "created_at": at, "updated_at": at,
    }  # fmt: skip
    return await ModelRepository(stores.database, tenant).add(Model.model_validate({**required, **own}))


async def _file(stores: Stores, tenant: str, model_id: str, number: int, name: str) -> ModelFile:
    data = f"{model_id} {number} {name}".encode()
    key, digest = await stores.blobs.put_content(f"t/{tenant}/models", data, f".{name}")
    media_type = MEDIA_TYPES[name.rpartition(".")[2]]
    return ModelFile(name=name, key=key, bytes=len(data), sha256=digest, media_type=media_type)
