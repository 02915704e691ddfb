"""A selector that learns anew: ordered when a training has changed the models that its tenant can use."""

import hashlib
import json

from maskeraid_core import VERSION
from maskeraid_core.documents.selectors import MAKES_SELECTOR, Selector, SelectorSpec
from maskeraid_core.ids import new_id
from maskeraid_core.jobs import Job, JobKind, Notify
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.jobs import JobRepository
from maskeraid_core.repositories.lanes import LaneRepository
from maskeraid_core.repositories.repository import now
from maskeraid_core.repositories.selectors import SelectorRepository

EFFECT = "publish_selector"


async def publish_selector(stores: Stores, job: Job, data: dict[str, object]) -> None:
    """What follows the success of a training that makes a selector."""
    await SelectorRepository(stores.database, job.tenant).publish(Selector.of(dict(data)))


async def order_anew(stores: Stores, job: Job) -> None:
    """Let the tenant's selector learn anew after a training has made a model; done twice it is done once.

    Only where there is a selector, and where none waits for its turn: that one will find the new model too.
    """
    current = await SelectorRepository(stores.database, job.tenant).current()
    jobs = JobRepository(stores.database, job.tenant)
    if current is None or await jobs.has_waiting(JobKind.TRAINING, {"spec.kind": MAKES_SELECTOR}):
        return
    spec = SelectorSpec(name=current.name, seed=current.seed, software=VERSION).model_dump(mode="json")
    at = now()
    order = Job(
        id=new_id(JobKind.TRAINING.id_prefix), tenant=job.tenant, kind=JobKind.TRAINING,
        queue=JobKind.TRAINING.queue, spec=spec,
        spec_digest=hashlib.sha256(json.dumps(spec, sort_keys=True).encode()).hexdigest(),
        not_before=at, rang_at=at, notify=Notify(email=False, webhooks=False),
        idempotency_key=f"selector-after:{job.id}", request_id=job.request_id, created_at=at, updated_at=at,
    )  # fmt: skip
    accepted = await jobs.accept(order)
    if accepted.id == order.id:
        await LaneRepository(stores.database).mark_waiting(order.queue, order.tenant)
        await stores.doorbell.ring(order.queue, order.id)
