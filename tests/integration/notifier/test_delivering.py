"""Deliveries on a real database: attempts, what is recorded, what follows for the endpoint (bars S10, S11)."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from standardwebhooks import Webhook
from tests.unit.notifier.receiver import Receiver, receive

from maskeraid_core.documents.accounts import Tenant
from maskeraid_core.documents.deliveries import Attempt, Delivery, DeliveryStatus, Sink, WebhookEndpoint
from maskeraid_core.ids import new_id
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.accounts import AccountRepository
from maskeraid_core.repositories.deliveries import DeliveryQueue, DeliveryRepository, WebhookEndpointRepository
from maskeraid_core.repositories.repository import PageRequest, now
from maskeraid_notifier.delivering import deliver
from maskeraid_notifier.sending import Sender
from maskeraid_notifier.settings import NotifierSettings

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OLD_SECRET = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
TENANT = "ten_1"
MakeSender = Callable[..., Sender]


@pytest.fixture
def make_sender(stores: Stores, tmp_path: Path) -> MakeSender:
    def make(*receivers: Receiver) -> Sender:
        settings = NotifierSettings(
            **stores.settings.model_dump(),
            outbox_folder=tmp_path / "outbox",
            public_url="https://maskeraid.example/",
            webhook_allowed_hosts=frozenset(f"127.0.0.1:{receiver.port}" for receiver in receivers),
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


def attempts(count: int) -> list[Attempt]:
    return [Attempt(at=now(), duration_ms=1, status_code=500)] * count


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
            delivery, _ = await try_at(stores, make_sender(receiver), receiver, attempts=attempts(made))
        assert delivery.status is DeliveryStatus.PENDING
        assert delivery.next_attempt_at is not None
        waited = (delivery.next_attempt_at - delivery.attempts[-1].at).total_seconds()
        assert 0.9 * seconds <= waited <= 1.1 * seconds + 1  # the attempt itself lies between the two times
        assert (len(delivery.attempts), delivery.attempts[-1].answer) == (made + 1, "no")

    async def test_waits_as_long_as_the_receiver_asks(self, stores: Stores, make_sender: MakeSender) -> None:
        async with receive(answering(503, "Retry-After: 900")) as receiver:
            delivery, _ = await try_at(stores, make_sender(receiver), receiver)
        assert delivery.next_attempt_at is not None
        assert delivery.next_attempt_at - delivery.attempts[-1].at >= timedelta(seconds=900)

    async def test_ends_after_ten_attempts(self, stores: Stores, make_sender: MakeSender) -> None:
        async with receive(answering(500)) as receiver:
            delivery, endpoint = await try_at(stores, make_sender(receiver), receiver, attempts=attempts(9))
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
        unknown = make_delivery(Sink(kind="email", target="a@x.example"), event="nothing.known")
        delivery = await try_once(stores, make_sender(), unknown)
        assert [attempt.error for attempt in delivery.attempts] == ["internal error: KeyError"]
        assert delivery.status is DeliveryStatus.PENDING
        assert delivery.next_attempt_at is not None
        assert delivery.next_attempt_at > unknown.created_at

    async def test_is_given_up_where_the_table_ends(self, stores: Stores, make_sender: MakeSender) -> None:
        mail = Sink(kind="email", target="a@x.example")
        unknown = make_delivery(mail, event="nothing.known", attempts=attempts(9))
        assert (await try_once(stores, make_sender(), unknown)).status is DeliveryStatus.GIVEN_UP


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
    async def test_that_is_given_up_three_times_is_disabled_and_its_owner_told(
        self, stores: Stores, make_sender: MakeSender, is_verified: bool, mails: int
    ) -> None:
        tenant = Tenant(id=TENANT, name="one", email="a@x.example", is_email_verified=is_verified, created_at=now())
        await AccountRepository(stores.database).add_tenant(tenant)
        async with receive(answering(500)) as receiver:
            sender = make_sender(receiver)
            facts = {"attempts": attempts(9), "endpoint": {"given_up_in_a_row": 2}}
            _, endpoint = await try_at(stores, sender, receiver, **facts)
        assert (endpoint.given_up_in_a_row, endpoint.is_enabled) == (3, False)
        page = await DeliveryRepository(stores.database, TENANT).page(PageRequest(), event="webhook_endpoint.disabled")
        assert [delivery.sink.target for delivery in page.items] == ["a@x.example"] * mails
        for delivery in page.items:
            assert (await try_once(stores, sender, delivery)).status is DeliveryStatus.DELIVERED


class TestEmail:
    async def test_is_kept_and_shown_without_a_mail_server(
        self, stores: Stores, make_sender: MakeSender, tmp_path: Path
    ) -> None:
        delivery = await try_once(stores, make_sender(), make_delivery(Sink(kind="email", target="a@x.example")))
        assert delivery.status is DeliveryStatus.DELIVERED
        assert (tmp_path / "outbox" / f"{delivery.id}.eml").exists()
        assert "https://maskeraid.example/v1/trainings/trn_1" in str(delivery.message)

    async def test_to_a_hostile_address_is_given_up(self, stores: Stores, make_sender: MakeSender) -> None:
        hostile = Sink(kind="email", target="a@x.example\r\nBcc: b@x.example")
        delivery = await try_once(stores, make_sender(), make_delivery(hostile))
        assert (delivery.status, json.dumps(delivery.message)) == (DeliveryStatus.GIVEN_UP, "null")
