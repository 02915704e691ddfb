"""Who is told what: webhook endpoints with their secrets, tests, and deliveries; mails that were written."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from maskeraid import Client
from maskeraid_local.ports import free_port
from maskeraid_local.receiver import WebhookReceiver
from tests.browser.visit import Visit


@pytest.fixture
def receiver() -> Iterator[WebhookReceiver]:
    with WebhookReceiver(0) as listening:
        yield listening


@pytest.fixture
def dead_url(client: Client) -> Iterator[str]:
    """An endpoint at which nobody listens."""
    url = f"http://127.0.0.1:{free_port()}/hooks"
    endpoint = client.webhook_endpoints.create(url, ["training.failed"])
    yield url
    client.webhook_endpoints.delete(endpoint.id)


def endpoint_of(page: Page, url: str) -> Locator:
    return page.get_by_role("article", name=url)


def test_an_endpoint_gets_signed_messages(visit: Visit, receiver: WebhookReceiver, client: Client) -> None:
    page = visit.page
    visit.open("/notifications?tab=webhooks&dialog=endpoint")
    page.get_by_role("textbox", name="Address").fill(receiver.url)
    page.get_by_role("combobox", name="Events").click()
    page.get_by_role("option", name="training.failed").click()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Create endpoint").click()
    receiver.secret = page.get_by_test_id("secret").inner_text()
    page.get_by_role("dialog").get_by_role("button", name="Close").last.click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    visit.reload()
    endpoint = endpoint_of(page, receiver.url)
    expect(endpoint).to_contain_text("training.failed")
    assert receiver.secret not in page.content(), "it is shown once"

    endpoint.get_by_role("button", name="Test").click()
    endpoint.get_by_role("link", name="See what came of it").click()
    delivery = page.get_by_role("article", name=receiver.url)
    answers = delivery.get_by_text(re.compile(r" · 204$"))
    expect(answers).to_have_count(1)
    expect(delivery.get_by_text("delivered", exact=True)).to_be_visible()
    visit.reload()
    expect(answers).to_have_count(1)
    delivery.get_by_role("button", name="Redeliver").click()
    expect(delivery.get_by_text("It is sent once more, under the same id.")).to_be_visible()
    expect(answers).to_have_count(2)
    assert (len(receiver.received), receiver.refused) == (1, 0)  # by id, and with the secret that was shown

    visit.open("/notifications?tab=webhooks")
    endpoint.get_by_role("button", name="Delete").click()
    asked = page.get_by_role("dialog", name="Delete")
    expect(asked).to_contain_text("Nothing more is sent there")
    asked.get_by_role("button", name="Delete").click()
    expect(endpoint).to_have_count(0)
    assert receiver.url not in [one.url for one in client.webhook_endpoints.list()]


def test_an_attempt_that_failed_says_why(visit: Visit, dead_url: str) -> None:
    page = visit.page
    visit.open("/notifications?tab=webhooks")
    endpoint = endpoint_of(page, dead_url)
    endpoint.get_by_role("button", name="Test").click()
    endpoint.get_by_role("link", name="See what came of it").click()
    delivery = page.get_by_role("article", name=dead_url)
    expect(delivery).to_contain_text(re.compile("connect", re.IGNORECASE))
    expect(delivery).to_contain_text("next attempt")
    expect(delivery.get_by_text("waiting", exact=True)).to_be_visible()
