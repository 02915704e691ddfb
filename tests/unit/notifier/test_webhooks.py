"""Webhooks as a receiver sees them: official verifier, real sockets, every kind of answer (bars S9, S10)."""

import contextlib
import json
import ssl
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone

import httpx
import pytest
import trustme
from standardwebhooks import Webhook, WebhookVerificationError
from tests.unit.notifier.receiver import OK, Receiver, receive
from tests.unit.notifier.test_addresses import REFUSED_ADDRESSES, REFUSED_URLS, resolver

from maskeraid_notifier import addresses, webhooks
from maskeraid_notifier.addresses import Resolve
from maskeraid_notifier.errors import AddressRefused, UrlRefused
from maskeraid_notifier.outcomes import Outcome, Verdict
from maskeraid_notifier.webhooks import GuardedTransport, build_body, judge, send_webhook, sign

TLS = ssl.create_default_context()  # made once: it reads all certificates
MOMENT = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OLD_SECRET = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
DATA = {"id": "trn_1", "object": "training", "status": "succeeded", "url": "https://api.example/v1/trainings/trn_1"}
OF_THIS_MACHINE = ["127.0.0.1", "127.1.2.3", "0.0.0.0", "::ffff:127.0.0.1"]
SPELLINGS_OF_THIS_MACHINE = [
    "127.0.0.1", "127.1", "2130706433", "017700000001", "0x7f000001", "0x7f.0.0.1", "0X7F.1", "0",
    "127\u30020\u30020\u30021", "localhost",
]  # fmt: skip


def now() -> datetime:
    return datetime.now(UTC)


async def send_to(receiver: Receiver) -> Outcome:
    body = build_body("training.succeeded", now(), DATA)
    url = f"http://127.0.0.1:{receiver.port}/hook?a=b"
    headers = sign("dlv_1", body, [SECRET], now())
    return await send_webhook(url, headers, body, allowed_hosts={f"127.0.0.1:{receiver.port}"}, now=now())


class Calls(httpx.AsyncBaseTransport):
    """Stands where connections are made, and keeps the addresses that would be called."""

    def __init__(self) -> None:
        self.addresses: list[str] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.addresses.append(request.url.host)
        return httpx.Response(200)


async def called_for(url: str, resolve: Resolve) -> list[str]:
    calls = Calls()
    async with httpx.AsyncClient(transport=GuardedTransport(calls, frozenset(), resolve)) as client:
        with contextlib.suppress(AddressRefused, UrlRefused, httpx.InvalidURL, httpx.UnsupportedProtocol):
            await client.post(url)
    return calls.addresses


