"""What a job is about: datasets and models, by the names that they have now."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from maskeraid_api.access import Caller
from maskeraid_api.estimates import Wait
from maskeraid_api.schemas.jobs import AboutView, JobView
from maskeraid_core.documents.accounts import Scope
from maskeraid_core.ids import parse_image_id, twin_id
from maskeraid_core.jobs import Job, JobKind
from maskeraid_core.mongo import Database
from maskeraid_core.repositories.dataset_shares import SharedDatasetRepository
from maskeraid_core.repositories.datasets import DatasetRepository
from maskeraid_core.repositories.models import ModelRepository
from maskeraid_core.repositories.shares import SharedModelRepository

PLACES = (
    ("ds_", Scope.DATASETS_READ, DatasetRepository, SharedDatasetRepository),
    ("mdl_", Scope.MODELS_READ, ModelRepository, SharedModelRepository),
)


@dataclass(frozen=True)
class JobViews:
    """Jobs as a caller may see them; what a page is about is looked up at once."""

    database: Database
    caller: Caller

    async def of(self, jobs: Sequence[Job]) -> list[JobView]:
        found = {job.id: about(job) for job in jobs}
        names = await self._names({one for ids in found.values() for one in ids})
        return [JobView.of(job, about=[AboutView(id=one, name=names.get(one, one)) for one in found[job.id]])
                for job in jobs]  # fmt: skip

    async def of_one(self, job: Job, wait: Wait | None = None) -> JobView:
        (view,) = await self.of([job])
        return JobView.of(job, wait, view.about)

    async def _names(self, ids: set[str]) -> dict[str, str]:
        """Of what is there and may be read; two queries of own things, and two of others' where some are not own."""
        names: dict[str, str] = {}
        for prefix, scope, own, shared in PLACES:
            wanted = {one for one in ids if one.startswith(prefix)}
            for kind in (own, shared) if self.caller.may(scope) else ():
                if missing := wanted - names.keys():
                    found = await kind(self.database, self.caller.tenant).readable(missing)
                    names |= {one.id: one.name for one in found}
        return names


def about(job: Job) -> list[str]:
    """Identifiers, each once: what a job changes or makes comes before what it reads."""
    return list(dict.fromkeys(filter(None, _ids_in(job))))


def _ids_in(job: Job) -> Iterator[str | None]:
    spec = job.spec
    if job.kind is not JobKind.TRAINING or spec.get("model_id") != twin_id("mdl", job.id):  # a new one has its name
        yield spec.get("model_id")
    yield spec.get("dataset_id")
    yield from spec.get("images") or {}  # of an erasure, by dataset
    filled = spec.get("template") or spec  # of a batch: its items'
    yield (filled.get("model") or {}).get("model_id")
    yield _dataset_of(spec.get("image") or {})
    for name in ("data", "covered", "parts"):
        parts = spec.get(name) or []
        for part in parts if isinstance(parts, list) else [parts]:
            yield part.get("dataset_id")


def _dataset_of(image: Mapping[str, Any]) -> str | None:
    place = parse_image_id(image.get("image_id") or "")
    return place[0] if place else None
