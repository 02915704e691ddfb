"""How an address becomes an account's own: a one-time token is mailed to it, and comes back."""

import secrets
from datetime import timedelta

from maskeraid_core.documents.accounts import PendingEmail
from maskeraid_core.documents.deliveries import EMAIL_VERIFICATION, Delivery, Sink
from maskeraid_core.errors import NotFound, QuotaExceeded
from maskeraid_core.ids import new_id
from maskeraid_core.jobs import QueueName
from maskeraid_core.mongo import server_time
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.accounts import VERIFICATIONS_A_DAY, AccountRepository, hash_token
from maskeraid_core.repositories.deliveries import DeliveryQueue

TOKEN_BYTES = 32
TOKEN_VALID = timedelta(days=1)
PAGE = "/verify-email"


async def ask_to_verify(stores: Stores, tenant_id: str, address: str) -> None:
    """Mail a new token to an address; an older one is worth nothing from now on.

    Raises: QuotaExceeded.
    """
    accounts, at = AccountRepository(stores.database), await server_time(stores.database)
    if not await accounts.count_verification(address, at):
        raise QuotaExceeded(
            f"One address gets at most {VERIFICATIONS_A_DAY} such mails a day.", quota="verification_mails"
        )
    token = secrets.token_urlsafe(TOKEN_BYTES)
    pending = PendingEmail(address=address, token_sha256=hash_token(token), expires_at=at + TOKEN_VALID)
    await accounts.change(tenant_id, {"pending_email": pending.model_dump()})
    delivery = Delivery(
        id=new_id("dlv"), tenant=tenant_id, sink=Sink(kind="email", target=address), event=EMAIL_VERIFICATION,
        subject=tenant_id, data={"id": tenant_id, "object": "email", "status": "unverified", "url": PAGE}, token=token,
        next_attempt_at=at, created_at=at,
    )  # fmt: skip
    await DeliveryQueue(stores.database).add_once(delivery)
    await stores.doorbell.ring(QueueName.NOTIFIER, delivery.id)


async def verify(stores: Stores, token: str) -> str:
    """The address that is now verified.

    Raises: NotFound, with the same words for a token that never was, was used, replaced, or is too old.
    """
    at = await server_time(stores.database)
    tenant = await AccountRepository(stores.database).verify_email(token, at)
    if tenant is None or tenant.mailbox is None:
        raise NotFound("This link was used, replaced by a newer one, or is too old.")
    return tenant.mailbox
