"""The demo's webhook receiver believes nobody without the right signature."""

import base64
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from standardwebhooks import Webhook

from maskeraid_local.receiver import WebhookReceiver

SECRET = f"whsec_{base64.b64encode(b'the secret of this endpoint').decode()}"
OTHER = f"whsec_{base64.b64encode(b'somebody else altogether').decode()}"
BODY = '{"type": "training.succeeded"}'


@pytest.fixture
def receiver() -> Iterator[WebhookReceiver]:
    with WebhookReceiver(0) as running:
        running.secret = SECRET
        yield running


def send(receiver: WebhookReceiver, *, secret: str = SECRET, body: str = BODY, minutes_old: float = 0) -> int:
    """Send `BODY`'s signature with a body; the answer's status."""
    at = datetime.now(UTC) - timedelta(minutes=minutes_old)
    headers = {
        "webhook-id": "msg_1", "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign("msg_1", at, BODY),
    }  # fmt: skip
    return httpx.post(receiver.url, content=body, headers=headers).status_code


class TestSignature:
    def test_a_right_one_is_kept_once(self, receiver: WebhookReceiver) -> None:
        assert [send(receiver), send(receiver)] == [204, 204]
        assert (receiver.received, receiver.refused) == ({"msg_1": BODY}, 0)

    def test_that_of_another_secret_is_refused(self, receiver: WebhookReceiver) -> None:
        assert send(receiver, secret=OTHER) == 401
        assert (receiver.received, receiver.refused) == ({}, 1)

    def test_a_changed_body_is_refused(self, receiver: WebhookReceiver) -> None:
        assert send(receiver, body=BODY.replace("succeeded", "failed")) == 401

    def test_an_old_request_is_refused(self, receiver: WebhookReceiver) -> None:
        assert send(receiver, minutes_old=60) == 401

    def test_without_a_signature_it_is_refused(self, receiver: WebhookReceiver) -> None:
        assert httpx.post(receiver.url, content=BODY).status_code == 401

    def test_before_a_secret_is_known_all_are_refused(self, receiver: WebhookReceiver) -> None:
        receiver.secret = None
        assert send(receiver) == 401

    @pytest.mark.parametrize("signature", ["", "v1,", "v1,not base64!", "v2,AAAA", "nonsense"])
    def test_a_strange_signature_is_refused(self, receiver: WebhookReceiver, signature: str) -> None:
        headers = {
            "webhook-id": "msg_1",
            "webhook-timestamp": str(int(datetime.now(UTC).timestamp())),
            "webhook-signature": signature,
        }
        assert httpx.post(receiver.url, content=b"\xff", headers=headers).status_code == 401
