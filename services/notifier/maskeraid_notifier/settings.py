"""Settings of the notifier, from MASKERAID_* variables."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import NoDecode

from maskeraid_core.settings import CoreSettings
from maskeraid_notifier.smtp import SmtpServer

LOOPBACK_HOSTS = frozenset({"127.0.0.1:*", "localhost:*", "::1:*"})


class NotifierSettings(CoreSettings):
    """How notices leave: the mail server, the sender, and the internal receivers of webhooks."""

    public_url: str = Field(
        default="http://127.0.0.1:8000",
        pattern="^https?://",
        description="Where users reach the API; begins the links.",
    )
    smtp_host: str | None = Field(
        default=None, description="Mail server; without one e-mails are kept in the outbox folder."
    )
    smtp_port: int = Field(default=587, ge=1, le=65535, description="Port of the mail server.")
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        default="starttls", description="How the connection to the mail server is encrypted: starttls, tls, none."
    )
    smtp_user: str = Field(default="", description="User name at the mail server; empty: no login.")
    smtp_password: SecretStr = Field(default=SecretStr(""), description="Password at the mail server.")
    mail_sender: str = Field(default="maskeraid@localhost", description="Address that e-mails come from.")
    outbox_folder: Path = Field(
        default=Path("/var/lib/maskeraid/outbox"),
        description="Folder for e-mails as .eml files, without a mail server.",
    )
    webhook_allowed_hosts: Annotated[frozenset[str], NoDecode] = Field(
        default=frozenset(),
        description="Internal receivers as host:port or host:*, comma-separated; may be private and plain http.",
    )

    @field_validator("webhook_allowed_hosts", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return frozenset(host.strip() for host in value.split(",") if host.strip()) if isinstance(value, str) else value

    @property
    def allowed_hosts(self) -> frozenset[str]:
        """Hosts that the address guard lets pass; local mode adds this machine itself, for a receiver under test."""
        return self.webhook_allowed_hosts | (LOOPBACK_HOSTS if self.environment == "local" else frozenset())

    @property
    def smtp_server(self) -> SmtpServer | None:
        if not self.smtp_host:
            return None
        password = self.smtp_password.get_secret_value()
        return SmtpServer(self.smtp_host, self.smtp_port, self.smtp_security, self.smtp_user, password)
