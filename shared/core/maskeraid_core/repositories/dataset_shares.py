"""Datasets as a tenant may read them: its own whole, others' as far as their grants open them."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from maskeraid_core.documents.datasets import Dataset, DatasetVersion
from maskeraid_core.manifests import shown_to_others
from maskeraid_core.mongo import Database
from maskeraid_core.repositories.datasets import DatasetRepository, DatasetVersionRepository
from maskeraid_core.repositories.repository import Page, PageRequest
from maskeraid_core.repositories.shares import SharedRepository, changed_at


class SharedDatasetRepository(SharedRepository[Dataset]):
    """Datasets of other tenants that this one may read. There is nothing here that writes."""

    collection_name = "datasets"
    kind = Dataset

    async def get(self, document_id: str) -> Dataset | None:
        found = await super().get(document_id)
        return (await self._told([found]))[0] if found else None

    async def page(self, request: PageRequest, **filters: object) -> Page[Dataset]:
        page = await super().page(request, **filters)
        return Page(await self._told(page.items), page.has_more)

    async def version(self, dataset: Dataset, number: int) -> DatasetVersion | None:
        """A version of a dataset that was read here; None behind the last one that the grant opens."""
        if number > dataset.latest_version:
            return None
        found = await DatasetVersionRepository(self._database, dataset.tenant).of_dataset(dataset.id, number)
        whole = await DatasetRepository(self._database, dataset.tenant).get(dataset.id)
        return found.shown_to_others(whole) if found and whole else None

    async def _told(self, datasets: Sequence[Dataset]) -> list[Dataset]:
        """The datasets with what they repeat of their latest version, of the one that is open."""
        return [await self._as_open(dataset) for dataset in datasets]

    async def _as_open(self, dataset: Dataset) -> Dataset:
        if all(grant.up_to is None for grant in dataset.grants):
            return dataset
        version = await self.version(dataset, dataset.latest_version)
        if version is None:
            return dataset.model_copy(update={"image_count": 0, "attributes": {}})
        told = {"image_count": version.image_count, "attributes": version.attributes}
        return dataset.model_copy(update={**told, "updated_at": changed_at(dataset.grants, version.created_at)})


@dataclass(frozen=True)
class ReadableDatasets:
    """Every dataset that one tenant may read. Who asks here cannot change it."""

    tenant: str
    own: DatasetRepository
    own_versions: DatasetVersionRepository
    shared: SharedDatasetRepository

    @classmethod
    def of(cls, database: Database, tenant: str) -> "ReadableDatasets":
        return cls(
            tenant, DatasetRepository(database, tenant), DatasetVersionRepository(database, tenant),
            SharedDatasetRepository(database, tenant),
        )  # fmt: skip

    async def get(self, dataset_id: str) -> Dataset | None:
        return await self.own.get(dataset_id) or await self.shared.get(dataset_id)

    async def version(self, dataset: Dataset, number: int) -> DatasetVersion | None:
        """A version, open to the tenant, of a dataset that was read here."""
        if dataset.tenant == self.tenant:
            return await self.own_versions.of_dataset(dataset.id, number)
        return await self.shared.version(dataset, number)

    async def numbered(self, dataset_id: str, number: int) -> DatasetVersion | None:
        """Likewise by the ids; a version of the tenant's own also after its dataset was deleted."""
        if found := await self.own_versions.of_dataset(dataset_id, number):
            return found
        shared = await self.shared.get(dataset_id)
        return await self.shared.version(shared, number) if shared else None

    def may_copy(self, dataset: Dataset) -> bool:
        """Whether the tenant may make the images of a dataset that was read here its own: copies outlive a share."""
        return dataset.tenant == self.tenant or dataset.may_download

    def rows(self, version: DatasetVersion, manifest: pl.DataFrame) -> pl.DataFrame:
        """The rows of a version as the tenant may see them."""
        return manifest if version.tenant == self.tenant else shown_to_others(manifest, version.attributes)
