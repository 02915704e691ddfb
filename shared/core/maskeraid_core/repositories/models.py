"""Models and their versions, as their owner sees them; what others may see of them is in shares.py."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pymongo import DESCENDING

from maskeraid_core.documents.datasets import DataPart
from maskeraid_core.documents.models import CARD_FILE, Model, ModelFile, ModelFlag, ModelVersion, kept_files, parts_of
from maskeraid_core.documents.notices import Notice
from maskeraid_core.mongo import Database
from maskeraid_core.repositories.pools import PoolRepository
from maskeraid_core.repositories.repository import TenantRepository, now

LEARNED_FROM = ("lineage.data.dataset_id", "lineage.ancestors.dataset_id")  # each has its index
MOST_TRIES = 100  # of one who comes at the same time as others
DECIDES = frozenset({"grants", "latest_version"})  # which version of a model may be chosen, and by whom


@dataclass(frozen=True)
class Learner:
    """A version of a model, and what it learned from, with what was learned from before it."""

    model_id: str
    version: int
    data: Sequence[DataPart]


class ModelRepository(TenantRepository[Model]):
    """Every write that changes a pool notes it there."""

    collection_name = "models"
    kind = Model

    async def add(self, document: Model) -> Model:
        added = await super().add(document)
        await self._note_changed()  # nobody can have adopted it yet
        return added

    async def change(
        self, document_id: str, facts: Mapping[str, object], *, where: Mapping[str, object] | None = None
    ) -> Model | None:
        changed = await super().change(document_id, facts, where=where)
        if changed and not DECIDES.isdisjoint(facts):
            await self._note_changed(document_id)
        return changed

    async def all_live(self) -> list[Model]:
        """Every model of the tenant, oldest first."""
        return [Model.of(row) async for row in self._collection.find(self._live({})).sort("_id", 1)]

    async def delete(self, model_id: str) -> bool:
        """Hide a model from every answer; its files are swept when it has been so for an hour."""
        outcome = await self._collection.update_one(self._live({"_id": model_id}), {"$set": {"deleted_at": now()}})
        if outcome.modified_count:
            await self._note_changed(model_id)
        return outcome.modified_count == 1

    async def point(
        self, model_id: str, alias: str, version: int | None, *, where: Mapping[str, object], most: int | None = None
    ) -> Model | None:
        """Let an alias lead to a version, or (None) take it away, if `where` still holds; one update, or nothing.

        Other aliases stay as they are, whoever changes them at the same time; a further one needs that there are fewer
        than `most`, which those who come at the same time find out one after the other.
        """
        place, at = f"aliases.{alias}", now()
        stamp: dict[str, object] = {"updated_at": at}
        change = {"$set": stamp, "$unset": {place: ""}} if version is None else {"$set": {**stamp, place: version}}
        for _ in range(MOST_TRIES):
            known = await self.get(model_id)
            if known is None:
                return None
            is_new = version is not None and alias not in known.aliases
            if is_new and most is not None and len(known.aliases) >= most:
                return None
            unchanged = {"updated_at": known.updated_at} if is_new and "updated_at" not in where else {}
            outcome = await self._collection.update_one(self._live({**where, **unchanged, "_id": model_id}), change)
            if outcome.matched_count:
                return await self.get(model_id)
            if not unchanged:
                return None
        return None

    async def live_among(self, model_ids: Iterable[str]) -> set[str]:
        """Which of these models there are."""
        found = self._collection.find(self._live({"_id": {"$in": list(model_ids)}}), {"_id": 1})
        return {row["_id"] async for row in found}

    async def publish(self, version: ModelVersion) -> bool:
        """Make a version the latest one, unless a later one is; one update, or nothing."""
        outcome = await self._collection.update_one(
            self._live({"_id": version.model_id, "latest_version": {"$lt": version.version}}),
            {"$set": {"latest_version": version.version, **facts_of(version), "updated_at": now()}},
        )
        if outcome.modified_count:
            await self._note_changed(version.model_id)
        return outcome.modified_count == 1

    async def flag(self, model_id: str, flag: ModelFlag, notice: Notice) -> bool:
        """Flag a model and put that into its outbox, once for each thing that is gone; one update, or nothing."""
        cause = "dataset_id" if flag.deletion_id is None else "deletion_id"
        outcome = await self._collection.update_one(
            self._live({"_id": model_id, f"flags.{cause}": {"$ne": getattr(flag, cause)}}),
            {
                "$push": {"flags": flag.model_dump(), "outbox": notice.model_dump()},
                "$set": {"has_outbox": True, "updated_at": now()},
            },
        )
        return outcome.modified_count == 1

    async def note_ratings(self, model: Model, count: int, mean: float | None) -> bool:
        """Keep what was counted, unless somebody has counted since `model` was read; one update, or nothing."""
        outcome = await self._collection.update_one(
            self._live({"_id": model.id, "rated": model.rated or {"$in": [0, None]}}),  # absent where nobody ever rated
            {"$set": {"rating_count": count, "rating_mean": mean, "rated": model.rated + 1}},
        )
        return outcome.modified_count == 1

    async def _note_changed(self, *model_ids: str) -> None:
        await PoolRepository(self._collection.database).note_changed(self._tenant, model_ids)


def facts_of(version: ModelVersion) -> dict[str, Any]:
    """What a model repeats of its latest version, so that lists can be filtered by it."""
    return {"architecture": version.architecture, "kind": version.kind, "resolution": version.resolution}


class ModelVersionRepository(TenantRepository[ModelVersion]):
    collection_name = "model_versions"
    kind = ModelVersion

    @staticmethod
    def key(model_id: str, version: int) -> str:
        return f"{model_id}:{version}"

    async def of_model(self, model_id: str, version: int) -> ModelVersion | None:
        return await self.get(self.key(model_id, version))

    async def add_next(self, version: ModelVersion) -> ModelVersion:
        """Insert what a training made under the model's next number, once a training; the version that is there.

        Unique ids decide between trainings that end together, and between two who tell of one training's end.
        """
        number = 1
        while True:
            numbered = version.model_copy(update={"id": self.key(version.model_id, number), "version": number})
            found = await self._collection.find_one({"_id": numbered.id})  # also one that was deleted
            if found is None and await self.add_once(numbered):
                return numbered
            if found is not None:
                taken = ModelVersion.of(found)
                if taken.training_id == version.training_id:
                    return taken
                number += 1

    async def delete(self, version_id: str) -> bool:
        """Hide a version from every answer; its files are swept when it has been so for an hour."""
        outcome = await self._collection.update_one(self._live({"_id": version_id}), {"$set": {"deleted_at": now()}})
        await PoolRepository(self._collection.database).note_changed(self._tenant)
        return outcome.modified_count == 1

    async def change(
        self, document_id: str, facts: Mapping[str, object], *, where: Mapping[str, object] | None = None
    ) -> ModelVersion | None:
        changed = await super().change(document_id, facts, where=where)
        if changed and "lineage" in facts:
            await PoolRepository(self._collection.database).note_changed(self._tenant)
        return changed

    async def whole_numbers(self, model_id: str) -> list[int]:
        """Numbers of a model's versions that have their weights, lowest first."""
        found = self._collection.find(self._live({"model_id": model_id, "pruned_at": None}), {"version": 1})
        return sorted([row["version"] async for row in found])

    async def learned_from(self, dataset_id: str) -> list[Learner]:
        """Versions that learned from a dataset, or began with one that did, also of models that were deleted.

        Oldest model first.
        """
        fields = {"model_id": 1, "version": 1, "lineage.data": 1, "lineage.ancestors": 1, "deleted_at": 1}
        found: dict[str, dict[str, Any]] = {}
        for path in LEARNED_FROM:
            # What the index covers and no more, which takes the embedded server a third of the time.
            cursor = self._collection.find({"tenant": self._tenant, path: dataset_id}, fields)
            found |= {row["_id"]: row async for row in cursor if row.get("deleted_at") is None}
        rows = sorted(found.values(), key=lambda row: (row["model_id"], row["version"]))
        return [Learner(row["model_id"], row["version"], parts_of(row["lineage"], "data", "ancestors")) for row in rows]

    async def note_measured(self, as_read: ModelVersion, measured: ModelVersion) -> bool:
        """Write what was measured onto a version, unless its card has changed since; one update, or nothing."""
        fields = measured.model_dump(include={"guarantees", "varies", "combinations", "card", "files"})
        card = as_read.file(CARD_FILE)
        unchanged = {"files.sha256": card.sha256} if card else {"files.name": {"$ne": CARD_FILE}}
        is_noted = await self.change(as_read.id, fields, where=unchanged) is not None
        if is_noted:  # flags, and whether it copies, decide who may choose it
            await PoolRepository(self._collection.database).note_changed(self._tenant, [as_read.model_id])
        return is_noted

    async def latest_of(self, models: Iterable[Model]) -> list[ModelVersion]:
        """The latest version of each model."""
        keys = [self.key(model.id, model.latest_version) for model in models]
        return [ModelVersion.of(row) async for row in self._collection.find(self._live({"_id": {"$in": keys}}))]

    async def bytes_of(self, models: Sequence[Model]) -> int:
        """What the files of all versions of these models take."""
        wanted = self._live({"model_id": {"$in": [model.id for model in models]}})
        found = self._collection.find(wanted, {"files": 1, "inner_files": 1, "pruned_at": 1})
        kept = [
            kept_files(map(ModelFile.model_validate, row["files"] + row.get("inner_files", [])), row.get("pruned_at"))
            async for row in found
        ]
        return sum(file.bytes for files in kept for file in files)

    async def prune(self, version_id: str, at: datetime) -> None:
        """Say that the bulk of a version may go; the bytes follow when that has been so for an hour."""
        await self._collection.update_one(
            self._live({"_id": version_id, "pruned_at": None}), {"$set": {"pruned_at": at}}
        )

    async def keep(self, version_id: str) -> None:
        """Take that back; only right while the bytes are there."""
        await self._collection.update_one(self._live({"_id": version_id}), {"$set": {"pruned_at": None}})


