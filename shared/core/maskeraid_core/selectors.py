"""A selector that learns anew: ordered when the models that its tenant can use have changed, and then rest."""

import hashlib
import json
from datetime import datetime, timedelta

from maskeraid_core import VERSION
from maskeraid_core.documents.pools import Pool
from maskeraid_core.documents.selectors import MAKES_SELECTOR, Selector, SelectorSpec
from maskeraid_core.ids import new_id
from maskeraid_core.jobs import Job, JobKind, JobStatus, Notify
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.jobs import JobRepository
from maskeraid_core.repositories.lanes import LaneRepository
from maskeraid_core.repositories.pools import PoolRepository
from maskeraid_core.repositories.repository import now
from maskeraid_core.repositories.selectors import SelectorRepository, usable_versions

EFFECT = "publish_selector"
QUIET = timedelta(seconds=30)  # without a change: whoever tidies up deletes one model after the other
FEWEST_MODELS = 2  # that a network can tell apart


async def publish_selector(stores: Stores, job: Job, data: dict[str, object]) -> None:
    """What follows the success of a training that makes a selector."""
    await SelectorRepository(stores.database, job.tenant).publish(Selector.of(dict(data)))


async def order_if_outdated(stores: Stores, pool: Pool) -> None:
    """Let a tenant's selector learn anew whose pool has changed and rests; done by several it is done once.

    One order a change at most, whatever comes of it, so that one that fails is not ordered again and again.
    """
    jobs = JobRepository(stores.database, pool.id)
    trainings = await jobs.since(JobKind.TRAINING, {"spec.kind": MAKES_SELECTOR}, pool.changed_at)
    has_seen = any(_sees(job, pool.changed_at) for job in trainings)
    if trainings and not has_seen:
        return  # one runs, and may know the change or not: its selector will tell
    current = None if has_seen else await SelectorRepository(stores.database, pool.id).current()
    if current is not None:
        versions = await usable_versions(stores.database, pool.id)
        latest = {version.model_id: (version.version, version.name) for version in versions}
        if len(latest) >= FEWEST_MODELS and current.outdated_by(latest):
            await _order(stores, pool, current)
    await PoolRepository(stores.database).settle(pool)


def _sees(job: Job, changed_at: datetime) -> bool:
    """Whether a training has looked at the models after a change, or will."""
    return job.status is JobStatus.QUEUED or (job.started_at is not None and job.started_at > changed_at)


async def _order(stores: Stores, pool: Pool, current: Selector) -> None:
    spec = SelectorSpec(name=current.name, seed=current.seed, software=VERSION).model_dump(mode="json")
    at = now()
    order = Job(
        id=new_id(JobKind.TRAINING.id_prefix), tenant=pool.id, kind=JobKind.TRAINING, queue=JobKind.TRAINING.queue,
        spec=spec, spec_digest=hashlib.sha256(json.dumps(spec, sort_keys=True).encode()).hexdigest(),
        not_before=at, rang_at=at, notify=Notify(email=False, webhooks=False),
        idempotency_key=f"selector-after:{pool.changes}", created_at=at, updated_at=at,
    )  # fmt: skip
    accepted = await JobRepository(stores.database, pool.id).accept(order)
    if accepted.id == order.id:
        await LaneRepository(stores.database).mark_waiting(order.queue, order.tenant)
        await stores.doorbell.ring(order.queue, order.id)
