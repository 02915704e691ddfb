"""Annotated aliases for routes: who calls, the tenant's repositories, the gateway's long-lived objects.

They are `async` although they await nothing: FastAPI runs a synchronous dependency in a thread, which costs more. They
take the request alone: a dependency's own dependencies would be solved again with each (an eighth of a request's time).
"""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, TypeVar

from fastapi import Depends
from starlette.requests import Request

from maskeraid_api.access import Caller
from maskeraid_api.dataset_access import Library
from maskeraid_api.gateway import Gateway, gateway_of
from maskeraid_api.job_views import JobViews
from maskeraid_api.learning import Learners
from maskeraid_api.model_access import Registry
from maskeraid_core.repositories.accounts import AccountRepository, ApiKeyRepository
from maskeraid_core.repositories.audit import AuditRepository
from maskeraid_core.repositories.coverings import CoveringRepository
from maskeraid_core.repositories.dataset_shares import ReadableDatasets
from maskeraid_core.repositories.datasets import DatasetRepository, UploadRepository
from maskeraid_core.repositories.default_models import DefaultModelRepository
from maskeraid_core.repositories.deliveries import DeliveryRepository, WebhookEndpointRepository
from maskeraid_core.repositories.evaluations import EvaluationRepository
from maskeraid_core.repositories.jobs import JobRepository
from maskeraid_core.repositories.models import ModelRepository, ModelVersionRepository
from maskeraid_core.repositories.pools import PoolRepository
from maskeraid_core.repositories.repository import TenantRepository
from maskeraid_core.repositories.selectors import SelectorRepository
from maskeraid_core.repositories.shares import AdoptionRepository, SharedModelRepository

RepositoryT = TypeVar("RepositoryT", bound=TenantRepository[Any])


async def caller_of(request: Request) -> Caller:
    """The caller that the guard let in."""
    caller: Caller = request.scope["maskeraid.caller"]
    return caller


async def gateway(request: Request) -> Gateway:
    return gateway_of(request)


CallerOf = Annotated[Caller, Depends(caller_of)]
GatewayOf = Annotated[Gateway, Depends(gateway)]


def _of_caller(kind: type[RepositoryT]) -> Callable[..., Awaitable[RepositoryT]]:
    async def repository(request: Request) -> RepositoryT:
        return _repository(request, kind)

    return repository


def _repository(request: Request, kind: type[RepositoryT]) -> RepositoryT:
    caller: Caller = request.scope["maskeraid.caller"]
    return kind(gateway_of(request).stores.database, caller.tenant)


Datasets = Annotated[DatasetRepository, Depends(_of_caller(DatasetRepository))]
Uploads = Annotated[UploadRepository, Depends(_of_caller(UploadRepository))]
Jobs = Annotated[JobRepository, Depends(_of_caller(JobRepository))]
Evaluations = Annotated[EvaluationRepository, Depends(_of_caller(EvaluationRepository))]
Models = Annotated[ModelRepository, Depends(_of_caller(ModelRepository))]
ModelVersions = Annotated[ModelVersionRepository, Depends(_of_caller(ModelVersionRepository))]
SelectorsOf = Annotated[SelectorRepository, Depends(_of_caller(SelectorRepository))]
WebhookEndpoints = Annotated[WebhookEndpointRepository, Depends(_of_caller(WebhookEndpointRepository))]
Deliveries = Annotated[DeliveryRepository, Depends(_of_caller(DeliveryRepository))]
ApiKeys = Annotated[ApiKeyRepository, Depends(_of_caller(ApiKeyRepository))]


async def _library(request: Request) -> Library:
    caller: Caller = request.scope["maskeraid.caller"]
    readable = ReadableDatasets.of(gateway_of(request).stores.database, caller.tenant)
    return Library(readable, gateway_of(request).manifests)


async def _accounts(request: Request) -> AccountRepository:
    return AccountRepository(gateway_of(request).stores.database)


async def _registry(request: Request) -> Registry:
    caller: Caller = request.scope["maskeraid.caller"]
    return Registry(
        caller.tenant, _repository(request, ModelRepository), _repository(request, ModelVersionRepository),
        SharedModelRepository(gateway_of(request).stores.database, caller.tenant),
        _repository(request, AdoptionRepository), AccountRepository(gateway_of(request).stores.database),
        DefaultModelRepository(gateway_of(request).stores.database),
    )  # fmt: skip


async def _learners(request: Request) -> Learners:
    models, versions = _repository(request, ModelRepository), _repository(request, ModelVersionRepository)
    pools = PoolRepository(gateway_of(request).stores.database)
    return Learners(await _library(request), models, versions, pools, gateway_of(request).learners)


async def _job_views(request: Request) -> JobViews:
    caller: Caller = request.scope["maskeraid.caller"]
    return JobViews(gateway_of(request).stores.database, caller)


async def _audit_log(request: Request) -> AuditRepository:
    caller: Caller = request.scope["maskeraid.caller"]
    return AuditRepository(gateway_of(request).stores.database, caller.tenant)


async def _coverings(request: Request) -> CoveringRepository:
    return CoveringRepository(_repository(request, JobRepository))


AuditLog = Annotated[AuditRepository, Depends(_audit_log)]
Coverings = Annotated[CoveringRepository, Depends(_coverings)]
JobViewsOf = Annotated[JobViews, Depends(_job_views)]
LearnersOf = Annotated[Learners, Depends(_learners)]
RegistryOf = Annotated[Registry, Depends(_registry)]
AccountsOf = Annotated[AccountRepository, Depends(_accounts)]
LibraryOf = Annotated[Library, Depends(_library)]
