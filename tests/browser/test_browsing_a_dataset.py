"""Figure 28 of the thesis: choosing faces by their attributes, until one attribute is left open."""

import re

from playwright.sync_api import Locator, Page, StorageState, expect

from tests.browser.conftest import NewVisit
from tests.browser.visit import Visit


def value(page: Page, attribute: str, name: str) -> Locator:
    """The box of one value of one attribute; its name ends in the number of images."""
    return page.get_by_role("group", name=attribute, exact=True).get_by_role("checkbox", name=re.compile(rf"^{name}\b"))


def check_figure_28(page: Page) -> None:
    expect(page.get_by_text(re.compile(r"^5 images\. .*eyes: 1, .*nose: 5 values, mouth: 2"))).to_be_visible()
    expect(page.locator("strong")).to_have_text("nose: 5 values")
    for condition in ("eyes: 1", "mouth: 2"):
        expect(page.get_by_role("button", name=f"Remove {condition}")).to_be_visible()
    expect(page.get_by_role("grid", name="5 images of light faces").get_by_role("gridcell")).to_have_count(5)
    expect(value(page, "eyes", "1")).to_be_checked()
    expect(value(page, "nose", "Any")).to_be_checked()


def choose_figure_28(visit: Visit, dataset_id: str) -> None:
    visit.open(f"/datasets/{dataset_id}")
    value(visit.page, "eyes", "1").check()
    expect(visit.page.get_by_text("25 images.")).to_be_visible()
    value(visit.page, "mouth", "2").check()
    check_figure_28(visit.page)


def test_two_values_leave_five_faces_wherever_the_address_is_opened(
    visit: Visit, new_visit: NewVisit, signed_in: StorageState, light_faces: str
) -> None:
    page = visit.page
    choose_figure_28(visit, light_faces)
    visit.reload()
    check_figure_28(page)
    link = visit.copied_by(page.get_by_role("button", name="Copy link"))
    assert link.endswith(f"/datasets/{light_faces}?where=eyes%3A1&where=mouth%3A2")
    other = new_visit(signed_in)
    other.page.goto(link)
    check_figure_28(other.page)
    page.go_back()
    expect(page.get_by_text("25 images.")).to_be_visible()
    page.go_back()
    expect(page.get_by_text("125 images.")).to_be_visible()
    expect(value(page, "eyes", "Any")).to_be_checked()
    page.go_forward()
    page.go_forward()
    check_figure_28(page)
    page.get_by_role("button", name="Remove mouth: 2").click()
    expect(page.get_by_text("25 images.")).to_be_visible()


def test_what_is_left_is_what_a_training_begins_with(visit: Visit, light_faces: str) -> None:
    page = visit.page
    choose_figure_28(visit, light_faces)
    page.get_by_role("link", name="Train on these 5 images").click()
    page.wait_for_url(re.compile("/trainings/new"))
    for _ in ("as it opens", "after a reload"):
        expect(page.get_by_role("textbox", name="Name")).to_have_value("light faces")
        faces = page.get_by_role("region", name="Faces")
        expect(faces.get_by_role("link", name="light faces")).to_be_visible()
        for said in ("5 of 125 images", "eyes: 1 (25)", "mouth: 2 (25)"):
            expect(faces.get_by_text(said)).to_be_visible()
        page.reload()
    page.go_back()
    check_figure_28(page)
