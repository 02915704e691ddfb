"""Writing down what is done: once it is done, and before it is answered. Reading alone costs an entry an hour."""

from collections.abc import Mapping
from ipaddress import IPv6Address, ip_address, ip_network

from starlette.requests import Request

from maskeraid_api.access import Caller
from maskeraid_api.gateway import gateway_of
from maskeraid_core.documents.audit import DONE, Action, Deed
from maskeraid_core.ids import parse_image_id
from maskeraid_core.jobs import Job, JobKind
from maskeraid_core.repositories.audit import AuditRepository

READS = frozenset({Action.IMAGES_READ, Action.RESULT_READ, Action.EXPORT_READ})
ORDERS: Mapping[JobKind, Action] = {
    JobKind.IMPORT: Action.IMPORT_ORDERED, JobKind.EXPORT: Action.EXPORT_ORDERED,
    JobKind.DELETION: Action.ERASURE_ORDERED, JobKind.REIMAGING: Action.REIMAGING_ORDERED,
    JobKind.BATCH: Action.BATCH_ORDERED,
}  # fmt: skip


async def record(
    request: Request,
    action: Action,
    object_id: str | None = None,
    *,
    purpose: str | None = None,
    detail: str | None = None,
    outcome: str = DONE,
) -> None:
    """Write an entry into the caller's log."""
    caller: Caller = request.scope["maskeraid.caller"]
    deed = Deed(
        actor=caller.name, key_id=caller.id, action=action, object_id=object_id, purpose=purpose, detail=detail,
        outcome=outcome, address_prefix=prefix_of(request.client.host if request.client else ""),
    )  # fmt: skip
    await AuditRepository(gateway_of(request).stores.database, caller.tenant).append(deed)


async def record_declared(request: Request, action: Action) -> None:
    """Write down what an operation declares of itself; its object is what the address names."""
    object_id = _object_of(request)
    if action not in READS:
        await record(request, action, object_id)
        return
    caller: Caller = request.scope["maskeraid.caller"]
    recent = gateway_of(request).recent_reads
    if not recent.is_new(caller.id, action, object_id):
        return
    try:
        await record(request, action, object_id)
    except BaseException:
        recent.forget(caller.id, action, object_id)
        raise


async def record_order(request: Request, job: Job) -> None:
    """Write down a job that was accepted; a re-imaging or batch if it has a purpose."""
    action = ORDERS.get(job.kind)
    asked = job.spec.get("template", job.spec)
    purpose, case = asked.get("purpose"), asked.get("case_reference")
    is_silent = purpose is None and job.kind in (JobKind.REIMAGING, JobKind.BATCH)
    if action is None or is_silent or asked.get("dry_run"):
        return
    detail = f"case {case}" if case else asked.get("dataset_id")
    await record(request, action, job.id, purpose=purpose, detail=detail)


def prefix_of(host: str) -> str | None:
    """The network that an address lies in, which is less than who it was; None for what is no address."""
    try:
        address = ip_address(host)
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        address = address.ipv4_mapped or address
    return str(ip_network((address.packed, 48 if address.version == 6 else 24), strict=False))


def _object_of(request: Request) -> str:
    """What the path names: of images their dataset, of a version also its number; else the query's dataset or model."""
    path = request.path_params
    if "image_id" in path:
        found = parse_image_id(path["image_id"])
        return found[0] if found else path["image_id"]
    names = [str(value) for name, value in path.items() if name != "name"]
    query = request.query_params
    return ":".join(names) or query.get("dataset_id") or query.get("model_id") or ""