def tls_of(owner: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server with a certificate for a name, and a client that trusts it."""
    authority = trustme.CA()
    server_tls, client_tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH), ssl.create_default_context()
    authority.issue_cert(owner).configure_cert(server_tls)
    authority.configure_trust(client_tls)
    return server_tls, client_tls


class TestBody:
    def test_is_thin(self) -> None:
        body = json.loads(build_body("training.succeeded", MOMENT, {**DATA, "name": "My daughter"}))
        assert body == {"type": "training.succeeded", "timestamp": "2026-03-01T12:00:00.000Z", "data": DATA}

    def test_is_below_20_kb_whatever_a_client_wrote(self) -> None:
        longest = {name: "\u0000" * 200 for name in (*DATA, "client_reference_id")}
        assert len(build_body("training.needs_attention", MOMENT, longest).encode()) < 20_000


class TestSignature:
    def test_convinces_the_official_verifier(self) -> None:
        body = build_body("training.succeeded", now(), DATA)
        assert Webhook(SECRET).verify(body, sign("dlv_1", body, [SECRET], now()))["data"] == DATA

    @pytest.mark.parametrize("secret", [SECRET, OLD_SECRET])
    def test_convinces_holders_of_both_secrets_while_one_is_rotated(self, secret: str) -> None:
        Webhook(secret).verify("{}", sign("dlv_1", "{}", [SECRET, OLD_SECRET], now()))

    def test_is_stamped_in_utc_whatever_the_zone_of_the_clock(self) -> None:
        moment = now()
        elsewhere = moment.astimezone(timezone(timedelta(hours=9)))
        assert sign("dlv_1", "{}", [SECRET], elsewhere) == sign("dlv_1", "{}", [SECRET], moment)

    def test_does_not_fit_another_body(self) -> None:
        with pytest.raises(WebhookVerificationError):
            Webhook(SECRET).verify("{ }", sign("dlv_1", "{}", [SECRET], now()))

    def test_has_the_time_of_the_attempt_and_the_id_of_the_delivery(self) -> None:
        first, later = (sign("dlv_1", "{}", [SECRET], now() + wait) for wait in (timedelta(0), timedelta(minutes=5)))
        assert first["webhook-id"] == later["webhook-id"]
        assert int(later["webhook-timestamp"]) - int(first["webhook-timestamp"]) in (299, 300, 301)


class TestSending:
    async def test_receiver_gets_a_request_that_verifies(self) -> None:
        async with receive(Receiver()) as receiver:
            outcome = await send_to(receiver)
        (request,) = receiver.requests
        assert outcome == Outcome(Verdict.DELIVERED, 200, answer="ok")
        assert request.line == "POST /hook?a=b HTTP/1.1"
        assert request.headers["content-type"] == "application/json"
        assert Webhook(SECRET).verify(request.body, request.headers)["type"] == "training.succeeded"

    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    async def test_redirect_is_shown_and_not_followed(self, status: int) -> None:
        async with receive(Receiver()) as canary:
            location = f"http://127.0.0.1:{canary.port}/"
            redirect = f"HTTP/1.1 {status} Elsewhere\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode()
            async with receive(Receiver(answer=redirect)) as receiver:
                outcome = await send_to(receiver)
        assert (outcome.verdict, outcome.status_code, canary.connections) == (Verdict.RETRY, status, 0)
        assert "redirects are not followed" in str(outcome.error)

    async def test_endless_answer_is_read_up_to_a_limit(self) -> None:
        answer = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n" + b"x" * 200_000
        async with receive(Receiver(answer=answer)) as receiver:
            outcome = await send_to(receiver)
        assert (outcome.verdict, outcome.answer) == (Verdict.DELIVERED, "x" * 1024)

    async def test_packed_answer_is_not_unpacked(self) -> None:
        answer = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 6\r\n\r\n\x1f\x8bjunk"
        async with receive(Receiver(answer=answer)) as receiver:
            assert (await send_to(receiver)).verdict is Verdict.DELIVERED

    @pytest.mark.parametrize("answer", [b"", b"SSH-2.0-OpenSSH_9.2\r\n", b"HTTP/1.1 2"])
    async def test_answer_that_is_not_http_is_tried_again(self, answer: bytes) -> None:
        async with receive(Receiver(answer=answer)) as receiver:
            assert (await send_to(receiver)).verdict is Verdict.RETRY

    @pytest.mark.parametrize("end", ["Content-Length: 9\r\n\r\nno", "Transfer-Encoding: chunked\r\n\r\nno chunk\r\n"])
    @pytest.mark.parametrize(
        ("status", "verdict"), [(200, Verdict.DELIVERED), (410, Verdict.GONE), (503, Verdict.RETRY)]
    )
    async def test_answer_that_breaks_off_behind_its_status_is_judged_by_it(
        self, status: int, verdict: Verdict, end: str
    ) -> None:
        answer = f"HTTP/1.1 {status} X\r\nRetry-After: 120\r\n{end}".encode()
        async with receive(Receiver(answer=answer)) as receiver:
            outcome = await send_to(receiver)
        assert (outcome.verdict, outcome.status_code) == (verdict, status)
        assert outcome.retry_after_seconds == (120 if status == 503 else 0)

    async def test_answer_whose_end_never_comes_is_judged_by_its_status(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(webhooks, "WHOLE_SECONDS", 0.5)
        answer = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"
        async with receive(Receiver(answer=answer, seconds_before_end=5)) as receiver:
            assert (await send_to(receiver)).verdict is Verdict.DELIVERED

    async def test_redirect_to_nonsense_is_shown_as_a_redirect(self) -> None:
        answer = b"HTTP/1.1 302 X\r\nLocation: http://[::1\r\nContent-Length: 0\r\n\r\n"
        async with receive(Receiver(answer=answer)) as receiver:
            assert (await send_to(receiver)).status_code == 302

    async def test_refused_connection_is_tried_again(self) -> None:
        async with receive(Receiver()) as receiver:
            pass
        assert (await send_to(receiver)).verdict is Verdict.RETRY

    async def test_slow_answer_ends_at_the_limit_of_the_whole(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(webhooks, "WHOLE_SECONDS", 0.5)
        async with receive(Receiver(seconds_between_bytes=0.05)) as receiver:
            outcome = await send_to(receiver)
        assert outcome == Outcome(Verdict.RETRY, error="no complete answer within 0 s")

    async def test_proxy_of_the_environment_is_not_asked(self, monkeypatch: pytest.MonkeyPatch) -> None:
        async with receive(Receiver()) as proxy, receive(Receiver()) as receiver:
            monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy.port}")
            monkeypatch.setenv("ALL_PROXY", f"http://127.0.0.1:{proxy.port}")
            outcome = await send_to(receiver)
        assert (outcome.verdict, proxy.connections) == (Verdict.DELIVERED, 0)


class TestGuard:
    """Each with the guard and, to see that nothing else is in the way, without: then the canary is reached."""

    @pytest.mark.parametrize("is_guarded", [True, False])
    async def test_name_with_an_address_of_this_machine(
        self, monkeypatch: pytest.MonkeyPatch, is_guarded: bool
    ) -> None:
        server_tls, client_tls = tls_of("hooks.example")
        async with receive(Receiver(), server_tls, host="0.0.0.0") as canary:
            monkeypatch.setattr(addresses, "PUBLIC_PORTS", {canary.port})
            if not is_guarded:
                monkeypatch.setattr(addresses, "is_public", lambda address: True)
            for address in OF_THIS_MACHINE:
                await send_webhook(
                    f"https://hooks.example:{canary.port}/", {}, "{}", resolve=resolver(address), verify=client_tls,
                    now=now(),
                )  # fmt: skip
        assert len(canary.requests) == (0 if is_guarded else len(OF_THIS_MACHINE))

    @pytest.mark.parametrize("is_guarded", [True, False])
    async def test_spelling_of_an_address_of_this_machine(
        self, monkeypatch: pytest.MonkeyPatch, is_guarded: bool
    ) -> None:
        server_tls, client_tls = tls_of("hooks.example")
        client_tls.check_hostname = False
        async with receive(Receiver(), server_tls) as canary:
            monkeypatch.setattr(addresses, "PUBLIC_PORTS", {canary.port})
            if not is_guarded:
                monkeypatch.setattr(addresses, "_check_url", lambda *_: None)
                monkeypatch.setattr(addresses, "is_public", lambda address: True)
            for spelling in SPELLINGS_OF_THIS_MACHINE:
                await send_webhook(f"https://{spelling}:{canary.port}/", {}, "{}", verify=client_tls, now=now())
        assert len(canary.requests) == (0 if is_guarded else len(SPELLINGS_OF_THIS_MACHINE))

    @pytest.mark.parametrize("is_guarded", [True, False])
    async def test_name_with_any_refused_address(self, monkeypatch: pytest.MonkeyPatch, is_guarded: bool) -> None:
        if not is_guarded:
            monkeypatch.setattr(addresses, "is_public", lambda address: True)
        wanted = [address for address in REFUSED_ADDRESSES if "%" not in address]  # httpx itself refuses a zone
        called = [await called_for("https://hooks.example/", resolver(address)) for address in wanted]
        assert called == [[] if is_guarded else [address] for address in wanted]

    @pytest.mark.parametrize("url", REFUSED_URLS)
    async def test_refused_url_is_final_and_calls_nobody(self, url: str) -> None:
        assert await called_for(url, resolver("8.8.8.8")) == []
        outcome = await send_webhook(url, {}, "{}", resolve=resolver("127.0.0.1"), verify=TLS, now=now())
        assert (outcome.verdict, outcome.status_code) == (Verdict.FAILED, None)

    async def test_name_that_rebinds_is_called_at_the_address_that_was_checked(self) -> None:
        answers = [["8.8.8.8"], ["127.0.0.1"], ["127.0.0.1"]]

        async def rebinding(host: str, port: int) -> Sequence[str]:
            return answers.pop(0)

        assert await called_for("https://hooks.example/", rebinding) == ["8.8.8.8"]
        assert await called_for("https://hooks.example/", rebinding) == []  # the next attempt asks anew
        assert len(answers) == 1

    async def test_name_that_changes_its_mind_is_asked_once_an_attempt(self) -> None:
        questions: list[str] = []

        async def rebinding(host: str, port: int) -> Sequence[str]:
            questions.append(host)
            return ["127.0.0.1"] if len(questions) == 1 else ["169.254.169.254"]

        async with receive(Receiver()) as receiver:
            url = f"http://hooks.example:{receiver.port}/"
            allowed = {f"hooks.example:{receiver.port}"}
            outcome = await send_webhook(url, {}, "{}", allowed_hosts=allowed, resolve=rebinding, now=now())
        assert (outcome.verdict, questions) == (Verdict.DELIVERED, ["hooks.example"])
        assert receiver.requests[0].headers["host"] == f"hooks.example:{receiver.port}"

    async def test_next_address_is_tried_when_one_does_not_answer(self) -> None:
        async with receive(Receiver()) as receiver:
            url = f"http://hooks.example:{receiver.port}/"
            allowed = {f"hooks.example:{receiver.port}"}
            two = resolver("127.0.0.2", "127.0.0.1")  # the receiver listens on the second only
            outcome = await send_webhook(url, {}, "{}", allowed_hosts=allowed, resolve=two, now=now())
        assert outcome.status_code == 200


class TestCertificate:
    @pytest.mark.parametrize(("owner", "verdict"), [("hooks.example", Verdict.DELIVERED), ("x.example", Verdict.RETRY)])
    async def test_must_be_that_of_the_name_though_the_address_is_called(self, owner: str, verdict: Verdict) -> None:
        server_tls, client_tls = tls_of(owner)
        named: list[str | None] = []
        server_tls.sni_callback = lambda connection, name, context: named.append(name)
        async with receive(Receiver(answer=OK), server_tls) as receiver:
            outcome = await send_webhook(
                f"https://hooks.example:{receiver.port}/",
                {},
                "{}",
                allowed_hosts={"hooks.example:*"},
                resolve=resolver("127.0.0.1"),
                verify=client_tls,
                now=now(),
            )
        assert (outcome.verdict, named) == (verdict, ["hooks.example"])


class TestJudgement:
    @pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
    def test_only_2xx_is_success(self, status: int) -> None:
        assert judge(status, httpx.Headers(), "", MOMENT).verdict is Verdict.DELIVERED

    @pytest.mark.parametrize("status", [304, 400, 401, 404, 429, 500, 503])
    def test_other_answers_are_tried_again(self, status: int) -> None:
        assert judge(status, httpx.Headers(), "", MOMENT).verdict is Verdict.RETRY

    def test_410_is_a_farewell(self) -> None:
        assert judge(410, httpx.Headers(), "", MOMENT).verdict is Verdict.GONE

    @pytest.mark.parametrize("status", [429, 502, 503, 504])
    @pytest.mark.parametrize("value", ["120", "Sun, 01 Mar 2026 12:02:00 GMT"])
    def test_retry_after_is_read_as_a_number_or_a_date(self, status: int, value: str) -> None:
        """By the database's time, which this machine's clock need not know."""
        assert judge(status, httpx.Headers({"retry-after": value}), "", MOMENT).retry_after_seconds == 120

    @pytest.mark.parametrize(
        "value",
        [
            "",
            "soon",
            "-5",
            "120, 60",
            "1e9",
            "inf",
            "Sun, 01 Mar 2020 12:02:00 GMT",
            "Sun, 01 Mar 2026 12:02:00 -0000",
            "Sun, 01 Mar 99999999999999999999 12:02:00 GMT",
            "Sun, 01 Mar 2026 12:02:00 +99999999999999",
        ],
    )
    def test_retry_after_that_says_nothing_asks_for_nothing(self, value: str) -> None:
        assert judge(503, httpx.Headers({"retry-after": value}), "", MOMENT).retry_after_seconds == 0

    def test_retry_after_of_other_answers_is_not_obeyed(self) -> None:
        assert judge(500, httpx.Headers({"retry-after": "120"}), "", MOMENT).retry_after_seconds == 0
