"""Which datasets a tenant may read: the one place that knows, for whoever takes images of several into account."""

from maskeraid_core.documents.datasets import Dataset, DatasetVersion
from maskeraid_core.mongo import Database
from maskeraid_core.repositories.datasets import DatasetRepository, DatasetVersionRepository


async def readable_dataset(database: Database, tenant: str, dataset_id: str) -> Dataset | None:
    """A dataset whose images the tenant may read; `tenant` of what is found says whose it is, and so where they lie.

    They are its own: no dataset is shared yet.
    """
    return await DatasetRepository(database, tenant).get(dataset_id)


async def version_of(database: Database, dataset: Dataset, number: int) -> DatasetVersion | None:
    """A published version of a dataset that was found to be readable."""
    if not 0 < number <= dataset.latest_version:
        return None
    return await DatasetVersionRepository(database, dataset.tenant).of_dataset(dataset.id, number)
