"""Rows of pages are written as their view would be, byte for byte."""

from typing import Any

import pytest
from pydantic_core import to_json

from maskeraid_api.image_facts import image_facts
from maskeraid_api.schemas.datasets import ImageView
from maskeraid_api.schemas.parts import ModelReference
from maskeraid_core.documents.datasets import DatasetVersion
from maskeraid_core.ids import new_id
from maskeraid_core.repositories.repository import now

DATASET = new_id("ds")
PLAIN: dict[str, Any] = {
    "row": 7, "file": "seven.png", "sha256": "a" * 64, "bytes": 9, "width": 64, "height": 32, "grey": False,
    "attr:hair": "", "attr:eyes": "2", "box": None, "quality:sharpness": None, "quality:exposure": None,
    "quality:face_size": None, "quality:warnings": None, "near_duplicate_of": None, "generated": None,
}  # fmt: skip
RICH = {
    **PLAIN, "box": "1,2,3,4", "quality:sharpness": 16.5049, "quality:exposure": 0.123456, "quality:face_size": 64.0,
    "quality:warnings": ["blurred"], "near_duplicate_of": 3, "generated": True, "suggested:hair": "1",
    "suggested_confidence:hair": 0.9,
}  # fmt: skip


@pytest.fixture
def version() -> DatasetVersion:
    return DatasetVersion(
        id=f"{DATASET}:2", tenant="t", dataset_id=DATASET, version=2, parent_version=1, import_id="imp_1", role="train",
        image_count=1, sides=[64], manifest_key="k", manifest_sha256="b" * 64, bytes=9, attributes={}, created_at=now(),
    )  # fmt: skip


class TestImageFacts:
    @pytest.mark.parametrize("row", [PLAIN, RICH])
    @pytest.mark.parametrize("is_newest", [True, False])
    def test_are_those_of_the_view(self, version: DatasetVersion, row: dict[str, Any], is_newest: bool) -> None:
        models = [ModelReference(model_id=new_id("mdl"), version=3)]
        facts = image_facts(version, row, models, is_newest=is_newest)
        assert to_json(facts) == ImageView.model_validate(facts).model_dump_json().encode()

    def test_leave_out_what_is_missing(self, version: DatasetVersion) -> None:
        assert image_facts(version, PLAIN, (), is_newest=True)["attributes"] == {"eyes": "2"}

    def test_of_an_older_version_their_addresses_say_which(self, version: DatasetVersion) -> None:
        urls = image_facts(version, PLAIN, (), is_newest=False)["urls"]
        assert all(url.endswith("version=2") for url in urls.values())
        assert "version" not in str(image_facts(version, PLAIN, (), is_newest=True)["urls"])
