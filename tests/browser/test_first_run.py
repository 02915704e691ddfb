"""From an install that holds nothing yet to a face that is filled, by one click."""

import re

from playwright.sync_api import Page, expect

from tests.browser.visit import Visit

STATEMENT = "A plausible face, not a reconstruction. Not evidence of identity."
STEPS = ["GAN result", "Smoothed", "Clipped covering", "Final"]
PIXELS = "images => images.map(image => image.naturalWidth && image.src)"


def steps_of(page: Page) -> list[str]:
    """The pictures of the four steps, once all have come."""
    steps = page.get_by_test_id("panels").get_by_role("figure")
    expect(steps).to_contain_text(STEPS)
    pictures = steps.get_by_role("img")
    expect(pictures).to_have_count(4)
    for picture in pictures.all():
        expect(picture).to_have_js_property("complete", True)
    sources: list[str] = pictures.evaluate_all(PIXELS)
    assert all(sources)
    return sources


def test_one_click_leads_to_a_result_in_four_steps(visit: Visit) -> None:
    page = visit.page
    visit.open("/")
    page.get_by_role("button", name="Fill a covered face").click()
    page.wait_for_url(re.compile("/reimage/rim_"))
    shown = steps_of(page)
    assert len(set(shown)) == 4
    expect(page.get_by_text(STATEMENT).filter(visible=True)).to_be_in_viewport()
    visit.reload()
    assert steps_of(page) == shown
    page.go_back()
    expect(page.get_by_role("button", name="Fill a covered face")).to_be_visible()
    page.go_forward()
    assert steps_of(page) == shown
