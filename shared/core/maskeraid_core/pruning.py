"""Which versions of models keep only their card and pictures. The bytes go as litter, when an hour has passed."""

from datetime import datetime

import structlog

from maskeraid_core.documents.models import Model, ModelVersion
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.models import ModelRepository, ModelVersionRepository, whole_versions

log = structlog.get_logger()


async def prune_versions(stores: Stores, before: datetime, at: datetime) -> None:
    """Mark versions that were made before then, that no alias names, and that are not the latest of their model."""
    async for version in whole_versions(stores.database, before):
        models = ModelRepository(stores.database, version.tenant)
        if is_needed(await models.get(version.model_id), version):
            continue
        versions = ModelVersionRepository(stores.database, version.tenant)
        await versions.prune(version.id, at)
        # An alias that was set between the two looks at the mark after it; one that was set before is seen here.
        if is_needed(await models.get(version.model_id), version):
            await versions.keep(version.id)
        else:
            log.info("version pruned", version=version.id, tenant=version.tenant)


def is_needed(model: Model | None, version: ModelVersion) -> bool:
    """Also that of a model which is not there: it was deleted, and its files go with it."""
    if model is None:
        return True
    return version.version >= model.latest_version or version.version in model.aliases.values()
