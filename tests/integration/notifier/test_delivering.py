"""Deliveries on a real database: attempts, what is recorded, what follows for the endpoint (bars S10, S11)."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes
from pathlib import Path
from random import Random
from typing import Any

import pytest
from standardwebhooks import Webhook
from tests.unit.notifier.receiver import Receiver, receive
from tests.unit.notifier.test_mail import Mailbox, mail_server

from maskeraid_core.documents.accounts import Tenant
from maskeraid_core.documents.deliveries import (
    ENDPOINT_DISABLED,
    Attempt,
    Delivery,
    DeliveryStatus,
    Sink,
    WebhookEndpoint,
)
from maskeraid_core.documents.notices import Notice
from maskeraid_core.ids import new_id
from maskeraid_core.litter import sweep_litter
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.accounts import AccountRepository
from maskeraid_core.repositories.deliveries import (
    MOST_RUNG,
    DeliveryQueue,
    DeliveryRepository,
    WebhookEndpointRepository,
)
from maskeraid_core.repositories.repository import PageRequest, now
from maskeraid_core.sweeper import sweep
from maskeraid_notifier.delivering import deliver
from maskeraid_notifier.sending import Sender
from maskeraid_notifier.settings import NotifierSettings

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OLD_SECRET = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
TENANT = "ten_1"
ADDRESS = "a@x.example"
DISABLED = {"id": "whe_1", "object": "webhook_endpoint", "status": "disabled", "url": "/v1/webhook-endpoints/whe_1"}
MakeSender = Callable[..., Sender]


@pytest.fixture
def make_sender(stores: Stores, tmp_path: Path) -> MakeSender:
    def make(*receivers: Receiver, **settings_of_mail: Any) -> Sender:  # noqa: ANN401 any setting
        settings = NotifierSettings(
            **stores.settings.model_dump(),
            outbox_folder=tmp_path / "outbox",
            public_url="https://maskeraid.example/",
            webhook_allowed_hosts=frozenset(f"127.0.0.1:{receiver.port}" for receiver in receivers),
            **settings_of_mail,
        )
        return Sender.of(settings, stores.database)

    return make


def make_endpoint(receiver: Receiver, **facts: Any) -> WebhookEndpoint:  # noqa: ANN401 any field
    required = {"id": new_id("whe"), "tenant": TENANT, "url": f"http://127.0.0.1:{receiver.port}/", "secret": SECRET}
    return WebhookEndpoint(**{**required, "created_at": now(), "updated_at": now(), **facts})


def make_delivery(sink: Sink, **facts: Any) -> Delivery:  # noqa: ANN401 any field
    at = now()
    data = {"id": "trn_1", "object": "training", "status": "succeeded", "url": "/v1/trainings/trn_1"}
    required: dict[str, Any] = {
        "id": new_id("dlv"), "tenant": TENANT, "sink": sink, "event": "training.succeeded", "subject": "trn_1",
        "data": data, "next_attempt_at": at - timedelta(seconds=1), "created_at": at,
    }  # fmt: skip
    return Delivery(**{**required, **facts})


@pytest.fixture(autouse=True)
async def owner(stores: Stores) -> Tenant:
    """Who the deliveries are for, with a verified address."""
    tenant = Tenant(id=TENANT, name="one", email=ADDRESS, is_email_verified=True, created_at=now())
    return await AccountRepository(stores.database).add_tenant(tenant)


async def try_once(stores: Stores, sender: Sender, delivery: Delivery) -> Delivery:
    await DeliveryQueue(stores.database).add_once(delivery)
    await deliver(stores, sender, delivery.id, Random(1))
    found = await DeliveryRepository(stores.database, TENANT).get(delivery.id)
    assert found is not None
    return found


async def try_at(stores: Stores, sender: Sender, receiver: Receiver, **facts: Any) -> tuple[Delivery, WebhookEndpoint]:  # noqa: ANN401 any field
    """One attempt at an endpoint of the receiver; the delivery and the endpoint as they are after it."""
    endpoints = WebhookEndpointRepository(stores.database, TENANT)
    endpoint = await endpoints.add(make_endpoint(receiver, **facts.pop("endpoint", {})))
    delivery = await try_once(stores, sender, make_delivery(Sink(kind="webhook", target=endpoint.id), **facts))
    after = await endpoints.get(endpoint.id)
    assert after is not None
    return delivery, after


def answering(status: int, *headers: str) -> Receiver:
    return Receiver(answer="\r\n".join([f"HTTP/1.1 {status} X", *headers, "Content-Length: 2", "", "no"]).encode())


class TestWebhook:
    async def test_arrives_signed_with_a_whole_link(self, stores: Stores, make_sender: MakeSender) -> None:
        async with receive(Receiver()) as receiver:
            delivery, _ = await try_at(stores, make_sender(receiver), receiver)
        (request,) = receiver.requests
        assert Webhook(SECRET).verify(request.body, request.headers)["data"]["url"] == (
            "https://maskeraid.example/v1/trainings/trn_1"
        )
        assert request.headers["webhook-id"] == delivery.id
        assert (delivery.status, delivery.attempts[0].status_code) == (DeliveryStatus.DELIVERED, 200)

    async def test_is_signed_twice_while_a_secret_is_rotated(self, stores: Stores, make_sender: MakeSender) -> None:
        rotation = {"previous_secret": OLD_SECRET, "previous_secret_until": now() + timedelta(hours=1)}
        async with receive(Receiver()) as receiver:
            await try_at(stores, make_sender(receiver), receiver, endpoint=rotation)
        Webhook(OLD_SECRET).verify(receiver.requests[0].body, receiver.requests[0].headers)

    async def test_of_an_old_secret_is_not_signed_for_ever(self, stores: Stores, make_sender: MakeSender) -> None:
        rotation = {"previous_secret": OLD_SECRET, "previous_secret_until": now() - timedelta(seconds=1)}
        async with receive(Receiver()) as receiver:
            await try_at(stores, make_sender(receiver), receiver, endpoint=rotation)
        assert len(receiver.requests[0].headers["webhook-signature"].split()) == 1

    async def test_is_sent_once_by_two_notifiers(self, stores: Stores, make_sender: MakeSender) -> None:
        async with receive(Receiver()) as receiver:
            sender = make_sender(receiver)
            delivery, _ = await try_at(stores, sender, receiver)
            await deliver(stores, sender, delivery.id, Random(1))
        assert len(receiver.requests) == 1

    async def test_of_a_disabled_endpoint_is_not_sent(self, stores: Stores, make_sender: MakeSender) -> None:
        async with receive(Receiver()) as receiver:
            delivery, _ = await try_at(stores, make_sender(receiver), receiver, endpoint={"is_enabled": False})
        assert (delivery.status, receiver.connections) == (DeliveryStatus.GIVEN_UP, 0)

    async def test_to_a_private_address_is_not_sent(self, stores: Stores, make_sender: MakeSender) -> None:
        async with receive(Receiver()) as receiver:
            delivery, _ = await try_at(stores, make_sender(), receiver)
        assert (delivery.status, receiver.connections) == (DeliveryStatus.GIVEN_UP, 0)


class TestRetry:
    @pytest.mark.parametrize(("made", "seconds"), [(0, 5), (1, 300), (8, 86400)])
    async def test_waits_by_the_table(self, stores: Stores, make_sender: MakeSender, made: int, seconds: float) -> None:
        async with receive(answering(500)) as receiver:
            delivery, _ = await try_at(stores, make_sender(receiver), receiver, tries=made)
        assert delivery.status is DeliveryStatus.PENDING
        assert delivery.next_attempt_at is not None
        waited = (delivery.next_attempt_at - delivery.attempts[-1].at).total_seconds()
        assert 0.9 * seconds <= waited <= 1.1 * seconds + 1  # the attempt itself lies between the two times
        assert (delivery.tries, delivery.attempts[-1].answer) == (made + 1, "no")

    @pytest.mark.parametrize("seconds", [900, 3 * 86400])
    async def test_waits_as_long_as_the_receiver_asks(
        self, stores: Stores, make_sender: MakeSender, seconds: int
    ) -> None:
        async with receive(answering(503, f"Retry-After: {seconds}")) as receiver:
            delivery, _ = await try_at(stores, make_sender(receiver), receiver)
        assert delivery.next_attempt_at is not None
        assert delivery.next_attempt_at - delivery.attempts[-1].at >= timedelta(seconds=seconds)

    @pytest.mark.parametrize("wish", ["9" * 400, "Fri, 31 Dec 9999 23:59:59 GMT"])
    async def test_ends_where_the_receiver_asks_for_ages(
        self, stores: Stores, make_sender: MakeSender, wish: str
    ) -> None:
        async with receive(answering(429, f"Retry-After: {wish}")) as receiver:
            delivery, _ = await try_at(stores, make_sender(receiver), receiver)
        assert (delivery.status, delivery.next_attempt_at) == (DeliveryStatus.GIVEN_UP, None)
        assert "30 days" in str(delivery.attempts[-1].error)

    async def test_ends_after_ten_attempts(self, stores: Stores, make_sender: MakeSender) -> None:
        async with receive(answering(500)) as receiver:
            delivery, endpoint = await try_at(stores, make_sender(receiver), receiver, tries=9)
        assert (delivery.status, delivery.next_attempt_at) == (DeliveryStatus.GIVEN_UP, None)
        assert (endpoint.given_up_in_a_row, endpoint.is_enabled) == (1, True)

    async def test_keeps_the_id_and_renews_the_time(self, stores: Stores, make_sender: MakeSender) -> None:
        async with receive(answering(500)) as receiver:
            sender = make_sender(receiver)
            delivery, _ = await try_at(stores, sender, receiver)
            await stores.database["deliveries"].update_one(
                {"_id": delivery.id}, {"$set": {"next_attempt_at": delivery.created_at}}
            )
            await deliver(stores, sender, delivery.id, Random(1))
        assert {request.headers["webhook-id"] for request in receiver.requests} == {delivery.id}
        assert len(receiver.requests) == 2


class TestFaultOfOurs:
    async def test_is_an_attempt_that_failed(self, stores: Stores, make_sender: MakeSender) -> None:
        unknown = make_delivery(Sink(kind="email", target=ADDRESS), event="nothing.known")
        delivery = await try_once(stores, make_sender(), unknown)
        assert [attempt.error for attempt in delivery.attempts] == ["internal error: KeyError"]
        assert delivery.status is DeliveryStatus.PENDING
        assert delivery.next_attempt_at is not None
        assert delivery.next_attempt_at > unknown.created_at

    async def test_is_given_up_where_the_table_ends(self, stores: Stores, make_sender: MakeSender) -> None:
        mail = Sink(kind="email", target=ADDRESS)
        unknown = make_delivery(mail, event="nothing.known", tries=9)
        assert (await try_once(stores, make_sender(), unknown)).status is DeliveryStatus.GIVEN_UP


class TestHostileAnswer:
    async def test_fills_no_database(self, stores: Stores, make_sender: MakeSender) -> None:
        nonsense = Receiver(answer=b"\xff" * 90_000 + b"\r\n\r\n")  # quoted by the error, five characters a byte
        async with receive(nonsense) as receiver:
            delivery, _ = await try_at(stores, make_sender(receiver), receiver)
        assert delivery.status is DeliveryStatus.PENDING
        assert len(delivery.model_dump_json()) < 5_000


class TestEndpoint:
    async def test_that_is_gone_is_disabled_at_once(self, stores: Stores, make_sender: MakeSender) -> None:
        async with receive(answering(410)) as receiver:
            delivery, endpoint = await try_at(stores, make_sender(receiver), receiver)
        assert (delivery.status, endpoint.is_enabled) == (DeliveryStatus.GIVEN_UP, False)

    async def test_that_answers_again_starts_anew(self, stores: Stores, make_sender: MakeSender) -> None:
        async with receive(Receiver()) as receiver:
            _, endpoint = await try_at(stores, make_sender(receiver), receiver, endpoint={"given_up_in_a_row": 2})
        assert endpoint.given_up_in_a_row == 0

    @pytest.mark.parametrize(("is_verified", "mails"), [(True, 1), (False, 0)])
    async def test_that_is_given_up_three_times_is_disabled_and_its_owner_told_once(
        self, stores: Stores, make_sender: MakeSender, is_verified: bool, mails: int
    ) -> None:
        await AccountRepository(stores.database).change(TENANT, {"is_email_verified": is_verified})
        async with receive(answering(500)) as receiver:
            sender = make_sender(receiver)
            _, endpoint = await try_at(stores, sender, receiver, tries=9, endpoint={"given_up_in_a_row": 2})
            late = make_delivery(Sink(kind="webhook", target=endpoint.id))
            assert (await try_once(stores, sender, late)).status is DeliveryStatus.GIVEN_UP
        assert (endpoint.given_up_in_a_row, endpoint.is_enabled) == (3, False)
        page = await DeliveryRepository(stores.database, TENANT).page(PageRequest(), event="webhook_endpoint.disabled")
        assert [delivery.sink.target for delivery in page.items] == [ADDRESS] * mails
        for delivery in page.items:
            assert (await try_once(stores, sender, delivery)).status is DeliveryStatus.DELIVERED

    async def test_that_is_disabled_by_two_tells_of_the_first(self, stores: Stores) -> None:
        endpoints = WebhookEndpointRepository(stores.database, TENANT)
        endpoint = await endpoints.add(make_endpoint(Receiver()))
        notices = [
            Notice(event=ENDPOINT_DISABLED, subject=endpoint.id, key=key, at=now(), data=DISABLED) for key in ("a", "b")
        ]
        assert [await endpoints.disable(endpoint.id, "gone", notice) for notice in notices] == [True, False]
        await sweep(stores)  # the notifier that disabled it died before it told
        deliveries = DeliveryRepository(stores.database, TENANT)
        assert await deliveries.count(event=ENDPOINT_DISABLED) == 1
        await sweep(stores)
        assert await deliveries.count(event=ENDPOINT_DISABLED) == 1

    async def test_that_is_disabled_may_be_tested(self, stores: Stores, make_sender: MakeSender) -> None:
        async with receive(Receiver()) as receiver:
            ping, endpoint = await try_at(
                stores, make_sender(receiver), receiver, event="test.ping", endpoint={"is_enabled": False}
            )
        assert (ping.status, endpoint.is_enabled) == (DeliveryStatus.DELIVERED, False)


class TestClaim:
    async def test_who_stands_still_amid_it_does_not_get_the_fence_of_the_next(
        self, stores: Stores, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        queue, delivery = DeliveryQueue(stores.database), make_delivery(Sink(kind="webhook", target="whe_1"))
        await queue.add_once(delivery)
        read = DeliveryQueue._with_fence

        async def read_late(queue: DeliveryQueue, delivery_id: str, fence: int) -> Delivery | None:
            monkeypatch.setattr(DeliveryQueue, "_with_fence", read)
            await asyncio.sleep(0.01)  # the lease is over
            assert await queue.claim(delivery_id, 60) is not None
            return await read(queue, delivery_id, fence)

        monkeypatch.setattr(DeliveryQueue, "_with_fence", read_late)
        assert await queue.claim(delivery.id, 0.001) is None


class TestRedelivery:
    async def test_begins_the_table_anew_under_the_same_id(self, stores: Stores, make_sender: MakeSender) -> None:
        async with receive(answering(500)) as receiver:
            sender = make_sender(receiver)
            given_up, _ = await try_at(stores, sender, receiver, tries=9)
            assert given_up.status is DeliveryStatus.GIVEN_UP
            await DeliveryRepository(stores.database, TENANT).send_again(given_up.id)
            again = await try_once(stores, sender, given_up)
        assert (again.status, again.tries, len(again.attempts)) == (DeliveryStatus.PENDING, 1, 2)
        assert {request.headers["webhook-id"] for request in receiver.requests} == {given_up.id}
        assert len(receiver.requests) == 2

    @pytest.mark.parametrize("in_flight", [DeliveryStatus.DELIVERED, DeliveryStatus.GIVEN_UP])
    async def test_is_not_undone_by_an_attempt_in_flight(
        self, stores: Stores, make_sender: MakeSender, in_flight: DeliveryStatus
    ) -> None:
        async with receive(Receiver()) as receiver:
            sender = make_sender(receiver)
            endpoint = await WebhookEndpointRepository(stores.database, TENANT).add(make_endpoint(receiver))
            queue, delivery = DeliveryQueue(stores.database), make_delivery(Sink(kind="webhook", target=endpoint.id))
            await queue.add_once(delivery)
            claimed = await queue.claim(delivery.id, 60)
            assert claimed is not None
            await DeliveryRepository(stores.database, TENANT).send_again(delivery.id)
            assert not await queue.record(claimed, Attempt(at=now(), duration_ms=1), status=in_flight)
            again = await try_once(stores, sender, delivery)
        assert (again.status, again.tries, len(again.attempts)) == (DeliveryStatus.DELIVERED, 1, 2)
        assert len(receiver.requests) == 1

    async def test_of_a_verification_in_flight_sends_no_second_mail(
        self, stores: Stores, make_sender: MakeSender
    ) -> None:
        queue = DeliveryQueue(stores.database)
        delivery = make_delivery(Sink(kind="email", target="b@x.example"), event="email.verification", token="t" * 43)
        await queue.add_once(delivery)
        claimed = await queue.claim(delivery.id, 60)
        assert claimed is not None
        await DeliveryRepository(stores.database, TENANT).send_again(delivery.id)
        assert await queue.claim(delivery.id, 60) is None
        assert await queue.record(claimed, Attempt(at=now(), duration_ms=1), status=DeliveryStatus.DELIVERED)


class TestLog:
    async def test_is_kept_for_30_days_after_the_end(self, stores: Stores) -> None:
        ended = [now() - timedelta(days=days) for days in (29, 31)]
        mail = Sink(kind="email", target=ADDRESS)
        facts = {"status": DeliveryStatus.DELIVERED, "next_attempt_at": None}
        kept, old = (make_delivery(mail, finished_at=at, **facts) for at in ended)
        waiting = make_delivery(mail, created_at=now() - timedelta(days=31))
        for delivery in (kept, old, waiting):
            await DeliveryQueue(stores.database).add_once(delivery)
        await sweep_litter(stores, now())
        page = await DeliveryRepository(stores.database, TENANT).page(PageRequest())
        assert {delivery.id for delivery in page.items} == {kept.id, waiting.id}


class TestBells:
    async def test_are_rung_once_until_they_were_silent_for_a_while(self, stores: Stores) -> None:
        queue, delivery = DeliveryQueue(stores.database), make_delivery(Sink(kind="email", target=ADDRESS))
        await queue.add_once(delivery)
        await sweep(stores)
        assert await queue.due(silent_seconds=60) == []
        assert await queue.due(silent_seconds=-1) == [delivery.id]

    @pytest.mark.parametrize("what", ["attempt", "redelivery"])
    async def test_are_rung_at_once_for_what_is_due_anew(self, stores: Stores, what: str) -> None:
        queue, delivery = DeliveryQueue(stores.database), make_delivery(Sink(kind="email", target=ADDRESS))
        await queue.add_once(delivery)
        await queue.note_rang(delivery.id)
        if what == "redelivery":
            await DeliveryRepository(stores.database, TENANT).send_again(delivery.id)
        elif claimed := await queue.claim(delivery.id, 60):
            facts = {"status": DeliveryStatus.PENDING, "next_attempt_at": delivery.created_at}
            await queue.record(claimed, Attempt(at=now(), duration_ms=1), **facts)
        assert await queue.due(silent_seconds=60) == [delivery.id]

    async def test_of_one_tenant_with_thousands_leave_room_for_another(self, stores: Stores) -> None:
        mail, at = Sink(kind="email", target=ADDRESS), now() - timedelta(hours=1)
        crowd = [make_delivery(mail, next_attempt_at=at).to_mongo() for _ in range(MOST_RUNG)]
        other = make_delivery(mail, tenant="ten_2")
        await stores.database["deliveries"].insert_many([*crowd, other.to_mongo()])
        due = await DeliveryQueue(stores.database).due()
        assert (len(due), due.count(other.id)) == (MOST_RUNG, 1)


class TestEmail:
    async def test_is_kept_and_shown_without_a_mail_server(
        self, stores: Stores, make_sender: MakeSender, tmp_path: Path
    ) -> None:
        delivery = await try_once(stores, make_sender(), make_delivery(Sink(kind="email", target=ADDRESS)))
        assert delivery.status is DeliveryStatus.DELIVERED
        assert (tmp_path / "outbox" / f"{delivery.id}.eml").exists()
        assert "https://maskeraid.example/v1/trainings/trn_1" in str(delivery.message)

    @pytest.mark.parametrize("account", [{"email": "b@x.example"}, {"is_email_verified": False}])
    async def test_goes_to_the_verified_address_of_the_moment_and_no_other(
        self, stores: Stores, make_sender: MakeSender, account: dict[str, object]
    ) -> None:
        await AccountRepository(stores.database).change(TENANT, account)
        delivery = await try_once(stores, make_sender(), make_delivery(Sink(kind="email", target=ADDRESS)))
        assert (delivery.status, delivery.message) == (DeliveryStatus.GIVEN_UP, None)

    async def test_to_a_hostile_address_is_given_up(self, stores: Stores, make_sender: MakeSender) -> None:
        hostile = "a@x.example\r\nBcc: b@x.example"
        await AccountRepository(stores.database).change(TENANT, {"email": hostile})
        delivery = await try_once(stores, make_sender(), make_delivery(Sink(kind="email", target=hostile)))
        assert (delivery.status, delivery.message) == (DeliveryStatus.GIVEN_UP, None)
        assert "control characters" in str(delivery.attempts[0].error)

    async def test_after_a_4xx_comes_again_under_its_message_id(self, stores: Stores, make_sender: MakeSender) -> None:
        busy, ready = Mailbox("DATA", "451 later"), Mailbox()
        delivery = make_delivery(Sink(kind="email", target=ADDRESS))
        for mailbox, status in ((busy, DeliveryStatus.PENDING), (ready, DeliveryStatus.DELIVERED)):
            async with mail_server(mailbox) as server:
                sender = make_sender(smtp_host=server.host, smtp_port=server.port, smtp_security="none")
                assert (await try_once(stores, sender, delivery)).status is status
            await stores.database["deliveries"].update_one(
                {"_id": delivery.id}, {"$set": {"next_attempt_at": delivery.created_at}}
            )
        assert {message_from_bytes(mail)["Message-ID"] for mail in busy.taken + ready.taken} == {
            f"<{delivery.id}@localhost>"
        }
        assert len(ready.taken) == 1

    async def test_after_a_5xx_is_given_up(self, stores: Stores, make_sender: MakeSender) -> None:
        async with mail_server(Mailbox("RCPT", "550 no such user")) as server:
            sender = make_sender(smtp_host=server.host, smtp_port=server.port, smtp_security="none")
            delivery = await try_once(stores, sender, make_delivery(Sink(kind="email", target=ADDRESS)))
        assert (delivery.status, delivery.attempts[0].status_code) == (DeliveryStatus.GIVEN_UP, 550)
