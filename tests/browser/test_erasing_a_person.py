"""Erasing a person: what it touches comes first, then a second press, then the receipt."""

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect

from maskeraid import Client, attest
from maskeraid_faces.drawn import draw_faces
from tests.browser.visit import Visit

PERSON = "p-0417"
FACES = 3


@pytest.fixture
def dataset_id(client: Client, tmp_path: Path) -> Iterator[str]:
    """Of three images, of which one shows the person."""
    with zipfile.ZipFile(tmp_path / "people.zip", "w") as archive:
        rows = []
        for number, pixels in enumerate(draw_faces("faces-medium").images[:FACES]):
            with archive.open(f"{number}.png", "w") as file:
                Image.fromarray(pixels).save(file, "PNG")
            rows.append({"file": f"{number}.png", "subject": PERSON if number == 1 else f"other-{number}"})
        archive.writestr("manifest.jsonl", "\n".join(map(json.dumps, rows)))
    dataset = client.datasets.create("people", attestation=attest("generated"))
    client.imports.upload(dataset.id, tmp_path / "people.zip").wait()
    yield dataset.id
    client.datasets.delete(dataset.id)


def test_a_person_is_erased_after_a_second_press(visit: Visit, client: Client, dataset_id: str) -> None:
    page = visit.page
    visit.open(f"/datasets/{dataset_id}")
    expect(page.get_by_role("grid", name="3 images of people")).to_be_visible()
    visit.open("/settings?tab=subjects")
    page.get_by_role("textbox", name="Subject").fill(PERSON)
    page.get_by_role("button", name="See what it touches").click()
    impact = page.get_by_role("table", name="What would be erased")
    expect(impact.get_by_role("row", name="Images 1", exact=True)).to_be_visible()
    visit.reload()
    expect(impact.get_by_role("row", name="Images 1", exact=True)).to_be_visible()
    assert len(list(client.images.of_dataset(dataset_id))) == FACES, "looking erases nothing"

    page.get_by_role("button", name="Erase this person").click()
    asked = page.get_by_role("dialog", name="Erase this person")
    expect(asked).to_contain_text("Deleted for good: 1 image")
    asked.get_by_role("button", name="Erase this person").click()
    expect(page.get_by_role("link", name="Download the receipt")).to_be_visible()
    expect(page.get_by_role("table", name="Deleted").get_by_role("row", name="images 1", exact=True)).to_be_visible()
    visit.reload()
    expect(page.get_by_role("link", name="Download the receipt")).to_be_visible()
    visit.open(f"/datasets/{dataset_id}")
    expect(page.get_by_role("grid", name="2 images of people")).to_be_visible()
    assert {image.attributes["subject"] for image in client.images.of_dataset(dataset_id)} == {"other-0", "other-2"}
