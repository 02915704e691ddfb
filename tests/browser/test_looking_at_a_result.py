"""A finished re-imaging: its four steps, other candidates, another palette, another model, and its end."""

import io
import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from maskeraid import ApiError, Client
from tests.browser.visit import Visit

STEPS = ["GAN result", "Smoothed", "Clipped covering", "Final"]  # the order of the thesis's Fig. 29


def panel(page: Page, step: str) -> Locator:
    """The picture of a step."""
    return page.get_by_test_id("panels").get_by_role("img", name=f"{step}, candidate")


def pixels(page: Page, step: str) -> bytes:
    """What a panel shows; its file says also which re-imaging it is of."""
    address: str = panel(page, step).evaluate("picture => picture.src")
    return Image.open(io.BytesIO(page.request.get(address).body())).convert("RGB").tobytes()


@pytest.fixture(scope="module")
def reimaging_id(client: Client, made: dict[str, str], covered_face: Path) -> str:
    """Of four faces that the GAN draws; a brief training's would step back behind ridge regression."""
    return client.reimagings.create(covered_face, candidates=4, seed=7, engine="A").wait().id


@pytest.fixture
def result(visit: Visit, reimaging_id: str) -> Page:
    visit.open(f"/reimage/{reimaging_id}")
    return visit.page


class TestResult:
    def test_four_steps_stand_in_the_order_of_the_thesis(self, result: Page) -> None:
        expect(result.get_by_test_id("panels").get_by_role("figure")).to_have_text(
            [f"{number}{step}" for number, step in enumerate(STEPS, 1)]
        )
        assert len({pixels(result, step) for step in STEPS}) == len(STEPS)

    def test_a_candidate_is_chosen_by_click_and_by_arrow_keys(self, result: Page, visit: Visit) -> None:
        candidates = result.get_by_role("radiogroup", name="Candidates").get_by_role("radio")
        expect(candidates).to_have_count(4)
        candidates.nth(1).click()
        expect(result).to_have_url(re.compile(r"[?&]candidate=1$"))
        second = pixels(result, "Final")
        result.keyboard.press("ArrowRight")
        expect(result).to_have_url(re.compile(r"[?&]candidate=2$"))
        expect(candidates.nth(2)).to_be_focused()
        assert pixels(result, "Final") != second
        visit.reload()
        expect(candidates.nth(2)).to_be_checked()
        expect(result.get_by_role("img", name="Final, candidate 3")).to_be_visible()

    def test_another_k_smooths_the_same_faces_anew(self, result: Page, visit: Visit) -> None:
        generated, smoothed = pixels(result, "GAN result"), pixels(result, "Smoothed")
        address = panel(result, "Smoothed").get_attribute("src")
        slider = result.get_by_role("slider", name="Colours of the palette")
        slider.press("Home")
        slider.press("ArrowRight")
        slider.press("ArrowRight")
        expect(slider).to_have_attribute("aria-valuenow", "2")
        expect(result).to_have_url(re.compile(r"[?&]k=2$"))
        expect(panel(result, "Smoothed")).not_to_have_attribute("src", str(address))
        expect(result.get_by_test_id("panels")).to_have_attribute("aria-busy", "false")
        expect(result.get_by_label("Smoothing anew")).to_have_count(0)
        coarse = pixels(result, "Smoothed")
        assert coarse != smoothed
        assert pixels(result, "GAN result") == generated
        visit.reload()
        expect(slider).to_have_attribute("aria-valuenow", "2")
        expect(result.get_by_test_id("panels")).to_have_attribute("aria-busy", "false")
        assert pixels(result, "Smoothed") == coarse

    def test_before_and_after_share_a_border_that_keys_move(self, result: Page) -> None:
        border = result.get_by_role("slider", name="Border between before and after")
        before = result.get_by_role("img", name="before: the picture as it was sent")
        border.press("End")
        expect(before).to_have_css("clip-path", "inset(0px 0% 0px 0px)")
        border.press("Home")
        expect(before).to_have_css("clip-path", "inset(0px 100% 0px 0px)")

    def test_where_candidates_differ_is_shown_over_the_face(self, result: Page, visit: Visit) -> None:
        result.get_by_role("tab", name="Uncertainty").click()
        told = result.get_by_text(re.compile(r"Covered pixels differ by [\d.]+\s?% of the grey levels"))
        expect(told).to_be_visible()
        overlay = result.get_by_role("tabpanel").locator("canvas")
        expect(overlay).to_be_visible()
        result.get_by_label("Show the overlay").uncheck()
        expect(overlay).to_have_count(0)
        visit.reload()
        expect(told).to_be_visible()


class TestOverride:
    def test_a_named_model_fills_the_face_until_it_is_deleted(self, result: Page, visit: Visit, client: Client) -> None:
        first = result.url
        result.get_by_role("combobox", name="Another model instead").click()
        result.get_by_role("option", name="light", exact=True).click()
        expect(result.get_by_text("You named this model, so nothing was compared.").first).to_be_visible()
        assert result.url != first
        visit.reload()
        expect(result.get_by_role("combobox", name="Another model instead")).to_have_value("light")
        named = result.url.rpartition("/")[2]
        result.get_by_role("button", name="Delete now").click()
        asked = result.get_by_role("dialog", name="Delete now")
        expect(asked).to_contain_text("Deletes this result for good: all 4 candidates, its covering")
        asked.get_by_role("button", name="Delete now").click()
        expect(result).to_have_url(re.compile("/reimage$"))
        with pytest.raises(ApiError, match="no such object"):
            client.reimagings.get(named)
        visit.expect("status of 404")
        visit.open(f"/reimage/{named}")
        expect(result.get_by_role("alert")).to_contain_text("no such object")
