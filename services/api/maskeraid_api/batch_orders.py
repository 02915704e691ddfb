"""Ordering a batch: what it is about lies beside its job before the job exists. And again, what did not succeed."""

from collections.abc import Sequence
from dataclasses import replace

from starlette.requests import Request

from maskeraid_api.accepting import Order, accept
from maskeraid_api.batch_inputs import Given, put_away
from maskeraid_api.gateway import gateway_of
from maskeraid_api.limits import check_room
from maskeraid_api.reimaging_inputs import Inputs
from maskeraid_api.schemas.batches import BatchOptions
from maskeraid_core.documents.batches import BatchInput, BatchInputs, BatchSpec
from maskeraid_core.documents.reimagings import ReimagingSpec
from maskeraid_core.errors import InputGone
from maskeraid_core.ids import new_id
from maskeraid_core.jobs import Job, JobKind, JobStatus
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.batches import BatchRepository
from maskeraid_core.repositories.jobs import JobRepository
from maskeraid_core.repositories.needs import input_keys
from maskeraid_core.repositories.repository import now


async def order_batch(
    request: Request, options: BatchOptions, template: ReimagingSpec, given: Sequence[Given], inputs: Inputs
) -> Job:
    """Accept a batch over these inputs. Raises: QueueFull, Overloaded, IdempotencyKeyReused."""
    gateway, spec = gateway_of(request), BatchSpec(total=len(given), template=template)
    batch_id, tenant = new_id(JobKind.BATCH.id_prefix), inputs.caller.tenant

    async def put_all_away() -> BatchSpec:
        await check_room(gateway, tenant, len(given))
        stored = await put_away(given, inputs)
        await _add(gateway.stores, batch_id, tenant, stored)
        return spec

    order = Order(
        JobKind.BATCH, spec, batch_id, notify=options.notify.to_document(), metadata=options.metadata,
        client_reference_id=options.client_reference_id,
        deadline_seconds=options.deadline_seconds or gateway.settings.batch_deadline_seconds,
    )  # fmt: skip
    if await _is_known(request, order, tenant):  # asked again: it has its place in the queue
        return await accept(request, order)
    return await _accept(request, replace(order, put_away=put_all_away))


async def order_batch_again(request: Request, earlier: Job) -> Job:
    """A batch over the inputs of an earlier one that did not succeed. Raises: InputGone, QueueFull, Overloaded."""
    gateway = gateway_of(request)
    stores, batches = gateway.stores, BatchRepository(gateway.stores.database)
    inputs, progress = await batches.inputs(earlier.id), await batches.progress(earlier.id)
    if inputs is None or progress is None:
        raise InputGone("What the batch was given has been deleted: order it again.")
    done = set(progress.indices(of=JobStatus.SUCCEEDED))
    wanted = [given for index, given in enumerate(inputs.inputs) if index not in done]
    left = [given for given in wanted if await _is_there(stores, given)]
    if not left:
        raise InputGone("What the batch was given has been deleted: order it again.")
    gone = len(wanted) - len(left)
    detail = f"{gone} of {len(wanted)} images have been deleted since; they are left out."
    spec = BatchSpec(total=len(left), template=BatchSpec.model_validate(earlier.spec).template)
    batch_id = new_id(JobKind.BATCH.id_prefix)

    async def put_all_away() -> BatchSpec:
        await check_room(gateway, earlier.tenant, len(left))
        await _add(stores, batch_id, earlier.tenant, left)
        return spec

    order = Order(
        JobKind.BATCH, spec, batch_id, notify=earlier.notify, metadata=earlier.metadata, retry_of=earlier.id,
        client_reference_id=earlier.client_reference_id, put_away=put_all_away,
        warnings=[{"code": "inputs_gone", "detail": detail}] if gone else [],
        deadline_seconds=(earlier.deadline - earlier.created_at).total_seconds() if earlier.deadline else None,
    )  # fmt: skip
    return await _accept(request, order, are_bytes_its_own=False)


async def _is_there(stores: Stores, given: BatchInput) -> bool:
    return all([await stores.blobs.exists(key) for key in input_keys(given.model_dump())])


async def _accept(request: Request, order: Order, *, are_bytes_its_own: bool = True) -> Job:
    """Accept; what was put away for a batch that is not made goes again."""
    stores, batch_id = gateway_of(request).stores, order.job_id
    assert batch_id
    try:
        job = await accept(request, order)
    except Exception:
        await _drop(stores, batch_id, are_bytes_its_own=are_bytes_its_own)
        raise
    if job.id != batch_id:
        await _drop(stores, batch_id, are_bytes_its_own=are_bytes_its_own)
    return job


async def _is_known(request: Request, order: Order, tenant: str) -> bool:
    key, _ = order.idempotency(request)
    jobs = JobRepository(gateway_of(request).stores.database, tenant)
    return key is not None and await jobs.is_taken(key)


async def _add(stores: Stores, batch_id: str, tenant: str, inputs: Sequence[BatchInput]) -> None:
    await BatchRepository(stores.database).add(
        BatchInputs(id=batch_id, tenant=tenant, inputs=list(inputs), created_at=now())
    )


async def _drop(stores: Stores, batch_id: str, *, are_bytes_its_own: bool) -> None:
    batches = BatchRepository(stores.database)
    inputs = await batches.inputs(batch_id)
    if inputs is not None and are_bytes_its_own:
        await stores.blobs.delete({key for row in inputs.inputs for key in input_keys(row.model_dump())})
    await batches.delete(batch_id)
