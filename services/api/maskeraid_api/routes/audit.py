"""The audit log: what was done under the account's keys, and whether anybody has changed what it says."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from maskeraid_api.answers import json_response
from maskeraid_api.dependencies import AuditLog, CallerOf
from maskeraid_api.operations import GuardedRoute, operation
from maskeraid_api.pages import Asked, ListView, listed, page_asked
from maskeraid_api.schemas.audit import AuditEntryView, AuditVerificationView
from maskeraid_core.documents.accounts import Scope
from maskeraid_core.documents.audit import Action

router = APIRouter(prefix="/v1/audit", route_class=GuardedRoute, tags=["audit"])

NUMBER_ENDING = "_[0-9]{6,9}"  # of an entry's id, behind the account's


@router.get("", response_model=ListView[AuditEntryView])
@operation(Scope.AUDIT_READ)
async def list_audit_entries(
    request: Request,
    log: AuditLog,
    asked: Annotated[Asked, Depends(page_asked("aud", ending=NUMBER_ENDING))],
    action: Annotated[Action | None, Query(description="Only entries of this action.")] = None,
) -> Response:
    """What was done: uploads, re-imagings with a purpose, faces and results read, shares, deletions, keys, policy.

    Reading the images of one dataset, one result, or one export is one entry an hour for each key.
    """
    wanted = asked.request
    after = int(wanted.after.rpartition("_")[2]) if wanted.after else None
    page = await log.page(wanted.limit, after, wanted.order, action)
    total = await log.count(action) if asked.is_total_wanted else None
    views = [AuditEntryView.of(entry) for entry in page.items]
    return listed(request, views, has_more=page.has_more, total=total)


@router.get("/verification", response_model=AuditVerificationView)
@operation(Scope.AUDIT_READ)
async def verify_audit_log(caller: CallerOf, log: AuditLog) -> Response:
    """Walk the whole chain of entries, and name the first that was changed, taken out, or put elsewhere."""
    return json_response(AuditVerificationView.of(await log.verify(), caller.tenant))
