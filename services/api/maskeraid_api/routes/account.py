"""The caller's account: who it is, what it uses, and the address that its notices go to."""

from collections.abc import Mapping
from html import escape
from typing import Annotated
from urllib.parse import parse_qs

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from maskeraid_api.access import Caller
from maskeraid_api.answers import check_unchanged, shown
from maskeraid_api.dependencies import CallerOf, Datasets, GatewayOf, Jobs, Models
from maskeraid_api.email_addresses import ask_to_verify, verify
from maskeraid_api.limits import trained_seconds
from maskeraid_api.operations import GuardedRoute, operation
from maskeraid_api.pages_for_people import STYLE_POLICY, page
from maskeraid_api.routes.webhook_endpoints import MOST_ENDPOINTS
from maskeraid_api.schemas.account import (
    AccountChange,
    EmailVerificationRequest,
    EmailView,
    MeView,
    Quotas,
    SessionView,
    Usage,
)
from maskeraid_api.storage import stored_bytes
from maskeraid_core.documents.accounts import Scope, Tenant
from maskeraid_core.errors import NotAuthenticated, NotFound, QuotaExceeded, StaleObject
from maskeraid_core.jobs import QueueName
from maskeraid_core.repositories.accounts import AccountRepository

router = APIRouter(route_class=GuardedRoute, tags=["account"])


@router.get("/v1/me", response_model=MeView)
@operation()
async def get_me(
    request: Request, caller: CallerOf, gateway: GatewayOf, jobs: Jobs, datasets: Datasets, models: Models
) -> Response:
    """The caller's tenant, scopes, and usage."""
    tenant = await _tenant_of(gateway, caller)
    return shown(request, _view(tenant, caller, gateway, await _usage(gateway, caller, jobs, datasets, models)))


@router.patch("/v1/me", response_model=MeView)
@operation(Scope.ADMIN, problems=(QuotaExceeded, StaleObject), headers=("If-Match",))
async def change_me(
    body: AccountChange,
    request: Request,
    caller: CallerOf,
    gateway: GatewayOf,
    jobs: Jobs,
    datasets: Datasets,
    models: Models,
) -> Response:
    """Change the account's address, or what is mailed there unasked.

    A new address takes the place of the old one when the link that is mailed to it was opened.
    """
    usage = await _usage(gateway, caller, jobs, datasets, models)
    tenant = await _tenant_of(gateway, caller)
    check_unchanged(request, _view(tenant, caller, gateway, usage))
    if body.email and body.email != tenant.mailbox:
        await ask_to_verify(gateway.stores, tenant.id, body.email)
    if body.email_events is not None:
        await AccountRepository(gateway.stores.database).change(tenant.id, {"email_events": body.email_events})
    return shown(request, _view(await _tenant_of(gateway, caller), caller, gateway, usage))


@router.post("/v1/me/email-verification", response_model=EmailView)
@operation(is_public=True, problems=(NotFound,))
async def verify_email(body: EmailVerificationRequest, request: Request, gateway: GatewayOf) -> Response:
    """Verify an address with the token that was mailed to it; it works once, for a day, and needs no key."""
    return shown(request, EmailView(address=await verify(gateway.stores, body.token)))


@router.get("/verify-email", include_in_schema=False)
@operation(is_public=True)
def show_verification(token: Annotated[str, Query(max_length=100)]) -> Response:
    """The page behind the mailed link. It only asks: programs that look into mail open links too."""
    button = f'<input type="hidden" name="token" value="{escape(token)}"><button>Yes, send notices here</button>'
    text = f'<h1>Your e-mail address</h1><form method="post" action="/verify-email">{button}</form>'
    return HTMLResponse(page("Your e-mail address", text), headers=STYLE_POLICY)


@router.post("/verify-email", include_in_schema=False)
@operation(is_public=True, is_raw=True)
async def carry_out_verification(request: Request, gateway: GatewayOf) -> Response:
    """What the page's button does."""
    fields: Mapping[str, list[str]] = parse_qs((await request.body()).decode("ascii", errors="replace"))
    try:
        address = await verify(gateway.stores, fields.get("token", [""])[0])
    except NotFound as error:
        return HTMLResponse(page("Not verified", f"<h1>{escape(str(error))}</h1>"), 404, STYLE_POLICY)
    return HTMLResponse(page("Verified", f"<h1>Notices go to {escape(address)}.</h1>"), headers=STYLE_POLICY)


async def _tenant_of(gateway: GatewayOf, caller: Caller) -> Tenant:
    tenant = await AccountRepository(gateway.stores.database).tenant(caller.tenant)
    if tenant is None:
        raise NotAuthenticated
    return tenant


async def _usage(gateway: GatewayOf, caller: Caller, jobs: Jobs, datasets: Datasets, models: Models) -> Usage:
    most = gateway.settings.max_queued_jobs  # in each queue: check_limits asks about one
    return Usage(
        queued_jobs=max([await jobs.waiting(queue, most) for queue in QueueName]),
        datasets=await datasets.count(),
        models=await models.count(),
        training_seconds=await trained_seconds(gateway.stores.database, caller.tenant),
        storage_bytes=await stored_bytes(gateway.stores.database, caller.tenant),
    )


def _view(tenant: Tenant, caller: Caller, gateway: GatewayOf, usage: Usage) -> MeView:
    settings = gateway.settings
    quotas = Quotas(
        queued_jobs=settings.max_queued_jobs, open_uploads=settings.upload_slots,
        upload_bytes=settings.max_upload_bytes, webhook_endpoints=MOST_ENDPOINTS,
        training_seconds=settings.max_training_seconds, storage_bytes=settings.max_storage_bytes,
    )  # fmt: skip
    return MeView(
        tenant_id=tenant.id, tenant_name=tenant.name, email=tenant.email, is_email_verified=tenant.is_email_verified,
        pending_email=tenant.pending_email.address if tenant.pending_email else None, email_events=tenant.email_events,
        key_id=caller.key.id if caller.key else None, scopes=list(caller.scopes), expires_at=caller.expires_at,
        session=SessionView.of(caller.session) if caller.session else None, quotas=quotas, usage=usage,
    )  # fmt: skip
