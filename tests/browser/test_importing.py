"""Importing through the dialog: checked first, then stored; what is not taken is named."""

from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Locator, expect

from maskeraid import Client
from tests.browser.archives import zip_pictures
from tests.browser.visit import Visit

NAME = "faces of the import dialog"
VALUES = ["1", "2", "3", "4", "5"]
SENTENCE = "Images: 9 imported, 1 rejected. Row 4: eyes '9' is not one of 1, 2, 3, 4, 5."


@pytest.fixture
def dataset_id(client: Client) -> str:
    return client.datasets.create(NAME, attributes={"eyes": {"type": "enum", "values": VALUES}}).id


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Ten pictures; the fourth has eyes that the dataset does not know."""
    pictures = np.random.default_rng(7).integers(0, 256, (10, 32, 32, 3), np.uint8)
    eyes = [*"123", "9", *"512345"]
    return zip_pictures(tmp_path / "faces.zip", zip(pictures, eyes, strict=True), "eyes")


def fill_in(dialog: Locator, archive: Path) -> None:
    dialog.locator("input[aria-label='Choose files']").set_input_files(archive)
    dialog.get_by_label("They show nobody: drawn or generated").check()
    dialog.get_by_label("Purpose").fill("trying the dialog out")
    dialog.get_by_label("No minor is among them").check()


def test_a_row_that_is_not_allowed_is_named_and_the_others_are_imported(
    visit: Visit, client: Client, dataset_id: str, archive: Path
) -> None:
    page = visit.page
    visit.open("/datasets")
    page.get_by_role("button", name=f"Actions for {NAME}").click()
    page.get_by_role("menuitem", name="Import into it").click()
    dialog = page.get_by_role("dialog", name="Import faces")
    expect(dialog.get_by_label("Import into")).to_have_value(NAME)
    visit.reload()  # the dialog is in the address
    dialog.get_by_role("button", name="Check only").click()
    expect(dialog.get_by_text("Choose files first.")).to_be_visible()
    fill_in(dialog, archive)
    dialog.get_by_role("button", name="Check only").click()
    expect(dialog.get_by_text("Checked, nothing stored.")).to_be_visible()
    expect(dialog.get_by_text(SENTENCE)).to_be_visible()
    expect(dialog.get_by_label("Type of eyes")).to_have_value("enum")
    assert client.datasets.get(dataset_id).latest_version == 0

    dialog.get_by_role("button", name="Import now").click()
    expect(dialog.get_by_text("Version 1 of the dataset.")).to_be_visible()
    visit.reload()
    expect(dialog.get_by_text(SENTENCE)).to_be_visible()
    expect(dialog.get_by_role("row", name="4 4.png eyes '9' is not one of 1, 2, 3, 4, 5")).to_be_visible()
    with page.expect_download() as download:
        dialog.get_by_role("button", name="Save the report of all rows (CSV)").click()
    lines = download.value.path().read_text().splitlines()
    assert len(lines) == 11
    assert "'9' is not one of" in lines[4]

    dialog.get_by_role("link", name="Open the dataset").click()
    expect(page.get_by_role("grid", name=f"9 images of {NAME}")).to_be_visible()
    page.go_back()
    expect(dialog.get_by_text(SENTENCE)).to_be_visible()


def test_a_check_leaves_no_empty_dataset_behind(visit: Visit, client: Client, archive: Path) -> None:
    page, name = visit.page, "made by the import dialog"
    visit.open("/datasets?import=1")
    dialog = page.get_by_role("dialog", name="Import faces")
    dialog.get_by_label("Name").fill(name)
    fill_in(dialog, archive)
    dialog.get_by_role("button", name="Check only").click()
    expect(dialog.get_by_text("Checked, nothing stored.")).to_be_visible()
    expect(dialog.get_by_role("button", name="Import now")).to_be_enabled()
    assert client.datasets.named(name) is None

    dialog.get_by_role("button", name="Import now").click()
    expect(dialog.get_by_text("Version 1 of the dataset.")).to_be_visible()
    made = client.datasets.named(name)
    assert made is not None
    assert made.image_count == 10
    client.datasets.delete(made.id)


def test_a_column_gets_the_type_that_is_chosen_instead_of_the_guessed_one(
    visit: Visit, client: Client, archive: Path
) -> None:
    page, name = visit.page, "a chosen type"
    visit.open("/datasets?import=1")
    dialog = page.get_by_role("dialog", name="Import faces")
    dialog.get_by_label("Name").fill(name)
    fill_in(dialog, archive)
    dialog.get_by_role("button", name="Check only").click()
    chosen = dialog.get_by_label("Type of eyes")
    expect(chosen).to_have_value("number")
    chosen.click()
    page.get_by_role("option", name="enum").click()
    dialog.get_by_role("button", name="Check with these types").click()
    expect(dialog.get_by_role("button", name="Check with these types")).to_have_count(0)
    expect(chosen).to_have_value("enum")
    dialog.get_by_role("button", name="Import now").click()
    expect(dialog.get_by_text("Version 1 of the dataset.")).to_be_visible()
    made = client.datasets.named(name)
    assert made is not None
    eyes = made.attributes["eyes"]
    assert (eyes["type"], sorted(eyes["values"])) == ("enum", ["1", "2", "3", "4", "5", "9"])
