"""The covering editor: painted by mouse and by keys, taken back, and used by the run."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from maskeraid import Client
from tests.browser.visit import Visit

SHARE = re.compile(r"^Covered: ([\d.,]+)\s?%$")


@pytest.fixture
def editor(visit: Visit, made: dict[str, str]) -> Page:
    visit.open(f"/reimage/{made['reimaging_id']}?view=edit")
    return visit.page


def shown(page: Page) -> Locator:
    return page.get_by_text(SHARE)


def share(page: Page) -> float:
    """How much the editor says is covered, in per cent."""
    found = SHARE.match(shown(page).inner_text())
    assert found is not None
    return float(found[1].replace(",", ""))


def board(page: Page) -> Locator:
    return page.get_by_role("application", name="Picture to paint on")


def test_a_stroke_is_taken_back_and_done_again(editor: Page) -> None:
    editor.get_by_role("button", name="Clear").click()
    expect(shown(editor)).to_have_text("Covered: 0%")
    box = board(editor).bounding_box()
    assert box is not None
    editor.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + box["height"] * 0.6)
    editor.mouse.down()
    editor.mouse.move(box["x"] + box["width"] * 0.7, box["y"] + box["height"] * 0.6, steps=4)
    editor.mouse.up()
    expect(shown(editor)).not_to_have_text("Covered: 0%")
    painted = shown(editor).inner_text()
    assert 0 < share(editor) < 50
    editor.get_by_role("button", name="Undo").click()
    expect(shown(editor)).to_have_text("Covered: 0%")
    editor.keyboard.press("Control+Shift+Z")
    expect(shown(editor)).to_have_text(painted)


def test_what_keys_have_painted_is_what_the_run_fills(editor: Page, visit: Visit, client: Client) -> None:
    found = share(editor)
    field = board(editor)
    field.focus()
    for _ in range(8):
        field.press("ArrowUp")
    field.press("Space")
    expect(editor.get_by_text(re.compile(r"Column \d+, row \d+, covered"))).to_be_attached()
    painted = share(editor)
    assert painted > found > 0
    before = editor.url
    editor.get_by_role("button", name="Run").click()
    expect(editor.get_by_test_id("panels")).to_be_visible()
    assert editor.url != before
    made = client.reimagings.get(editor.url.rpartition("/")[2].partition("?")[0])
    assert made.result is not None
    assert made.result["covering"]["by"] == "map"
    assert made.result["covering"]["share"] == pytest.approx(painted / 100, abs=0.006)
    visit.reload()
    expect(editor.get_by_test_id("panels")).to_be_visible()
