"""One e-mail: put together, then sent by SMTP or kept as a file in the outbox folder. Its words are in letters.py."""

import contextlib
import smtplib
import ssl
from collections.abc import Mapping
from datetime import datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path

from maskeraid_notifier.errors import TextRefused
from maskeraid_notifier.letters import SUBJECTS, is_control, text_of
from maskeraid_notifier.outcomes import Outcome, Verdict
from maskeraid_notifier.smtp import SmtpServer, connect

LONGEST_LINE = 900  # bytes


def refuse_control_characters(value: str) -> str:
    """The value itself. Raises TextRefused when it could end a header or begin another one.

    Our own check: Python 3.11.7's `email` has none on writing.
    """
    if any(is_control(character) for character in value):
        raise TextRefused("control characters, U+2028, and U+2029 must not go into a header")
    return value


def compose(
    delivery_id: str, event: str, recipient: str, sender: str, data: Mapping[str, object], now: datetime
) -> EmailMessage:
    """Write the message of one delivery.

    Args:
        delivery_id: makes the Message-ID, the same on each attempt, so that a repeat is recognisable.
        event: chooses the fixed subject and the text.
        recipient: the account's verified address, one and no list.
        sender: address that the message comes from; its domain ends the Message-ID.
        data: as in `text_of()`; what a user chose stays in the body.
        now: the message's date.

    Raises:
        TextRefused: an address is none, or a header value has a control character.
    """
    message = EmailMessage(policy=SMTP)
    from_address = _address(sender)
    message["From"] = from_address
    message["To"] = _address(recipient)
    message["Subject"] = SUBJECTS[event]
    message["Date"] = format_datetime(now)
    message["Message-ID"] = refuse_control_characters(f"<{delivery_id}@{from_address.domain}>")
    message["Auto-Submitted"] = "auto-generated"
    text = text_of(delivery_id, event, data)
    message.set_content(text, cte=_encoding_of(text))
    return message


def _encoding_of(text: str) -> str:
    """Plain while lines are as short as mail allows (RFC 5322, 998 bytes): quoted-printable would break links."""
    is_long = max(len(line.encode()) for line in text.splitlines()) > LONGEST_LINE
    return "base64" if is_long else "7bit" if text.isascii() else "8bit"


def send_by_smtp(message: EmailMessage, server: SmtpServer, tls: ssl.SSLContext | None = None) -> Outcome:
    """Hand one message over. Blocks up to 15 s a step, and about 45 s in all.

    4xx, lost connections, and what is no answer of a mail server are tried again; 5xx is final.
    """
    tls = tls or ssl.create_default_context()
    try:
        connection = connect(server, tls)
        try:
            if server.security == "starttls":
                connection.starttls(context=tls)
            if server.user:
                connection.login(server.user, server.password)
            connection.send_message(message)
            _take_leave(connection)
        finally:
            connection.close()
        return Outcome(Verdict.DELIVERED, 250)
    except smtplib.SMTPRecipientsRefused as error:
        code, text = next(iter(error.recipients.values()))
        return _refused(code, text)
    except smtplib.SMTPResponseException as error:
        return _refused(error.smtp_code, error.smtp_error)
    except (smtplib.SMTPException, OSError) as error:
        return Outcome(Verdict.RETRY, error=str(error) or type(error).__name__)


def keep_as_file(message: EmailMessage, delivery_id: str, folder: Path) -> Outcome:
    """Write the message to `folder/<delivery id>.eml`; a repeat replaces it by its equal."""
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = folder / f".{delivery_id}.part"
    unfinished.write_bytes(message.as_bytes())
    unfinished.rename(folder / f"{delivery_id}.eml")
    return Outcome(Verdict.DELIVERED, message=message.get_content())


def _take_leave(connection: smtplib.SMTP) -> None:
    """Say goodbye. The message was accepted: whatever the server answers now, it must not be sent again."""
    with contextlib.suppress(smtplib.SMTPException, OSError):
        connection.quit()


def _refused(code: int, text: bytes | str) -> Outcome:
    if isinstance(text, str) or code < 100:  # smtplib's own words: a line without an end, or without a number
        return Outcome(Verdict.RETRY, error="what answered is no mail server")
    said = text.decode("utf-8", errors="replace")
    verdict = Verdict.FAILED if 500 <= code < 600 else Verdict.RETRY
    return Outcome(verdict, code, f"the mail server answered {code} {said}")


def _address(value: str) -> Address:
    try:
        return Address(addr_spec=refuse_control_characters(value))
    except (HeaderParseError, ValueError, IndexError) as error:
        raise TextRefused("an e-mail address is needed, one and without a name") from error
