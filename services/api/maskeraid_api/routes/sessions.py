"""Signing a browser in, and out again."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from maskeraid_api.answers import created, gone
from maskeraid_api.cookies import drop_cookie, set_cookie
from maskeraid_api.dependencies import CallerOf, GatewayOf
from maskeraid_api.operations import GuardedRoute, operation
from maskeraid_api.schemas.account import SessionView, SignInRequest
from maskeraid_api.sessions import LONGEST
from maskeraid_core.errors import CsrfFailed, NotAuthenticated, StoreUnavailable

router = APIRouter(prefix="/v1/sign-in", route_class=GuardedRoute, tags=["account"])


@router.post("", status_code=201, response_model=SessionView)
@operation(is_public=True, problems=(NotAuthenticated, CsrfFailed, StoreUnavailable))
async def sign_in(body: SignInRequest, request: Request, gateway: GatewayOf) -> Response:
    """Begin a session in this browser, by a key or by a one-time link. It lies in a cookie that no script can read."""
    signed_in = await gateway.sessions.sign_in(request, body.key, body.link)
    answer = created(SessionView.of(signed_in), "/v1/me")
    set_cookie(request, answer, signed_in.token, LONGEST)
    return answer


@router.delete("", status_code=204, response_class=Response)
@operation()
async def sign_out(request: Request, caller: CallerOf, gateway: GatewayOf) -> Response:
    """End the browser's session. With a key there is none, and nothing happens."""
    answer = gone()
    if caller.session:
        await gateway.sessions.end(caller.session.token)
        drop_cookie(request, answer)
    return answer
