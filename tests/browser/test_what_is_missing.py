"""What is not there, and a service that is away for a while: told in words, with a way on."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import expect

from maskeraid_local.ports import wait_for_port
from maskeraid_local.stack import STOP_SECONDS, Stack
from tests.browser.visit import Visit

AWAY = ("ERR_CONNECTION_REFUSED", "ERR_INCOMPLETE_CHUNKED_ENCODING", "ERR_EMPTY_RESPONSE", "ERR_CONNECTION_RESET")


def test_a_dataset_that_is_not_there_is_told_of(visit: Visit, stack: Stack) -> None:
    visit.expect("status of 404")
    visit.page.goto(f"{stack.url}/datasets/ds_00000000000000000000000000")
    card = visit.page.get_by_role("alert")
    expect(card).to_contain_text("There is no such object")
    expect(card.get_by_role("button", name="Copy details")).to_be_visible()
    expect(card.get_by_role("button", name="Try again")).to_have_count(0)
    visit.page.get_by_role("navigation").get_by_role("link", name="Datasets").click()
    expect(visit.page.get_by_role("heading", name="Datasets", level=1)).to_be_visible()


@contextmanager
def stopped_api(stack: Stack) -> Iterator[None]:
    """The API is away until the block ends."""
    api = stack.services["api"]
    api.stop(STOP_SECONDS)
    try:
        yield
    finally:
        api.start()
        assert wait_for_port(stack.options.port, stack.options.start_seconds)


def test_a_service_that_is_away_can_be_asked_again(visit: Visit, stack: Stack) -> None:
    for known in AWAY:
        visit.expect(known)
    page = visit.page
    visit.open("/datasets")
    card = page.get_by_role("alert")
    with stopped_api(stack):
        page.get_by_role("tab", name="Public").click()
        expect(card).to_contain_text("The service does not answer")
    card.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("No public datasets")).to_be_visible()
    expect(card).to_have_count(0)
