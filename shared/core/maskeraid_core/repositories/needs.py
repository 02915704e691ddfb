"""Which objects of a tenant its documents still need: asked before anything is swept."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from maskeraid_core.documents.datasets import Upload
from maskeraid_core.documents.models import ModelVersion
from maskeraid_core.documents.selectors import Selector
from maskeraid_core.ids import twin_id
from maskeraid_core.jobs import CHECKPOINT_FILES, JobKind, JobStatus
from maskeraid_core.mongo import Database

MOST = 500  # in one list; the next round finds the others
LIVE = [status for status in JobStatus if not status.is_terminal]


@dataclass(frozen=True)
class Fate:
    """What became of a job. Settled: it has ended, and what had to follow has been carried out."""

    kind: JobKind
    is_settled: bool
    has_succeeded: bool
    last_attempt: int
    finished_at: datetime | None = None


class Needs:
    """One tenant's; every method is one or two reads."""

    def __init__(self, database: Database, tenant: str) -> None:
        self._database = database
        self._tenant = tenant

    async def inputs_of_live_jobs(self, without: str | None = None) -> set[str]:
        """Keys of the bytes that unfinished jobs were given; `without` is the id of one that does not count."""
        wanted = {"tenant": self._tenant, "status": {"$in": LIVE}, "_id": {"$ne": without}}
        rows = await self._database["jobs"].find(wanted, {"spec": 1, "kind": 1}).to_list()
        keys = {key for row in rows for key in input_keys(row["spec"])}
        for batch_id in [row["_id"] for row in rows if row["kind"] == JobKind.BATCH]:
            inputs = await self._database["batch_inputs"].find_one({"_id": batch_id})
            keys |= {key for row in (inputs or {}).get("inputs", ()) for key in input_keys(row)}
        return keys

    async def is_changing_datasets(self) -> bool:
        """Whether an import or an erasure runs, or has ended and is not seen by all yet."""
        kinds = {"tenant": self._tenant, "kind": {"$in": [JobKind.IMPORT, JobKind.DELETION]}}
        either = [{"status": JobStatus.RUNNING}, {"status": {"$nin": LIVE}, "has_outbox": True}]
        return await self._database["jobs"].find_one({**kinds, "$or": either}, {"_id": 1}) is not None

    async def images_of_live_jobs(self) -> set[str]:
        """Keys of the datasets' images that unfinished jobs fill: re-imagings, batches, trainings with a probe."""
        wanted = {"tenant": self._tenant, "status": {"$in": LIVE}}
        rows = await self._database["jobs"].find(wanted, {"spec": 1, "kind": 1}).to_list()
        specs = [row["spec"] for row in rows]
        for batch_id in [row["_id"] for row in rows if row["kind"] == JobKind.BATCH]:
            inputs = await self._database["batch_inputs"].find_one({"_id": batch_id})
            specs += (inputs or {}).get("inputs", ())
        shown = [(spec.get("probe") or spec).get("image") or {} for spec in specs]
        return {image["key"] for image in shown if image.get("key")}

    async def parts_of_uploads(self) -> set[str]:
        """Keys of the parts of all uploads that are still there."""
        cursor = self._database["uploads"].find({"tenant": self._tenant}, {"parts": 1})
        return {part["key"] async for row in cursor for part in row["parts"].values()}

    async def fates(self, job_ids: Iterable[str]) -> dict[str, Fate]:
        """By job; a job that no document describes is absent."""
        fields = {"kind": 1, "status": 1, "fence": 1, "has_outbox": 1, "finished_at": 1}
        cursor = self._database["jobs"].find({"_id": {"$in": list(job_ids)}, "tenant": self._tenant}, fields)
        return {row["_id"]: _fate(row) async for row in cursor}

    async def files_of_models(self, job_ids: Collection[str], deleted_before: datetime) -> set[str]:
        """Keys of the files of the models and selectors that trainings made.

        Without what was deleted or pruned before then.
        """
        trained = {"lineage.training_id": {"$in": list(job_ids)}}
        twins = {"model_id": {"$in": [twin_id("mdl", job_id) for job_id in job_ids]}}
        found = await self._files_of([*await self._versions(trained), *await self._versions(twins)], deleted_before)
        return found | await self._files_of_selectors(job_ids, deleted_before)

    async def _files_of_selectors(self, job_ids: Collection[str], deleted_before: datetime) -> set[str]:
        ids = [twin_id("sel", job_id) for job_id in job_ids]
        rows = self._database["selectors"].find({"_id": {"$in": ids}, "tenant": self._tenant})
        selectors = [Selector.of(row) async for row in rows]
        return {file.key for one in selectors for file in one.files if not _is_before(one.deleted_at, deleted_before)}

    async def files_of_versions(self, keys: Collection[str], deleted_before: datetime) -> set[str]:
        """Likewise those of the versions that name any of these keys."""
        return await self._files_of(await self._versions({"files.key": {"$in": list(keys)}}), deleted_before)

    async def _files_of(self, versions: Sequence[ModelVersion], deleted_before: datetime) -> set[str]:
        model_ids = list({version.model_id for version in versions})
        models = self._database["models"].find({"_id": {"$in": model_ids}, "tenant": self._tenant}, {"deleted_at": 1})
        live = {row["_id"] async for row in models if not _is_before(row.get("deleted_at"), deleted_before)}
        return {
            file.key
            for version in versions
            for file in (*version.files, *version.inner_files)
            if version.model_id in live
            and not _is_before(version.deleted_at, deleted_before)
            and (file.is_shown or not _is_before(version.pruned_at, deleted_before))
        }

    async def _versions(self, wanted: dict[str, Any]) -> list[ModelVersion]:
        found = self._database["model_versions"].find({"tenant": self._tenant, **wanted})
        return [ModelVersion.of(row) async for row in found]

    async def sheets_of_trainings(self, job_ids: Iterable[str]) -> set[str]:
        """Keys of the samples that the histories of trainings name."""
        wanted = {"job": {"$in": [job_id for job_id in job_ids if job_id.startswith(JobKind.TRAINING.id_prefix)]}}
        events = self._database["job_events"].find({**wanted, "type": "job.sample"}, {"data": 1})
        return {row["data"]["key"] async for row in events}


async def abandoned_uploads(database: Database, before: datetime) -> Sequence[Upload]:
    """Uploads of all tenants that were begun before then, and not completed since; the oldest `MOST` of those begun."""
    found = database["uploads"].find({"created_at": {"$lt": before}}).sort("created_at", 1).limit(MOST)
    begun = [Upload.of(row) async for row in found]
    return [upload for upload in begun if upload.completed_at is None or upload.completed_at < before]


def input_keys(spec: dict[str, Any]) -> set[str]:
    """Keys of the bytes that a job was given: files of an import, pictures of a re-imaging or a probe, a checkpoint."""
    shown = spec.get("probe") or spec
    pictures = [(shown.get(name) or {}).get("upload") for name in ("image", "covering")]
    keys = {key for file in (*spec.get("files", ()), *filter(None, pictures)) for key in file["keys"]}
    if checkpoint := (spec.get("start_from") or {}).get("key"):
        keys |= {f"{checkpoint}/{name}" for name in CHECKPOINT_FILES}
    return keys


def _fate(row: dict[str, Any]) -> Fate:
    status = JobStatus(row["status"])
    is_settled = status.is_terminal and not row["has_outbox"]
    return Fate(JobKind(row["kind"]), is_settled, status is JobStatus.SUCCEEDED, row["fence"], row.get("finished_at"))


def _is_before(moment: datetime | None, then: datetime) -> bool:
    return moment is not None and moment < then
