"""The account's policy: what it asks of all that is done under its keys."""

import json

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from maskeraid_api.answers import check_unchanged, shown
from maskeraid_api.auditing import record
from maskeraid_api.dependencies import AccountsOf, CallerOf
from maskeraid_api.operations import GuardedRoute, operation
from maskeraid_api.schemas.policy import PolicyChange, PolicyView
from maskeraid_core.documents.accounts import Scope
from maskeraid_core.documents.audit import Action
from maskeraid_core.errors import StaleObject

router = APIRouter(prefix="/v1/policy", route_class=GuardedRoute, tags=["policy"])


@router.get("", response_model=PolicyView)
@operation()
async def get_policy(request: Request, caller: CallerOf, accounts: AccountsOf) -> Response:
    """What the account has decided; any key may read it, as it holds for each."""
    return shown(request, PolicyView.of(await accounts.policy(caller.tenant)))


@router.patch("", response_model=PolicyView)
@operation(Scope.ADMIN, problems=(StaleObject,), headers=("If-Match",))
async def change_policy(body: PolicyChange, request: Request, caller: CallerOf, accounts: AccountsOf) -> Response:
    """Decide anew. It holds at once, for what is ordered from then on; the times of keeping hold for all there is."""
    check_unchanged(request, PolicyView.of(await accounts.policy(caller.tenant)))
    if facts := body.facts():
        await accounts.change_policy(caller.tenant, facts)
        said = ", ".join(f"{name}: {json.dumps(value)}" for name, value in facts.items())
        await record(request, Action.POLICY_CHANGED, detail=said)
    return shown(request, PolicyView.of(await accounts.policy(caller.tenant)))