@dataclass(frozen=True)
class OthersLearner(Learner):
    """The same of another tenant's model."""

    tenant: str


async def learners_among_others(database: Database, tenant: str, dataset_id: str) -> list[OthersLearner]:
    """Versions of other tenants' models that learned from a dataset of this one's, or began with one that did."""
    fields = {"tenant": 1, "model_id": 1, "version": 1, "lineage.data": 1, "lineage.ancestors": 1}
    found: dict[str, dict[str, Any]] = {}
    for path in LEARNED_FROM:
        rows = database[ModelVersionRepository.collection_name].find({path: dataset_id}, fields)
        found |= {row["_id"]: row async for row in rows if row["tenant"] != tenant}
    return [
        OthersLearner(
            row["model_id"], row["version"], parts_of(row["lineage"], "data", "ancestors"), tenant=row["tenant"]
        )
        for row in found.values()
    ]


async def learners_of(database: Database, dataset_id: str) -> list[tuple[str, str]]:
    """Tenant and id of all models, of whatever tenant, that learned from a dataset or began with one that did."""
    found = set()
    for path in LEARNED_FROM:
        rows = database[ModelVersionRepository.collection_name].find({path: dataset_id}, {"tenant": 1, "model_id": 1})
        found |= {(row["tenant"], row["model_id"]) async for row in rows}
    return sorted(found)


async def newest_versions(database: Database, limit: int) -> list[ModelVersion]:
    """The newest model versions of all tenants, for workers that load them ahead; a limit of 0 means none."""
    if not limit:
        return []
    cursor = database[ModelVersionRepository.collection_name].find({"pruned_at": None, "deleted_at": None})
    return [ModelVersion.of(row) async for row in cursor.sort("_id", DESCENDING).limit(limit)]


async def whole_versions(database: Database, before: datetime) -> AsyncIterator[ModelVersion]:
    """Versions of all tenants that were made before then and never pruned or deleted; one at a time in memory."""
    wanted = {"created_at": {"$lt": before}, "pruned_at": None, "deleted_at": None}
    async for row in database[ModelVersionRepository.collection_name].find(wanted):
        yield ModelVersion.of(row)
