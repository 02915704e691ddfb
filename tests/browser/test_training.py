"""A training from its order to its model: watched, paused, resumed, stopped and kept; and one that is dropped."""

import re
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Locator, Page, expect

from maskeraid import Client
from tests.browser.visit import Visit

LONG_MS = 120_000  # until a trainer has loaded its libraries on a busy machine
ENDLESS = {"steps": 1_000_000, "max_seconds": 600, "target_quality": 1, "detector": False}


def status(page: Page, word: str) -> Locator:
    """What is said to who hears the screen."""
    return page.get_by_role("status").filter(has_text=re.compile(f"^{word}$"))


def press_twice(page: Page, action: str, loses: str | re.Pattern[str]) -> None:
    page.get_by_role("button", name=action).click()
    asked = page.get_by_role("dialog", name=action)
    expect(asked).to_contain_text(loses)
    asked.get_by_role("button", name=action).click()


@pytest.mark.timeout(600)
def test_a_training_is_ordered_paused_resumed_and_kept(visit: Visit, light_faces: str) -> None:
    page = visit.page
    visit.open("/trainings/new")
    page.get_by_role("combobox", name="Add a dataset").click()
    page.get_by_role("option", name="light faces (125 images)").click()
    expect(page).to_have_url(re.compile(r"[?&]data=ds_"))
    expect(page.get_by_role("textbox", name="Name")).to_have_value("light faces")
    page.get_by_role("textbox", name="Name").fill("journey")
    expect(page).to_have_url(re.compile("name=journey"))
    page.get_by_role("button", name="Show").click()
    page.get_by_role("textbox", name="Steps").fill(str(ENDLESS["steps"]))
    expect(page).to_have_url(re.compile(f"steps={ENDLESS['steps']}"))
    page.get_by_role("textbox", name="Time budget, seconds").fill(str(ENDLESS["max_seconds"]))
    expect(page).to_have_url(re.compile(f"max_seconds={ENDLESS['max_seconds']}"))
    page.get_by_role("textbox", name="Target quality").fill("1")
    expect(page).to_have_url(re.compile("target_quality=1"))
    page.get_by_role("combobox", name="Covering detector").click()
    page.get_by_role("option", name="No", exact=True).click()
    expect(page).to_have_url(re.compile("detector=false"))
    page.reload()  # it need not be measured yet
    expect(page.get_by_role("textbox", name="Name")).to_have_value("journey")
    expect(page.get_by_role("textbox", name="Steps")).to_have_value("1000000")
    expect(page.get_by_role("combobox", name="Covering detector")).to_have_value("No")
    page.get_by_role("button", name="Start training").click()
    page.wait_for_url(re.compile(r"/trainings/trn_\w+$"))
    training_id = page.url.rpartition("/")[2]

    curves = page.get_by_role("region", name="Curves")
    expect(curves.get_by_role("heading", name="Accuracy")).to_be_visible(timeout=LONG_MS)
    expect(status(page, "running")).to_be_attached()
    page.get_by_role("button", name="Pause", exact=True).click()
    expect(status(page, "paused")).to_be_attached(timeout=LONG_MS)
    visit.reload()
    expect(status(page, "paused")).to_be_attached()
    expect(curves.get_by_role("heading", name="Accuracy")).to_be_visible()
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_text("attempt 2")).to_be_visible(timeout=LONG_MS)
    expect(status(page, "running")).to_be_attached(timeout=LONG_MS)
    press_twice(page, "Stop and keep", "its best checkpoint becomes the model")
    expect(page.get_by_role("link", name="Open the model")).to_be_visible(timeout=LONG_MS)
    expect(page.get_by_role("img", name=re.compile("Faces that the model draws at step"))).to_be_visible()

    visit.open(f"/notifications?{urlencode({'sink': 'email'})}")
    mail = page.get_by_role("article", name="Training succeeded: journey,")
    mail.get_by_role("button", name="Show").click()
    expect(mail).to_contain_text(training_id)
    visit.reload()
    expect(mail).to_contain_text(training_id)

    visit.open(f"/trainings/{training_id}")
    page.get_by_role("button", name="Use this one").click()
    expect(page).not_to_have_url(re.compile(training_id), timeout=LONG_MS)
    expect(page.get_by_role("link", name="a training")).to_have_attribute("href", re.compile(f"{training_id}\\?step="))
    page.get_by_role("link", name="Open the model").click(timeout=LONG_MS)
    expect(page).to_have_url(re.compile(r"/models/mdl_\w+$"))


@pytest.mark.timeout(600)
def test_a_cancelled_training_leaves_no_model(visit: Visit, client: Client, light_faces: str) -> None:
    training = client.trainings.create("dropped", [light_faces], hyperparameters=ENDLESS)
    page = visit.page
    visit.open(f"/trainings/{training.id}")
    expect(page.get_by_role("region", name="Curves").get_by_role("heading", name="Accuracy")).to_be_visible(
        timeout=LONG_MS
    )
    press_twice(page, "Cancel", re.compile(r"Cancel drops [\d,]+ steps?\. “Stop and keep” makes a model of them\."))
    expect(status(page, "cancelled")).to_be_attached(timeout=LONG_MS)
    expect(page.get_by_role("alert").get_by_text("The training was cancelled")).to_be_visible()
    visit.reload()
    expect(page.get_by_role("alert").get_by_text("The training was cancelled")).to_be_visible()
    expect(page.get_by_role("link", name="Open the model")).to_have_count(0)
    assert "dropped" not in [model.name for model in client.models.list()]
