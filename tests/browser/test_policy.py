"""An account that asks for purposes: decided in Settings, asked at Re-image, written down, and checked."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from maskeraid import Client
from tests.browser.visit import Visit


@pytest.fixture
def covering_found(client: Client, made: dict[str, str], covered_face: Path) -> Iterator[str]:
    """A re-imaging that has stopped at its covering; in the end no other test is asked for a purpose."""
    yield client.reimagings.create(covered_face, until="covering").wait().id
    client.policy.change(purpose_required=False)


def test_a_purpose_is_demanded_and_written_down(visit: Visit, client: Client, covering_found: str) -> None:
    page = visit.page
    visit.expect("status of 403")
    visit.open("/settings?tab=policy")
    page.get_by_role("switch", name="Each result needs a purpose").check(force=True)
    page.get_by_role("button", name="Save the policy").click()
    expect(page.get_by_role("status").filter(has_text="Saved.")).to_be_visible()
    assert client.policy.get().purpose_required

    visit.open(f"/reimage/{covering_found}")
    purpose, run = page.get_by_role("textbox", name="Purpose"), page.get_by_role("button", name="Run", exact=True)
    run.click()
    expect(purpose).to_have_attribute("aria-invalid", "true")
    purpose.fill("restoration")
    page.get_by_role("textbox", name="Case").fill("2026-118")
    run.click()
    expect(page.get_by_test_id("panels").get_by_role("figure")).to_have_count(4)

    visit.open("/settings?tab=audit")
    row = page.get_by_role("row").filter(has_text="Face re-imaged").first
    expect(row).to_contain_text("case 2026-118")
    expect(row).to_contain_text("restoration")
    page.get_by_role("combobox", name="What was done").click()
    page.get_by_role("option", name="Purpose refused").click()
    expect(page.get_by_role("row").filter(has_text="purpose required")).to_have_count(1)
    page.get_by_role("button", name="Verify chain").click()
    expect(page.get_by_role("status").filter(has_text="entries are as they were written")).to_be_visible()
    visit.reload()
    expect(page.get_by_role("row").filter(has_text="purpose required")).to_have_count(1)
