"""The app without a mouse: every place is reached by keys, and the focus is never lost."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from maskeraid import Client, attest
from maskeraid_faces.drawn import draw_faces
from tests.browser.archives import zip_pictures
from tests.browser.visit import Visit

MOST_TABS = 60


def tab_to(page: Page, target: Locator) -> None:
    """As somebody presses the key who looks where the focus is."""
    expect(target).to_be_visible()
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if target.evaluate("element => element === document.activeElement"):
            return
    expect(target).to_be_focused()


def press_on(page: Page, target: Locator) -> None:
    tab_to(page, target)
    page.keyboard.press("Enter")


def test_the_first_key_leads_past_the_navigation(visit: Visit) -> None:
    page = visit.page
    visit.open("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Fill a covered face")).to_be_focused()


def test_a_dataset_is_found_walked_and_looked_into(visit: Visit, light_faces: str) -> None:
    page = visit.page
    visit.open("/")
    press_on(page, page.get_by_role("navigation").get_by_role("link", name="Datasets"))
    press_on(page, page.get_by_role("link", name="light faces", exact=True))
    grid = page.get_by_role("grid", name="125 images of light faces")
    cell = grid.get_by_role("gridcell")
    tab_to(page, grid.get_by_role("gridcell", name="image 1", exact=True))
    for key, number in (
        ("ArrowRight", 2),
        ("ArrowRight", 3),
        ("ArrowLeft", 2),
        ("Control+End", 125),
        ("Control+Home", 1),
    ):
        page.keyboard.press(key)
        expect(cell.and_(page.get_by_label(f"image {number}", exact=True))).to_be_focused()
    page.keyboard.press("ArrowDown")
    below = grid.locator(":focus")
    expect(below).not_to_have_attribute("aria-label", "image 1")
    name = str(below.get_attribute("aria-label"))
    page.keyboard.press("Enter")
    drawer = page.get_by_role("region", name="Image", exact=True)
    expect(drawer.get_by_role("img", name=re.compile(f"^{name},"))).to_be_visible()
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    expect(grid.get_by_label(name, exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    press_on(page, drawer.get_by_role("button", name="Close the image"))
    expect(drawer).to_be_hidden()
    expect(grid.get_by_label(name, exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    tab_to(page, drawer.get_by_role("button", name="More like this"))
    page.keyboard.press("Escape")
    expect(grid.get_by_label(name, exact=True)).to_be_focused()


@pytest.fixture
def masked_faces(client: Client, tmp_path: Path) -> None:
    """A dataset of role `test` with faces behind masks."""
    drawn = draw_faces("faces-test")
    masked = [n for n, name in enumerate(drawn.names) if name.startswith("faces-light") and name.endswith("_mask.png")]
    dataset = client.datasets.create("faces behind masks", role="test", attestation=attest("generated"))
    faces = [(drawn.images[n], drawn.attributes[n]["eyes"]) for n in masked[::25]]
    client.imports.upload(dataset.id, zip_pictures(tmp_path / "faces.zip", faces, "eyes")).wait()


@pytest.mark.usefixtures("made", "masked_faces")
def test_a_face_is_chosen_filled_and_its_candidates_are_walked(visit: Visit) -> None:
    page = visit.page
    visit.open("/")
    press_on(page, page.get_by_role("navigation").get_by_role("link", name="Re-image"))
    press_on(page, page.get_by_role("button", name=re.compile("^test image 3")))
    press_on(page, page.get_by_role("button", name="Run"))
    candidates = page.get_by_role("radiogroup", name="Candidates").get_by_role("radio")
    tab_to(page, candidates.first)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(candidates.nth(2)).to_be_focused()
    expect(candidates.nth(2)).to_be_checked()
    expect(page.get_by_test_id("panels").get_by_role("img").last).to_have_attribute("alt", re.compile("candidate 3"))
    visit.reload()
    expect(candidates.nth(2)).to_be_checked()
    page.keyboard.press("Tab")
    tab_to(page, candidates.nth(2))
    page.keyboard.press("Home")
    expect(candidates.first).to_be_focused()
    expect(candidates.first).to_be_checked()
