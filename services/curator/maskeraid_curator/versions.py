"""Makes the next version of a dataset: bytes first, then its document, which the job's success alone makes visible."""

from collections.abc import Callable, Sequence

import polars as pl
from anyio import to_thread

from maskeraid_core.documents.datasets import CoveredFaces, DataPart, Dataset, DatasetVersion, ImportSpec
from maskeraid_core.errors import InputGone
from maskeraid_core.held import Held
from maskeraid_core.jobs import Job, JobStatus
from maskeraid_core.manifests import filter_manifest, parse_where, rows_of, write_manifest
from maskeraid_core.portal import PortalStores, Stores
from maskeraid_core.repositories.dataset_shares import ReadableDatasets
from maskeraid_core.repositories.datasets import DatasetRepository, DatasetVersionRepository
from maskeraid_core.repositories.jobs import JobRepository
from maskeraid_core.repositories.repository import now
from maskeraid_curator.drafts import Before, Draft, Make

LOOK_SECONDS = 0.2  # between two looks at another import that is about to publish


async def get_dataset(stores: Stores, tenant: str, dataset_id: str) -> Dataset:
    """The dataset as it is now; InputGone when it was deleted."""
    found = await DatasetRepository(stores.database, tenant).get(dataset_id)
    if found is None:
        raise InputGone(f"the dataset {dataset_id} is gone")
    return found


async def read_version(
    stores: Stores, tenant: str, part: DataPart | CoveredFaces, inside: str | None = None
) -> tuple[Dataset, DatasetVersion, pl.DataFrame]:
    """A dataset that the tenant may (still) copy, one version of it, and those of its rows that a filter leaves.

    Raises: InputGone, ArtifactCorrupt, ValidationFailed.
    """
    readable = ReadableDatasets.of(stores.database, tenant)
    dataset = await readable.get(part.dataset_id)
    if dataset is None or not readable.may_copy(dataset):
        raise InputGone(f"the dataset {part.dataset_id} is gone")
    version = await readable.version(dataset, part.version)
    if version is None:
        raise InputGone(f"version {part.version} of the dataset {dataset.id} is gone")
    rows = readable.rows(version, await rows_of(stores.blobs, version))
    return dataset, version, filter_manifest(rows, parse_where(part.where, inside))


def make_version(
    held: Held, port: PortalStores, spec: ImportSpec, make: Make, check: Callable[[], None]
) -> tuple[DatasetVersion | None, Draft]:
    """Write the version that an import makes of the dataset as it is now, and what it was made from.

    No version when nothing changes. Imports of one dataset that run side by side follow one another: each builds on
    what the one before has published; `check` raises when there is no more waiting for it.
    """
    while True:
        draft = port.call(draft_of, held.stores, held.job.tenant, spec.dataset_id, make)
        if not draft.is_change:
            return None, draft
        version = port.call(_write, held.stores, held.job, draft, spec.lineage)
        if port.call(take_number, held.stores, held.job, version):
            return version, draft
        check()
        held.changed.wait(LOOK_SECONDS)


async def draft_of(stores: Stores, tenant: str, dataset_id: str, make: Make) -> Draft:
    """What an import makes of the dataset as it is now; nothing is stored. Raises: InputGone, and what `make` does."""
    before = await _before(stores, await get_dataset(stores, tenant, dataset_id))
    return await to_thread.run_sync(make, before)


async def _before(stores: Stores, dataset: Dataset) -> Before:
    if not dataset.latest_version:
        return Before(dataset, pl.DataFrame(), 0)
    versions = DatasetVersionRepository(stores.database, dataset.tenant)
    latest = await versions.of_dataset(dataset.id, dataset.latest_version)
    if latest is None:
        raise InputGone(f"version {dataset.latest_version} of the dataset is gone")
    manifest = await rows_of(stores.blobs, latest)
    return Before(dataset, manifest, max([latest.last_row, *manifest["row"].tail(1)]))


async def _write(stores: Stores, job: Job, draft: Draft, lineage: Sequence[DataPart]) -> DatasetVersion:
    """Store the manifest; the version's document as it is to be."""
    dataset, rows = draft.before.dataset, draft.manifest
    data = await to_thread.run_sync(write_manifest, rows)
    key, digest = await stores.blobs.put_content(f"t/{dataset.tenant}/manifests", data, ".parquet")
    number = dataset.latest_version + 1
    return DatasetVersion(
        id=DatasetVersionRepository.key(dataset.id, number), tenant=dataset.tenant, dataset_id=dataset.id,
        version=number, parent_version=dataset.latest_version, import_id=job.id, role=dataset.role,
        image_count=rows.height, sides=sorted(rows["width"].unique()), manifest_key=key, manifest_sha256=digest,
        bytes=int(rows["bytes"].sum()), attributes=dict(draft.attributes), last_row=draft.last_row,
        generated=int(rows["generated"].sum()) if "generated" in rows.columns else 0,
        lineage=list(lineage), created_at=now(),
    )  # fmt: skip


async def take_number(stores: Stores, job: Job, version: DatasetVersion) -> bool:
    """Insert the version; False while another import holds its number and may still publish it."""
    versions = DatasetVersionRepository(stores.database, job.tenant)
    if await versions.add_once(version):
        return True
    holder = await versions.get(version.id)
    if holder is None or not await _is_left_behind(stores, job, holder):
        return False
    return await versions.replace(holder, version)


async def _is_left_behind(stores: Stores, job: Job, holder: DatasetVersion) -> bool:
    """Whether an import that was to publish this version no longer runs: an earlier attempt of ours, or a lost one."""
    if holder.import_id == job.id:
        return True
    other = await JobRepository(stores.database, job.tenant).get(holder.import_id)
    return other is None or other.status not in (JobStatus.RUNNING, JobStatus.SUCCEEDED)
