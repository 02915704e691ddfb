"""Forgets jobs that were made from erased images; of others that used them, the inputs and pictures that show them."""

from maskeraid_core.documents.deletions import Erasure
from maskeraid_core.documents.reimagings import ImageSource
from maskeraid_core.outbox import drain
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.batches import BatchRepository
from maskeraid_core.repositories.events import EventRepository
from maskeraid_core.repositories.jobs import JobRepository
from maskeraid_core.repositories.moves import JobMoves
from maskeraid_core.repositories.needs import Needs, input_keys
from maskeraid_core.repositories.own_outputs import OwnOutputRepository

PROBE_FILE = "probe.png"


async def forget_jobs(stores: Stores, erasure: Erasure) -> None:
    """Exports and re-imagings with all their bytes; of batches the inputs, and of trainings the probe's pictures.

    What the register of own outputs knows of the re-imagings goes as well: it holds small pictures of what was filled.
    """
    await OwnOutputRepository(stores.database).delete(erasure.reimagings)
    tenant_of = {one.job_id: one.tenant for one in erasure.jobs_of_others}
    for job_id in (*erasure.exports, *erasure.reimagings):
        await _forget(stores, tenant_of.get(job_id, erasure.tenant), job_id)
    for batch_id in erasure.batches:
        await _blank_inputs(stores, batch_id, erasure)
    for job_id in erasure.probes:
        await _forget_probe(stores, tenant_of.get(job_id, erasure.tenant), job_id)


async def _forget(stores: Stores, tenant: str, job_id: str) -> None:
    """The document last, so that whoever comes after a crash knows what it was given."""
    job = await JobMoves(stores.database).get(job_id)
    if job is not None:
        await drain(stores, job)  # what must be told is told before it is forgotten
        needed = await Needs(stores.database, tenant).inputs_of_live_jobs()
        await stores.blobs.delete(input_keys(job.spec) - needed)
    await stores.blobs.delete(await stores.blobs.keys(f"t/{tenant}/jobs/{job_id}/"))
    await EventRepository(stores.database).delete_of(job_id)
    await JobRepository(stores.database, tenant).erase(job_id)


async def _blank_inputs(stores: Stores, batch_id: str, erasure: Erasure) -> None:
    """Inputs keep their numbers, so that the others' results keep theirs; asked for again, they are gone."""
    batches = BatchRepository(stores.database)
    known = await batches.inputs(batch_id)
    if known is None:
        return
    gone = ImageSource(key=f"t/{erasure.tenant}/images/erased.png")
    digests = set(erasure.digests) if known.tenant == erasure.tenant else set()
    ids = erasure.image_ids
    inputs = [
        one.model_copy(update={"image": gone}) if one.image.image_id in ids or one.image.sha256 in digests else one
        for one in known.inputs
    ]
    await batches.replace_inputs(known.model_copy(update={"inputs": inputs}))


async def _forget_probe(stores: Stores, tenant: str, job_id: str) -> None:
    events = EventRepository(stores.database)
    job = await JobMoves(stores.database).get(job_id)
    if job is not None:
        await JobRepository(stores.database, tenant).rewrite(job_id, **{"spec.probe": None})
    keys = await events.pictures(job_id, PROBE_FILE)
    await stores.blobs.delete(keys)
    await events.forget_pictures(job_id, PROBE_FILE)
