"""Finds what shows a person: images, and what was made from them. Nothing is changed here."""

from collections import defaultdict
from collections.abc import AsyncIterator, Sequence

import polars as pl
from anyio import to_thread

from maskeraid_core.copies import columns_of, copies_from, shows_any
from maskeraid_core.documents.datasets import IDENTITIES, DataPart, DatasetVersion, ImportSpec
from maskeraid_core.documents.deletions import (
    CopyOfOther,
    DeletionSpec,
    Erasure,
    LearnedVersion,
    OthersModel,
    VersionImages,
)
from maskeraid_core.documents.selectors import makes_selector
from maskeraid_core.errors import ValidationFailed
from maskeraid_core.ids import image_id, parse_image_id
from maskeraid_core.jobs import Job, JobKind, JobStatus
from maskeraid_core.manifests import (
    PREFIX,
    filter_manifest,
    parse_where,
    read_manifest,
    subjects_of,
)
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.datasets import DatasetVersionRepository
from maskeraid_core.repositories.erasures import Uses
from maskeraid_core.repositories.models import ModelRepository, ModelVersionRepository, learners_among_others
from maskeraid_core.repositories.repository import now

DIGESTS = ("sha256", "covering_sha256", "twin_sha256")
COLUMNS = ("row", *DIGESTS, *(f"{PREFIX}{name}" for name in IDENTITIES))  # of a manifest, that a person is found by


async def find(stores: Stores, tenant: str, spec: DeletionSpec, job_id: str = "") -> Erasure:
    """What shows a person, or some images: they, their covered copies, and what was made from them. Nothing is changed.

    An image is the person's when any version says so, also after an edit took the name away; so is one of the same
    bytes, and a covered copy of one, unless it is said to show somebody else.
    """
    search = Search(stores, tenant, spec)
    await search.look_for_images()
    rows = {dataset: sorted(found) for dataset, found in search.rows.items()}
    ids = [image_id(dataset, row) for dataset, found in rows.items() for row in found]
    uses, digests = Uses(stores.database, tenant), sorted(search.digests)
    pictures = search.named if spec.copied_from is None else ()  # given by their bytes they are the tenant's own
    models = await search.models()
    exports = [job.id for job in await uses.exports_of(list(rows)) if await search.takes_any(data_of(job))]
    batches = await uses.batches_of(ids, pictures)
    reimagings = await uses.reimagings_of(ids, pictures)
    probes = await uses.probes_of(ids, pictures)
    copying = [job.id for job in await uses.imports_of_others(list(rows)) if await search.takes_any(data_of(job))]
    using = [*exports, *batches, *reimagings, *probes, *copying]
    unfinished = [job.id for job in await uses.unfinished() if await search.is_used_by(job, models)]
    unfinished = list(dict.fromkeys([*unfinished, *await uses.unfinished_among(using)]))
    return Erasure(
        id=job_id, tenant=tenant, rows=rows, versions=search.versions, digests=digests, covered=search.covered,
        exports=exports, reimagings=reimagings, batches=batches, probes=probes, unfinished=unfinished,
        jobs_of_others=await uses.of_others_among(using), models=models,
        models_of_others=await search.models_of_others(), copies_of_others=await search.copies_of_others(),
        created_at=now(),
    )  # fmt: skip


