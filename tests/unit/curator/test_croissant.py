"""What an export's description says of its dataset."""

from typing import Any

import pytest

from maskeraid_core.documents.datasets import Attestation, Dataset
from maskeraid_core.ids import new_id
from maskeraid_core.repositories.repository import now
from maskeraid_curator.croissant import NO_LICENCE, licence_of

PUBLISHED = Attestation(basis="public_licence", licence="CC-BY-4.0", purpose="research", minors_excluded=True, at=now())


@pytest.mark.parametrize(("facts", "licence"), [
    ({}, NO_LICENCE), ({"attestation": PUBLISHED}, "CC-BY-4.0"),
    ({"attestation": PUBLISHED, "licence": "CC0-1.0"}, "CC0-1.0"),
])  # fmt: skip
def test_the_licence_is_that_of_the_dataset_or_of_where_its_images_come_from(
    facts: dict[str, Any], licence: str
) -> None:
    at = now()
    dataset = Dataset(id=new_id("ds"), tenant="ten_1", name="all", created_at=at, updated_at=at, **facts)
    assert licence_of(dataset) == licence
