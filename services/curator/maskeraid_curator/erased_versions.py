"""Takes erased images out of the manifests of dataset versions, and gives each dataset a version that follows."""

from collections.abc import Callable

from anyio import to_thread

from maskeraid_core.documents.datasets import DataPart, DatasetVersion
from maskeraid_core.documents.deletions import DeletionSpec, Erasure
from maskeraid_core.held import Held
from maskeraid_core.jobs import Job
from maskeraid_core.manifests import rows_of, write_manifest
from maskeraid_core.portal import PortalStores, Stores
from maskeraid_core.redacting import redacted, redacted_schema
from maskeraid_core.repositories.datasets import DatasetRepository, DatasetVersionRepository
from maskeraid_core.repositories.repository import now
from maskeraid_curator.versions import take_number

LOOK_SECONDS = 0.2  # between two looks at an import that is about to publish


async def rewrite_versions(stores: Stores, tenant: str, spec: DeletionSpec, erasure: Erasure) -> None:
    """Write each version that has tombstones without them; take the name out of schemas, and of what others took."""
    versions, datasets = DatasetVersionRepository(stores.database, tenant), DatasetRepository(stores.database, tenant)
    for hit in erasure.versions:
        await _rewrite(stores, versions, versions.key(hit.dataset_id, hit.version))
    async for version in versions.each():
        facts: dict[str, object] = {}
        lineage = [DataPart.model_validate(redacted(part.model_dump(), spec.subject)) for part in version.lineage]
        if lineage != version.lineage:
            facts["lineage"] = [part.model_dump() for part in lineage]
        schema = redacted_schema(version.attributes, spec.subject)
        if version.dataset_id in erasure.rows and schema != version.attributes:
            facts["attributes"] = {name: part.model_dump() for name, part in schema.items()}
        if facts:
            await versions.change(version.id, facts)
    for dataset_id, attributes in await datasets.schemas_of(list(erasure.rows)):
        if (schema := redacted_schema(attributes, spec.subject)) != attributes:
            await datasets.set_attributes(dataset_id, schema)
    await versions.note_all_rewritten()


async def _rewrite(stores: Stores, versions: DatasetVersionRepository, version_id: str) -> None:
    """Bytes first; the old manifest, which no version names then, goes with the images."""
    while (version := await versions.get(version_id)) is not None and version.erased_rows:
        rows = await rows_of(stores.blobs, version)
        data = await to_thread.run_sync(write_manifest, rows)
        key, digest = await stores.blobs.put_content(f"t/{version.tenant}/manifests", data, ".parquet")
        facts = {
            "manifest_key": key, "manifest_sha256": digest, "image_count": rows.height,
            "sides": sorted(rows["width"].unique()), "bytes": int(rows["bytes"].sum()),
        }  # fmt: skip
        if await versions.rewrite(version, facts):
            return


def make_successor(held: Held, port: PortalStores, dataset_id: str, check: Callable[[], None]) -> None:
    """Publish a version with the rows of the latest one, which says that the dataset has changed; once a job."""
    while (version := port.call(_successor, held.stores, held.job, dataset_id)) is not None:
        if port.call(take_number, held.stores, held.job, version):
            port.call(DatasetRepository(held.stores.database, held.job.tenant).publish, version)
        else:
            check()
            held.changed.wait(LOOK_SECONDS)


async def _successor(stores: Stores, job: Job, dataset_id: str) -> DatasetVersion | None:
    """The version to be made; None of a deleted dataset, or when this job has made it."""
    dataset = await DatasetRepository(stores.database, job.tenant).get(dataset_id)
    if dataset is None or dataset.latest_version == 0:
        return None
    versions = DatasetVersionRepository(stores.database, job.tenant)
    published = [one async for one in versions.each(dataset_id) if one.version <= dataset.latest_version]
    if any(one.import_id == job.id for one in published):
        return None
    latest = max(published, key=lambda one: one.version)
    number = latest.version + 1
    facts = {
        "id": versions.key(dataset_id, number), "version": number, "parent_version": latest.version,
        "import_id": job.id, "lineage": [], "created_at": now(),
    }  # fmt: skip
    return latest.model_copy(update=facts)
