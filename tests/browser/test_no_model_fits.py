"""A face unlike all that the models have learned: why nothing was drawn, what to do, and doing it all the same."""

import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from maskeraid import Client, attest
from tests.browser.visit import Visit


@pytest.fixture
def foreign_id(client: Client, made: dict[str, str], covered_face: Path, tmp_path: Path) -> Iterator[str]:
    """The covered face in colours that no drawn face has."""
    picture = 255 - np.asarray(Image.open(covered_face).convert("RGB"))
    with zipfile.ZipFile(tmp_path / "foreign.zip", "w") as archive, archive.open("foreign.png", "w") as file:
        Image.fromarray(picture).save(file, "PNG")
    cover = np.zeros(picture.shape[:2], np.uint8)
    cover[18:28, 8:24] = 255
    Image.fromarray(cover).save(tmp_path / "cover.png")
    dataset = client.datasets.create("foreign", role="test", attestation=attest("generated"))
    client.imports.upload(dataset.id, tmp_path / "foreign.zip").wait()
    image = next(iter(client.images.of_dataset(dataset.id)))
    yield client.reimagings.create(image_id=image.id, covering_map=tmp_path / "cover.png", candidates=1).id
    client.datasets.delete(dataset.id, force=True)


def test_the_nearest_are_named_and_one_is_used_anyway(visit: Visit, foreign_id: str) -> None:
    page = visit.page
    visit.open(f"/reimage/{foreign_id}")
    refusal = page.get_by_role("alert").filter(has=page.get_by_role("heading", name="No suitable model"))
    expect(refusal.get_by_role("heading", name="Nearest models")).to_be_visible()
    expect(refusal).to_contain_text("does not fit")
    expect(refusal).to_contain_text("Differs (CIEDE2000): skin tone")
    expect(refusal.get_by_role("heading", name="Faces to collect for a model of its own")).to_be_visible()
    expect(refusal.get_by_role("link", name="Train a model")).to_have_attribute("href", "/trainings/new")
    visit.reload()
    refusal.get_by_role("button", name="Use it anyway").first.click()
    expect(page.get_by_test_id("panels")).to_be_visible()
    expect(page.get_by_text("You named this model, so nothing was compared.")).to_be_visible()
