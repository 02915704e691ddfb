"""The server, and API keys."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from maskeraid_api.answers import created, gone, shown
from maskeraid_api.auditing import record
from maskeraid_api.body import DEFAULT_BYTES
from maskeraid_api.dependencies import ApiKeys, CallerOf, GatewayOf
from maskeraid_api.operations import GuardedRoute, operation
from maskeraid_api.pages import Asked, ListView, page_asked, page_of
from maskeraid_api.schemas.hyperparameters import ARCHITECTURES
from maskeraid_api.schemas.imports import GENERATORS, IMPORT_BYTES, IMPORT_FILES
from maskeraid_api.schemas.reimaging_requests import ENGINES
from maskeraid_api.schemas.server import MOST_DAYS, ApiKeyRequest, ApiKeyView, Limits, ServerView, SigningKeyView
from maskeraid_api.schemas.training_requests import PRESETS
from maskeraid_api.signing import ALGORITHM
from maskeraid_core import VERSION
from maskeraid_core.documents.accounts import Scope
from maskeraid_core.documents.audit import Action
from maskeraid_core.documents.reimagings import LARGEST_BUNDLE, STATEMENT
from maskeraid_core.errors import NotFound, ScopeMissing
from maskeraid_core.keys import DEFAULT_DAYS, mint_key
from maskeraid_core.repositories.repository import now

router = APIRouter(prefix="/v1", route_class=GuardedRoute)


@router.get("/server", tags=["server"], response_model=ServerView)
@operation(is_public=True)
def get_server(request: Request, gateway: GatewayOf) -> Response:
    """What this server is and takes; no key needed."""
    settings = gateway.settings
    limits = Limits(
        body_bytes=DEFAULT_BYTES, import_bytes=IMPORT_BYTES, import_files=IMPORT_FILES,
        upload_bytes=settings.max_upload_bytes, bundle_bytes=LARGEST_BUNDLE, queued_jobs=settings.max_queued_jobs,
        reads_per_second=settings.reads_per_second, writes_per_second=settings.writes_per_second,
    )  # fmt: skip
    signer = gateway.signer
    view = ServerView(
        version=VERSION, architectures=list(ARCHITECTURES), presets=list(PRESETS), engines=list(ENGINES),
        generators=list(GENERATORS), limits=limits, statement=STATEMENT,
        signing_key=SigningKeyView(id=signer.key_id, algorithm=ALGORITHM, public_key=signer.public_key),
    )  # fmt: skip
    return shown(request, view)


@router.get("/api-keys", tags=["api-keys"], response_model=ListView[ApiKeyView])
@operation(Scope.ADMIN)
async def list_api_keys(
    request: Request, keys: ApiKeys, asked: Annotated[Asked, Depends(page_asked("key"))]
) -> Response:
    """The tenant's keys; what is secret about them is stored nowhere."""
    return await page_of(request, keys, asked, ApiKeyView.of)


@router.post("/api-keys", tags=["api-keys"], status_code=201, response_model=ApiKeyView)
@operation(Scope.ADMIN, secret_fields=("key",))
async def create_api_key(
    body: ApiKeyRequest, request: Request, caller: CallerOf, gateway: GatewayOf, keys: ApiKeys
) -> Response:
    """Make a key; its text is shown in this answer and never again."""
    for scope in body.scopes:
        caller.need(scope)
    longest = (caller.key.expires_at - now()) / timedelta(days=1) if caller.key else MOST_DAYS
    days = min(DEFAULT_DAYS, longest) if body.days is None else body.days
    if days > longest:
        raise ScopeMissing(f"A key ends no later than the one that makes it: in {longest:.1f} days.", pointer="/days")
    minted = mint_key(caller.tenant, body.name, body.scopes, environment=gateway.settings.environment, days=days)
    labels = {"metadata": body.metadata, "client_reference_id": body.client_reference_id}
    key = await keys.add(minted.document.model_copy(update=labels))
    await record(request, Action.KEY_CREATED, key.id, detail=" ".join(sorted(body.scopes)))
    return created(ApiKeyView.of(key, minted.text), f"/v1/api-keys/{key.id}")


@router.delete("/api-keys/{key_id}", tags=["api-keys"], status_code=204, response_class=Response)
@operation(Scope.ADMIN, recorded=Action.KEY_REVOKED)
async def revoke_api_key(key_id: str, keys: ApiKeys, gateway: GatewayOf) -> Response:
    """Make a key worthless, within 5 s everywhere."""
    key = await keys.get(key_id)
    if key is None or not await keys.revoke(key_id):
        raise NotFound
    gateway.keys.forget(key)
    return gone()
