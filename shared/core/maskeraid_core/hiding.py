"""Notes what an order to erase has found, hides it from everybody, and ends the jobs that use it.

What readers have copied is erased by orders in their names. The gateway does so with the order, the curator until
nothing new is found; only then bytes are deleted.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Sequence

from maskeraid_core.documents.deletions import SOURCE_ERASED, DeletionSpec, Erasure
from maskeraid_core.erasing import find
from maskeraid_core.ids import new_id, parse_image_id
from maskeraid_core.jobs import Job, JobKind, Notify
from maskeraid_core.news import wish_subject
from maskeraid_core.outbox import drain, tend_batch
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.datasets import DatasetVersionRepository
from maskeraid_core.repositories.erasures import ErasureRepository
from maskeraid_core.repositories.jobs import JobRepository
from maskeraid_core.repositories.lanes import LaneRepository
from maskeraid_core.repositories.moves import JobMoves
from maskeraid_core.repositories.repository import now
from maskeraid_core.status_machine import JobAction


async def hide_at_once(stores: Stores, job: Job, spec: DeletionSpec) -> None:
    """Hide what shows the person, and ask the jobs that use it to end: else one may publish it a moment later.

    Until nothing new is found, for a job may have ended during the search. The curator does it as well, should we die
    here, and may be faster: what it has noted stays.
    """
    erasures = ErasureRepository(stores.database, job.tenant)
    known, found = None, await find(stores, job.tenant, spec, job.id)
    await erasures.add_once(found)
    while found != known:
        known = found
        await lay_tombstones(stores, known)
        await order_copies(stores, job, known)
        await end_jobs(stores, known)
        found = known.joined(await find(stores, job.tenant, spec, job.id))
    ordered = await JobMoves(stores.database).get(job.id)
    if ordered is None or ordered.status.is_terminal:  # else its end forgets it
        await erasures.delete(job.id)


async def note_and_hide(stores: Stores, job: Job, spec: DeletionSpec) -> Erasure:
    """What was found before and now; written down, and hidden."""
    erasures = ErasureRepository(stores.database, job.tenant)
    found, known = await find(stores, job.tenant, spec, job.id), await erasures.get(job.id)
    erasure = known.joined(found) if known else found
    if erasure != known:
        await erasures.put(erasure)
    await lay_tombstones(stores, erasure)
    await order_copies(stores, job, erasure)
    return erasure


async def order_copies(stores: Stores, job: Job, erasure: Erasure) -> None:
    """Erase what readers have copied, by an order in each reader's name, which hides it at once as well.

    Whoever copied in a circle is asked once: an order that is there already is not made again.
    """
    of_reader: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for copy in erasure.copies_of_others:
        of_reader[copy.tenant, copy.copied_from].append(copy.image_id)
    for (tenant, source), image_ids in of_reader.items():
        order = _order(job, tenant, source, image_ids)
        accepted = await JobRepository(stores.database, tenant).accept(order)
        if accepted.id == order.id:
            await LaneRepository(stores.database).mark_waiting(order.queue, tenant)
            await hide_at_once(stores, accepted, DeletionSpec.model_validate(accepted.spec))
            await stores.doorbell.ring(order.queue, order.id)


def _order(job: Job, tenant: str, source: str, image_ids: Sequence[str]) -> Job:
    """To erase copies: it names neither the person nor whose images they were."""
    images: defaultdict[str, list[int]] = defaultdict(list)
    for one in sorted(image_ids):
        if found := parse_image_id(one):
            images[found[0]].append(found[1])
    first = job.spec.get("follows") or job.id
    spec = DeletionSpec(images=images, copied_from=source, follows=first).model_dump(mode="json")
    digest = hashlib.sha256(json.dumps(spec, sort_keys=True).encode()).hexdigest()
    at = now()
    return Job(
        id=new_id(JobKind.DELETION.id_prefix), tenant=tenant, kind=JobKind.DELETION, queue=JobKind.DELETION.queue,
        spec=spec, spec_digest=digest, not_before=at, rang_at=at, notify=Notify(email=True),
        warnings=[{**SOURCE_ERASED, "dataset_id": source}], idempotency_key=f"copies:{digest}",
        created_at=at, updated_at=at,
    )  # fmt: skip


async def lay_tombstones(stores: Stores, erasure: Erasure) -> None:
    """Hide the images in every version that has them, and exports and results made from them. Done twice, done once."""
    versions = DatasetVersionRepository(stores.database, erasure.tenant)
    for hit in erasure.versions:
        await versions.mark_erased(versions.key(hit.dataset_id, hit.version), erasure.rows[hit.dataset_id])
    await JobRepository(stores.database, erasure.tenant).hide([*erasure.own("exports"), *erasure.own("reimagings")])
    made = {*erasure.exports, *erasure.reimagings}
    for one in erasure.jobs_of_others:
        if one.job_id in made:
            await JobRepository(stores.database, one.tenant).hide([one.job_id])


async def end_jobs(stores: Stores, erasure: Erasure) -> bool:
    """Cancel the jobs that use the images; whether one has not ended yet."""
    moves, waits = JobMoves(stores.database), False
    for job_id in erasure.unfinished:
        job = await moves.get(job_id)
        if job is None or job.status.is_terminal:
            continue
        asked = await moves.ask(job, JobAction.CANCEL)
        if asked.status.is_terminal:
            await drain(stores, asked)
        else:
            waits = True
            await stores.news.publish(wish_subject(job_id))
            await tend_batch(stores, job_id)  # nobody holds a batch while its items run
    return waits
