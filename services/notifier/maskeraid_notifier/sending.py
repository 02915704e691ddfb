"""One attempt for one delivery, by its sink: what is said to whom. Reads the endpoint, changes nothing."""

import ssl
from dataclasses import dataclass, replace
from datetime import datetime

import httpx
from anyio import to_thread

from maskeraid_core.documents.deliveries import EMAIL_VERIFICATION, TEST_PING, Delivery, WebhookEndpoint
from maskeraid_core.mongo import Database
from maskeraid_core.repositories.accounts import AccountRepository, hash_token
from maskeraid_core.repositories.deliveries import WebhookEndpointRepository
from maskeraid_notifier.errors import TextRefused
from maskeraid_notifier.mail import compose, keep_as_file, send_by_smtp
from maskeraid_notifier.outcomes import Outcome, Verdict
from maskeraid_notifier.settings import NotifierSettings
from maskeraid_notifier.webhooks import build_body, send_webhook, sign


@dataclass(frozen=True)
class Sender:
    """Sends deliveries; made once a process, for reading the trusted certificates takes longer than a request."""

    settings: NotifierSettings
    database: Database
    tls: ssl.SSLContext

    @classmethod
    def of(cls, settings: NotifierSettings, database: Database) -> "Sender":
        return cls(settings, database, httpx.create_ssl_context())

    async def send(self, delivery: Delivery, now: datetime) -> Outcome:
        """Make one attempt; a fault of the receiver is an outcome, not an error."""
        if delivery.sink.kind == "email":
            if not await self._is_address_wanted(delivery):
                return Outcome(Verdict.FAILED, error="the account does not use this address (any more)")
            return await to_thread.run_sync(self._send_mail, delivery, now)
        endpoint = await WebhookEndpointRepository(self.database, delivery.tenant).get(delivery.sink.target)
        if endpoint is None or not (endpoint.is_enabled or delivery.event == TEST_PING):
            return Outcome(Verdict.FAILED, error="the endpoint was deleted or disabled")
        return await self._send_webhook(delivery, endpoint, now)

    async def _is_address_wanted(self, delivery: Delivery) -> bool:
        """Mail goes to the account's verified address; to another one only the link that verifies it."""
        account = await AccountRepository(self.database).tenant(delivery.tenant)
        if account is None or delivery.event != EMAIL_VERIFICATION:
            return account is not None and account.mailbox == delivery.sink.target
        pending = account.pending_email
        return bool(pending and delivery.token and pending.token_sha256 == hash_token(delivery.token))

    async def _send_webhook(self, delivery: Delivery, endpoint: WebhookEndpoint, now: datetime) -> Outcome:
        body = build_body(delivery.event, delivery.created_at, self._linked(delivery))
        headers = sign(delivery.id, body, valid_secrets(endpoint, now), now)
        allowed = self.settings.allowed_hosts
        return await send_webhook(endpoint.url, headers, body, allowed_hosts=allowed, verify=self.tls, now=now)

    def _send_mail(self, delivery: Delivery, now: datetime) -> Outcome:
        recipient, sender = delivery.sink.target, self.settings.mail_sender
        try:
            message = compose(delivery.id, delivery.event, recipient, sender, self._linked(delivery), now)
        except TextRefused as error:
            return Outcome(Verdict.FAILED, error=str(error))
        if server := self.settings.smtp_server:
            return send_by_smtp(message, server, self.tls)
        kept = keep_as_file(message, delivery.id, self.settings.outbox_folder)
        # The text of a verification proves who reads the mail: the API shows it only where one user owns the machine.
        is_shown = delivery.token is None or self.settings.environment == "local"
        return kept if is_shown else replace(kept, message=None)

    def _linked(self, delivery: Delivery) -> dict[str, object]:
        """The delivery's data with a whole link: the outbox knows paths, not where users reach the API."""
        url = self.settings.public_url.rstrip("/") + delivery.data["url"]
        if delivery.token is None:
            return {**delivery.data, "url": url}
        return {**delivery.data, "url": f"{url}?token={delivery.token}", "token": delivery.token}


def valid_secrets(endpoint: WebhookEndpoint, now: datetime) -> list[str]:
    """The secret, and during a rotation the one before it."""
    previous, until = endpoint.previous_secret, endpoint.previous_secret_until
    return [endpoint.secret] + ([previous] if previous and until and until > now else [])
