"""Workers: which live, what they do, and sending one away."""

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import Response

from maskeraid_api.access import Caller
from maskeraid_api.answers import accepted
from maskeraid_api.dependencies import CallerOf, GatewayOf
from maskeraid_api.gateway import Gateway
from maskeraid_api.operations import GuardedRoute, operation
from maskeraid_api.pages import ListView, listed
from maskeraid_api.schemas.workers import WorkerView
from maskeraid_core.documents.accounts import Scope
from maskeraid_core.errors import NotFound, ScopeMissing
from maskeraid_core.news import wish_subject
from maskeraid_core.repositories.accounts import AccountRepository
from maskeraid_core.repositories.workers import WorkerRepository

router = APIRouter(prefix="/v1/workers", route_class=GuardedRoute, tags=["server"])

WorkerId = Annotated[str, Path(max_length=300, description="As in the list: queue, host, and process.")]


@router.get("", response_model=ListView[WorkerView])
@operation(Scope.ADMIN)
async def list_workers(request: Request, caller: CallerOf, gateway: GatewayOf) -> Response:
    """Workers that were heard of in the last 30 s."""
    return listed(request, await _views(gateway, caller), has_more=False)


@router.post("/{worker_id}/drain", status_code=202, response_model=WorkerView)
@operation(Scope.ADMIN, problems=(NotFound,))
async def drain_worker(worker_id: WorkerId, caller: CallerOf, gateway: GatewayOf) -> Response:
    """Let a worker take no more jobs, and leave after those in hand. The account that was made first may do that."""
    if not await AccountRepository(gateway.stores.database).is_first(caller.tenant):
        raise ScopeMissing("Workers serve everyone: the account that was made first drains them.")
    found = [view for view in await _views(gateway, caller) if view.id == worker_id]
    if not found:
        raise NotFound
    await WorkerRepository(gateway.stores.database).drain(worker_id)
    await gateway.stores.news.publish(wish_subject(worker_id))
    return accepted(found[0].model_copy(update={"is_draining": True}), "/v1/workers")


async def _views(gateway: Gateway, caller: Caller) -> list[WorkerView]:
    workers = WorkerRepository(gateway.stores.database)
    jobs = await workers.jobs_of_workers()
    return [WorkerView.of(worker, jobs.get(worker.id, []), caller.tenant) for worker in await workers.alive()]
