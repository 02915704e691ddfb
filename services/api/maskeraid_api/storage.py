"""What a tenant keeps in the store, as its quota counts it: images of data sets, models, selectors, coverings."""

from maskeraid_core.mongo import Database
from maskeraid_core.repositories.coverings import CoveringRepository
from maskeraid_core.repositories.datasets import DatasetRepository, DatasetVersionRepository
from maskeraid_core.repositories.jobs import JobRepository
from maskeraid_core.repositories.models import ModelRepository, ModelVersionRepository
from maskeraid_core.repositories.selectors import SelectorRepository


async def stored_bytes(database: Database, tenant: str) -> int:
    """Of data sets the newest versions count, of models all that were not pruned; what was deleted counts no more."""
    models = await ModelRepository(database, tenant).all_live()
    of_models = await ModelVersionRepository(database, tenant).bytes_of(models)
    of_selectors = await SelectorRepository(database, tenant).bytes_kept()
    datasets = await DatasetRepository(database, tenant).all_live()
    of_datasets = await DatasetVersionRepository(database, tenant).bytes_of(datasets)
    of_coverings = await CoveringRepository(JobRepository(database, tenant)).stored_bytes()
    return of_models + of_selectors + of_datasets + of_coverings
