"""What a result is for: asked where the account's policy asks for it, and refused where that allows it not."""

from starlette.requests import Request

from maskeraid_api.access import Caller
from maskeraid_api.auditing import record
from maskeraid_api.gateway import gateway_of
from maskeraid_core.documents.audit import Action
from maskeraid_core.errors import PurposeRefused, PurposeRequired, RequestError
from maskeraid_core.jobs import Job, JobKind
from maskeraid_core.repositories.accounts import AccountRepository

SAY_IT = "Say what the result is for: order it with a purpose, and beside it, if there is one, its case."
NOT_FORENSIC = "The account's policy allows no forensic purposes: an administrator can allow them there."


async def check_purpose(request: Request, purpose: str | None, until: str = "final") -> None:
    """A look at the covering or at the choice of the model alone invents no face, and needs no purpose.

    A refusal is written down. Raises: PurposeRequired, PurposeRefused.
    """
    is_forensic = purpose is not None and "forensic" in purpose.casefold()
    is_missing = purpose is None and until == "final"
    if not (is_forensic or is_missing):  # nothing that a policy could say: the database is not asked
        return
    caller: Caller = request.scope["maskeraid.caller"]
    policy = await AccountRepository(gateway_of(request).stores.database).policy(caller.tenant)
    refusal: RequestError | None = None
    if is_missing and policy.purpose_required:
        refusal = PurposeRequired(SAY_IT, pointer="/purpose")
    elif is_forensic and not policy.forensic_illustration:
        refusal = PurposeRefused(NOT_FORENSIC, pointer="/purpose")
    if refusal is not None:
        await record(request, Action.PURPOSE_REFUSED, purpose=purpose, outcome=refusal.code)
        raise refusal


async def check_purpose_again(request: Request, job: Job) -> None:
    """Likewise of a job that is ordered again: the policy may have changed. Raises: PurposeRequired, PurposeRefused."""
    if job.kind is JobKind.REIMAGING:
        await check_purpose(request, job.spec.get("purpose"), job.spec.get("until", "final"))
    elif job.kind is JobKind.BATCH:
        template = job.spec["template"]
        await check_purpose(request, template.get("purpose"), template.get("until", "final"))