class Search:
    """Two looks through the manifests of a tenant's datasets, those of deleted ones too; one of them in memory.

    The second one, for copies, is only taken where the first has found somebody.
    """

    def __init__(self, stores: Stores, tenant: str, spec: DeletionSpec) -> None:
        self._stores, self._tenant, self._spec = stores, tenant, spec
        self._dataset_versions = DatasetVersionRepository(stores.database, tenant)
        self._taken: dict[str, bool] = {}
        self.rows: defaultdict[str, set[int]] = defaultdict(set)
        self.named: set[str] = set()  # digests of the images themselves
        self.digests: set[str] = set()  # and of what belongs to them
        self.versions: list[VersionImages] = []
        self.covered = 0

    async def look_for_images(self) -> None:
        async for version, manifest in self._manifests():
            meant = manifest.filter(self._are_meant(version, manifest))
            self.rows[version.dataset_id].update(meant["row"])
            self.named.update(meant["sha256"])
        if self._spec.copied_from is not None:
            await self._look_for_own_copies()
        elif self.named:
            await self._look_for_copies(sorted(self.named))
        self.rows = defaultdict(set, {dataset: rows for dataset, rows in self.rows.items() if rows})

    def _are_meant(self, version: DatasetVersion, manifest: pl.DataFrame) -> pl.Series:
        """Which rows the order names, by whom they show or by their numbers."""
        if self._spec.subject is None:
            return manifest["row"].is_in(self._spec.images.get(version.dataset_id, []))
        found = subjects_of(manifest)
        return pl.repeat(False, manifest.height, eager=True) if found is None else found == self._spec.subject

    async def _look_for_copies(self, named: Sequence[str]) -> None:
        """Add images of the same bytes and covered copies; of a person, unless they are said to show somebody else."""
        alike: list[tuple[DatasetVersion, pl.DataFrame]] = []
        of_others: defaultdict[str, set[int]] = defaultdict(set)
        async for version, manifest in self._manifests():
            copies = manifest.filter(shows_any(manifest, named))
            alike.append((version, copies))
            if self._spec.subject is not None and (found := subjects_of(copies)) is not None:
                of_others[version.dataset_id].update(copies.filter(~found.is_in(["", self._spec.subject]))["row"])
        for version, copies in alike:
            self.rows[version.dataset_id] |= set(copies["row"]) - of_others[version.dataset_id]
        self._count(alike)

    async def _look_for_own_copies(self) -> None:
        """Add what the tenant's own imports have copied on; not its other images of the same bytes."""
        manifests = [found async for found in self._manifests()]
        known = 0
        while known < (known := sum(map(len, self.rows.values()))):
            theirs = [
                (version, rows.filter(pl.col("row").is_in(list(self.rows[version.dataset_id]))))
                for version, rows in manifests
            ]
            self.named.update(digest for _, rows in theirs for digest in rows["sha256"])
            for copy in await copies_from(self._stores, sorted(self.rows), self.named):
                found = parse_image_id(copy.image_id)
                if found and copy.tenant == self._tenant:
                    self.rows[found[0]].add(found[1])
        if known:
            self._count(theirs)

    async def copies_of_others(self) -> list[CopyOfOther]:
        """Images that readers have made their own. Their owners may have named them otherwise: it is the same face."""
        copies = await copies_from(self._stores, sorted(self.rows), self.named)
        return [one for one in copies if one.tenant != self._tenant]

    def _count(self, alike: Sequence[tuple[DatasetVersion, pl.DataFrame]]) -> None:
        """What is theirs of the images that are alike in each version: all that is, has the same bytes."""
        covered: set[tuple[str, int]] = set()
        for version, copies in alike:
            hits = copies.filter(pl.col("row").is_in(list(self.rows[version.dataset_id])))
            if hits.height:
                count = VersionImages(dataset_id=version.dataset_id, version=version.version, images=hits.height)
                self.versions.append(count)
                self.named.update(hits["sha256"])
                for name in [name for name in DIGESTS if name in hits.columns]:
                    self.digests.update(hits[name].drop_nulls())
                if DIGESTS[1] in hits.columns:
                    rows = hits.filter(pl.col(DIGESTS[1]).is_not_null())["row"]
                    covered.update((version.dataset_id, row) for row in rows)
        self.covered = len(covered)

    async def _manifests(self) -> AsyncIterator[tuple[DatasetVersion, pl.DataFrame]]:
        """Of each version what tells whom its images show, and which they are; with tombstones."""
        async for version in self._dataset_versions.each(self._spec.dataset_id):
            manifest = await columns_of(self._stores, version, COLUMNS)
            if manifest is not None:
                yield version, manifest

    async def _raw(self, version: DatasetVersion) -> pl.DataFrame:
        """With tombstones: what is being erased must be found until it is gone."""
        data = await self._stores.blobs.get(version.manifest_key, version.manifest_sha256)
        return await to_thread.run_sync(read_manifest, data)

    async def takes_any(self, parts: Sequence[DataPart]) -> bool:
        """Whether one of the parts has one of the images."""
        return any([await self._takes(part) for part in parts])

    async def _takes(self, part: DataPart) -> bool:
        rows, key = self.rows.get(part.dataset_id), part.model_dump_json()
        if not rows:
            return False
        if key not in self._taken:
            version = await self._dataset_versions.of_dataset(part.dataset_id, part.version)
            self._taken[key] = version is not None and _has(await self._raw(version), part, rows)
        return self._taken[key]

    async def models(self) -> list[LearnedVersion]:
        """Versions of live models that learned from the images, or began with one that did."""
        versions = ModelVersionRepository(self._stores.database, self._tenant)
        learners = [one for dataset in sorted(self.rows) for one in await versions.learned_from(dataset)]
        live = await ModelRepository(self._stores.database, self._tenant).live_among({one.model_id for one in learners})
        found: dict[tuple[str, int], LearnedVersion] = {}
        for one in learners:
            if one.model_id in live and await self.takes_any(one.data):
                version = await versions.of_model(one.model_id, one.version)
                facts = {"training_id": version.training_id, "data": version.data} if version else {}
                learned = LearnedVersion(model_id=one.model_id, version=one.version, **facts)
                found[one.model_id, one.version] = learned
        return [found[key] for key in sorted(found)]

    async def models_of_others(self) -> list[OthersModel]:
        """Models of other tenants that learned from the images, which are shared with them or were."""
        found = {
            (learner.tenant, learner.model_id, dataset)
            for dataset in sorted(self.rows)
            for learner in await learners_among_others(self._stores.database, self._tenant, dataset)
            if await self.takes_any([part for part in learner.data if part.dataset_id == dataset])
        }
        return [
            OthersModel(tenant=tenant, model_id=model, dataset_id=dataset) for tenant, model, dataset in sorted(found)
        ]

    async def is_used_by(self, job: Job, models: Sequence[LearnedVersion]) -> bool:
        """Whether an unfinished job reads the images, or a model's that learned from them.

        An import that runs may have read the dataset's latest version before the tombstone; one that waits has not.
        """
        if await self.takes_any(data_of(job)):
            return True
        if job.kind is JobKind.IMPORT:
            return job.status is JobStatus.RUNNING and job.spec["dataset_id"] in self.rows
        if job.kind is JobKind.TRAINING and makes_selector(job.spec):
            return bool(models)
        is_of_model = job.kind is JobKind.EVALUATION and job.spec.get("model_id") in {one.model_id for one in models}
        return is_of_model


def data_of(job: Job) -> list[DataPart]:
    """The parts of datasets that a job's specification names."""
    if job.kind is JobKind.EXPORT:
        return [DataPart.model_validate({name: job.spec[name] for name in DataPart.model_fields})]
    if job.kind is JobKind.IMPORT:
        return ImportSpec.model_validate(job.spec).lineage
    data = job.spec.get("data") or []
    return [DataPart.model_validate(part) for part in (data if isinstance(data, list) else [data])]


def _has(manifest: pl.DataFrame, part: DataPart, rows: set[int]) -> bool:
    try:
        left = filter_manifest(manifest, parse_where(part.where))
    except ValidationFailed:  # the filter names what the version has not: better one too many than one too few
        left = manifest
    return bool(left["row"].is_in(list(rows)).any())
