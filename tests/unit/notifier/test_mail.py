"""E-mail as a mail server and a reader see it (bar S11)."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any, Literal

import pytest
import trustme
from aiosmtpd.smtp import SMTP

from maskeraid.cli import app
from maskeraid_core.jobs import NOTICES
from maskeraid_notifier import smtp
from maskeraid_notifier.errors import TextRefused
from maskeraid_notifier.letters import COMMAND_OF_JOBS, COMMANDS, SAID_BEFORE_THE_END, SUBJECTS, duration
from maskeraid_notifier.mail import compose, keep_as_file, send_by_smtp
from maskeraid_notifier.outcomes import Outcome, Verdict
from maskeraid_notifier.smtp import SmtpServer

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DATA = {
    "id": "trn_1",
    "object": "training",
    "status": "succeeded",
    "url": "https://maskeraid.example/v1/trainings/trn_1",
}
HOSTILE = ["\r\nBcc: x@y.example", "\n.\n", "\r", "\0", "\u2028Bcc: x", "\u2029", "\x1b[2J", "\x7f", "\x85", "\ud800"]


def message(
    recipient: str = "owner@example.com",
    sender: str = "maskeraid@example.com",
    event: str = "training.succeeded",
    **data: object,
) -> EmailMessage:
    return compose("dlv_1", event, recipient, sender, {**DATA, **data}, NOW)


def text_of(**data: Any) -> str:  # noqa: ANN401 any fact of a notice
    """As a reader sees it: parsed again from the bytes that are sent."""
    content: str = message_from_bytes(message(**data).as_bytes(), policy=default).get_content()
    return content


class Mailbox:
    """A mail server that answers as told at one point of the conversation, and keeps what it took."""

    def __init__(self, point: str = "", answer: str = "") -> None:
        self.taken: list[bytes] = []
        self._answers = {point: answer}

    async def handle_QUIT(self, server: SMTP, session: Any, envelope: Any) -> str:  # noqa: ANN401 aiosmtpd's own types
        if self._answers.get("QUIT") == "hang up":
            server.transport.abort()
        return self._answers.get("QUIT", "221 Bye")

    async def handle_RCPT(self, server: SMTP, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: ANN401
        envelope.rcpt_tos.append(address)
        return self._answers.get("RCPT", "250 OK")

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:  # noqa: ANN401
        if self._answers.get("DATA") == "hang up before":
            server.transport.abort()
            return "250 never arrives"
        self.taken.append(envelope.content)
        if self._answers.get("DATA") == "hang up after":
            server.transport.abort()
            await asyncio.sleep(0)
        return self._answers.get("DATA", "250 OK")


@asynccontextmanager
async def mail_server(mailbox: Mailbox, tls: ssl.SSLContext | None = None) -> AsyncIterator[SmtpServer]:
    def protocol() -> SMTP:
        return SMTP(mailbox, hostname="localhost", tls_context=tls, require_starttls=tls is not None)

    server = await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", 0)
    try:
        yield SmtpServer("localhost", server.sockets[0].getsockname()[1], "starttls" if tls else "none")
    finally:
        server.close()


async def send(server: SmtpServer, tls: ssl.SSLContext | None = None) -> Outcome:
    return await asyncio.to_thread(send_by_smtp, message(), server, tls)


class TestWords:
    def test_are_there_for_every_notice(self) -> None:
        of_others = {
            "model.created",
            "model.shared",
            "model.flagged",
            "dataset.shared",
            "dataset.deleted",
            "webhook_endpoint.disabled",
            "api_key.expiring",
            "email.verification",
        }
        assert set(SUBJECTS) == set(SAID_BEFORE_THE_END) == NOTICES | of_others

    def test_say_what_ended_and_how_and_where_to_look_and_the_limit(self) -> None:
        text = text_of(name="our model", seconds=7500, model_id="mdl_1")
        for said in (
            "Your training has succeeded.",
            'trn_1 "our model"',
            "succeeded after 2 h 5 min",
            "mdl_1",
            DATA["url"],
            "maskeraid jobs show trn_1",
            "not a reconstruction",
        ):
            assert said in text

    def test_only_an_address_that_a_browser_can_open_is_offered_as_a_page(self) -> None:
        lines = text_of().splitlines()
        assert "  look here  with your key: maskeraid jobs show trn_1" in lines
        assert f"  as JSON    {DATA['url']} (with it, too)" in lines
        verification = text_of(event="email.verification", object="email", token="t", seconds=5)
        assert f"  look here  {DATA['url']}" in verification.splitlines()

    def test_say_what_needs_attention_of_a_model_that_was_made(self) -> None:
        text = text_of(attention=["It repeats\nitself."], flags=["collapse"], memorisation="cannot_tell")
        assert "attention  It repeats itself." in text
        assert "copies     cannot be told" in text
        assert "attention" not in text_of(memorisation="healthy")

    def test_say_how_many_images_of_a_batch_were_done(self) -> None:
        counts = {"total": 20, "succeeded": 17, "failed": 2, "cancelled": 1}
        text = text_of(event="batch.completed", id="bat_1", object="batch", counts=counts)
        assert "17 of 20 re-imaged, 2 failed, 1 cancelled" in text
        assert "maskeraid batches show bat_1" in text

    def test_say_why_it_failed(self) -> None:
        text = text_of(event="training.failed", reason={"code": "out_of_memory", "message": "Too little memory."})
        assert "out_of_memory: Too little memory." in text

    @pytest.mark.parametrize("event", sorted(SUBJECTS))
    def test_have_one_link_short_lines_and_the_id_of_the_delivery(self, event: str) -> None:
        text = text_of(event=event, object="email", token="t" * 43, seconds=5)
        assert text.count("://") == 1
        assert "dlv_1" in text
        assert max(map(len, text.splitlines())) <= 110

    @pytest.mark.parametrize(("seconds", "words"), [(4.2, "4 s"), (750, "12 min"), (3600, "1 h 0 min")])
    def test_give_durations_in_a_fitting_unit(self, seconds: float, words: str) -> None:
        assert duration(seconds) == words

    def test_name_commands_that_exist(self) -> None:
        groups = {group.name: group.typer_instance for group in app.registered_groups}
        in_words = ("maskeraid webhooks enable", "maskeraid keys new", "maskeraid keys revoke")
        for command in (*COMMANDS.values(), COMMAND_OF_JOBS, *in_words):
            _, group, name, *_ = command.split()
            known = {row.name for row in groups[group].registered_commands}  # type: ignore[union-attr]
            assert name in known, command


class TestMessage:
    def test_has_a_fixed_subject_and_the_id_of_its_delivery(self) -> None:
        written = message_from_bytes(message(name="Anna").as_bytes(), policy=default)
        assert written["Subject"] == SUBJECTS["training.succeeded"]
        assert written["Message-ID"] == "<dlv_1@example.com>"
        assert "Anna" not in "".join(written.values())

    @pytest.mark.parametrize("name", ["Anna", "Änne = ✓"])
    def test_keeps_links_whole_in_the_file(self, name: str) -> None:
        url = f"http://127.0.0.1:8000/v1/trainings/trn_{'0' * 26}?next=/models/{'x' * 60}"
        raw = message(name=name, url=url).as_bytes()
        assert url.encode() in raw
        assert max(map(len, raw.split(b"\r\n"))) < 998

    def test_breaks_only_lines_that_are_too_long_for_mail(self) -> None:
        written = message(name="é" * 600)
        assert max(map(len, written.as_bytes().split(b"\r\n"))) < 998
        assert "é" * 600 in written.get_content()

    def test_is_the_same_on_each_attempt(self) -> None:
        assert message().as_bytes() == message().as_bytes()

    @pytest.mark.parametrize("hostile", HOSTILE)
    @pytest.mark.parametrize("field", ["recipient", "sender"])
    def test_refuses_control_characters_in_an_address(self, field: str, hostile: str) -> None:
        with pytest.raises(TextRefused):
            message(**{field: f"owner{hostile}@example.com"})

    @pytest.mark.parametrize(
        "recipient", ["", "owner", "a@x.example, b@x.example", "A <a@x.example>", "a@x.example b@"]
    )
    def test_goes_to_one_address_and_no_list(self, recipient: str) -> None:
        with pytest.raises(TextRefused):
            message(recipient)

    @pytest.mark.parametrize("hostile", HOSTILE)
    @pytest.mark.parametrize("field", ["name", "id", "object", "status", "url", "model_id", "code", "message"])
    def test_keeps_its_headers_and_lines_whatever_a_user_wrote(self, field: str, hostile: str) -> None:
        plain, attacked = (_failed(field, value) for value in ("xy", f"x{hostile}y"))
        assert attacked.keys() == plain.keys()
        assert len(attacked.get_content().splitlines()) == len(plain.get_content().splitlines())


def _failed(field: str, value: str) -> EmailMessage:
    """A message whose one field a user wrote, as its reader parses it."""
    reason = {"code": "c", "message": "m"}
    facts = {"name": "n", "model_id": "m", field: value}
    written = message(event="training.failed", reason={name: facts.get(name, reason[name]) for name in reason}, **facts)
    parsed: EmailMessage = message_from_bytes(written.as_bytes(), policy=default)
    return parsed


class TestSmtp:
    async def test_takes_the_message(self) -> None:
        mailbox = Mailbox()
        async with mail_server(mailbox) as server:
            assert (await send(server)).verdict is Verdict.DELIVERED
        assert message_from_bytes(mailbox.taken[0], policy=default)["Message-ID"] == "<dlv_1@example.com>"

    async def test_is_encrypted_to_the_name_of_the_server(self) -> None:
        authority = trustme.CA()
        server_tls, client_tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH), ssl.create_default_context()
        authority.issue_cert("localhost").configure_cert(server_tls)
        authority.configure_trust(client_tls)
        mailbox = Mailbox()
        async with mail_server(mailbox, server_tls) as server:
            assert (await send(server, client_tls)).verdict is Verdict.DELIVERED
            stranger = await send(server)
        assert (stranger.verdict, len(mailbox.taken)) == (Verdict.RETRY, 1)

    @pytest.mark.parametrize("point", ["RCPT", "DATA"])
    @pytest.mark.parametrize(("answer", "verdict"), [("451 later", Verdict.RETRY), ("550 no", Verdict.FAILED)])
    async def test_4xx_is_tried_again_and_5xx_is_final(self, point: str, answer: str, verdict: Verdict) -> None:
        async with mail_server(Mailbox(point, answer)) as server:
            outcome = await send(server)
        assert (outcome.verdict, outcome.status_code) == (verdict, int(answer[:3]))
        assert answer in str(outcome.error)

    @pytest.mark.parametrize(("moment", "copies"), [("before", 0), ("after", 1)])
    async def test_lost_connection_is_tried_again(self, moment: str, copies: int) -> None:
        mailbox = Mailbox("DATA", f"hang up {moment}")
        async with mail_server(mailbox) as server:
            assert (await send(server)).verdict is Verdict.RETRY
        assert len(mailbox.taken) == copies  # one duplicate at most, and recognisable by its Message-ID

    @pytest.mark.parametrize("answer", ["250 OK", "421 too busy", "550 no", "no number", "hang up"])
    async def test_accepted_message_is_delivered_whatever_is_said_to_the_farewell(self, answer: str) -> None:
        mailbox = Mailbox("QUIT", answer)
        async with mail_server(mailbox) as server:
            assert await send(server) == Outcome(Verdict.DELIVERED, 250)
        assert len(mailbox.taken) == 1

    @pytest.mark.parametrize("answer", ["hello", "354 what", "x" * 10_000, "000 nothing", ""])
    async def test_what_is_no_answer_is_tried_again(self, answer: str) -> None:
        async with mail_server(Mailbox("RCPT", answer)) as server:
            assert (await send(server)).verdict is Verdict.RETRY

    @pytest.mark.parametrize("drop", [b"2", b"220-not yet\r\n"])
    @pytest.mark.parametrize("security", ["none", "tls"])
    async def test_answer_that_drips_ends_at_the_limit_of_the_whole(
        self, monkeypatch: pytest.MonkeyPatch, drop: bytes, security: Literal["none", "tls"]
    ) -> None:
        monkeypatch.setattr(smtp, "WHOLE_SECONDS", 0.3)
        authority = trustme.CA()
        server_tls, client_tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH), ssl.create_default_context()
        authority.issue_cert("localhost").configure_cert(server_tls)
        authority.configure_trust(client_tls)

        async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with contextlib.suppress(ConnectionError):
                while not reader.at_eof():
                    writer.write(drop)
                    await writer.drain()
                    await asyncio.sleep(0.02)
            writer.close()

        dripping = await asyncio.start_server(drip, "127.0.0.1", 0, ssl=server_tls if security == "tls" else None)
        server = SmtpServer("localhost", dripping.sockets[0].getsockname()[1], security)
        async with asyncio.timeout(30):
            assert (await send(server, client_tls)).verdict is Verdict.RETRY
            dripping.close()
            await asyncio.sleep(0.1)  # for the receiver to see that it is alone

    async def test_absent_server_is_tried_again(self) -> None:
        async with mail_server(Mailbox()) as server:
            pass
        assert (await send(server)).verdict is Verdict.RETRY


class TestOutboxFolder:
    def test_holds_one_file_a_delivery(self, tmp_path: Path) -> None:
        for _ in range(2):
            assert keep_as_file(message(), "dlv_1", tmp_path / "outbox").verdict is Verdict.DELIVERED
        (path,) = (tmp_path / "outbox").iterdir()
        assert (path.name, message_from_bytes(path.read_bytes())["To"]) == ("dlv_1.eml", "owner@example.com")
