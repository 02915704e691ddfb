"""Verifications: whether a bundle is as this server has signed it."""

from anyio import to_thread
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from maskeraid_api.answers import json_response
from maskeraid_api.bundles.verifying import Verifier
from maskeraid_api.dependencies import GatewayOf
from maskeraid_api.forms import only_file
from maskeraid_api.operations import Form, GuardedRoute, operation
from maskeraid_api.schemas.verifications import VerificationView
from maskeraid_core.documents.accounts import Scope
from maskeraid_core.documents.reimagings import LARGEST_BUNDLE
from maskeraid_core.errors import ValidationFailed

router = APIRouter(prefix="/v1/verifications", route_class=GuardedRoute, tags=["reimagings"])

FORM = Form(
    parts={"bundle": {"type": "string", "format": "binary", "description": "A result's `bundle.zip`."}},
    required=("bundle",),
    most_files=1,
)


@router.post("", response_model=VerificationView)
@operation(Scope.REIMAGINGS_READ, body_bytes=LARGEST_BUNDLE + 2**20, form=FORM)
async def create_verification(request: Request, gateway: GatewayOf) -> Response:
    """Check a bundle, of whatever account: archive, signature, digests, and visible pixels. Nothing is kept."""
    file = only_file(request, "bundle", LARGEST_BUNDLE) if request._form else None  # the guard has read it
    if file is None:
        raise ValidationFailed("The multipart part `bundle` is needed.", parameter="bundle")
    bundle = Verifier(file.file, file.size or 0, gateway.signer)
    await to_thread.run_sync(bundle.run, limiter=gateway.verifying)
    return json_response(VerificationView.of(bundle))
