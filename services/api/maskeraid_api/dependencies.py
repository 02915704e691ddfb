"""Annotated aliases for routes: who calls, the tenant's repositories, the gateway's long-lived objects.

They are `async` although they await nothing: FastAPI runs a synchronous dependency in a thread, which costs more.
"""

from typing import Annotated

from fastapi import Depends
from starlette.requests import Request

from maskeraid_api.access import Caller
from maskeraid_api.dataset_access import Library
from maskeraid_api.gateway import Gateway, gateway_of
from maskeraid_core.repositories.accounts import ApiKeyRepository
from maskeraid_core.repositories.datasets import DatasetRepository, DatasetVersionRepository, UploadRepository
from maskeraid_core.repositories.deliveries import DeliveryRepository, WebhookEndpointRepository
from maskeraid_core.repositories.jobs import JobRepository
from maskeraid_core.repositories.models import ModelRepository, ModelVersionRepository


async def caller_of(request: Request) -> Caller:
    """The caller that the guard let in."""
    caller: Caller = request.scope["maskeraid.caller"]
    return caller


async def gateway(request: Request) -> Gateway:
    return gateway_of(request)


CallerOf = Annotated[Caller, Depends(caller_of)]
GatewayOf = Annotated[Gateway, Depends(gateway)]


async def _datasets(caller: CallerOf, gateway: GatewayOf) -> DatasetRepository:
    return DatasetRepository(gateway.stores.database, caller.tenant)


async def _versions(caller: CallerOf, gateway: GatewayOf) -> DatasetVersionRepository:
    return DatasetVersionRepository(gateway.stores.database, caller.tenant)


async def _uploads(caller: CallerOf, gateway: GatewayOf) -> UploadRepository:
    return UploadRepository(gateway.stores.database, caller.tenant)


async def _jobs(caller: CallerOf, gateway: GatewayOf) -> JobRepository:
    return JobRepository(gateway.stores.database, caller.tenant)


async def _models(caller: CallerOf, gateway: GatewayOf) -> ModelRepository:
    return ModelRepository(gateway.stores.database, caller.tenant)


async def _model_versions(caller: CallerOf, gateway: GatewayOf) -> ModelVersionRepository:
    return ModelVersionRepository(gateway.stores.database, caller.tenant)


async def _webhook_endpoints(caller: CallerOf, gateway: GatewayOf) -> WebhookEndpointRepository:
    return WebhookEndpointRepository(gateway.stores.database, caller.tenant)


async def _deliveries(caller: CallerOf, gateway: GatewayOf) -> DeliveryRepository:
    return DeliveryRepository(gateway.stores.database, caller.tenant)


async def _api_keys(caller: CallerOf, gateway: GatewayOf) -> ApiKeyRepository:
    return ApiKeyRepository(gateway.stores.database, caller.tenant)


Datasets = Annotated[DatasetRepository, Depends(_datasets)]
DatasetVersions = Annotated[DatasetVersionRepository, Depends(_versions)]
Uploads = Annotated[UploadRepository, Depends(_uploads)]
Jobs = Annotated[JobRepository, Depends(_jobs)]
Models = Annotated[ModelRepository, Depends(_models)]
ModelVersions = Annotated[ModelVersionRepository, Depends(_model_versions)]
WebhookEndpoints = Annotated[WebhookEndpointRepository, Depends(_webhook_endpoints)]
Deliveries = Annotated[DeliveryRepository, Depends(_deliveries)]
ApiKeys = Annotated[ApiKeyRepository, Depends(_api_keys)]


async def _library(datasets: Datasets, versions: DatasetVersions, gateway: GatewayOf) -> Library:
    return Library(datasets, versions, gateway.manifests)


LibraryOf = Annotated[Library, Depends(_library)]
