"""What a dry run shows of attributes: which would suit an enum."""

import polars as pl
import pytest

from maskeraid_core.documents.datasets import Attribute, Dataset
from maskeraid_core.ids import new_id
from maskeraid_core.import_reports import make_report
from maskeraid_core.repositories.repository import now
from maskeraid_curator.drafts import Before, Draft
from maskeraid_curator.previews import schema_preview

DATASET = Dataset(id=new_id("ds"), tenant="ten_1", name="faces", created_at=now(), updated_at=now())
KINDS = ["1", "2", ""] * 8


def preview(attribute: Attribute, values: list[str]) -> dict[str, object]:
    manifest = pl.DataFrame({"attr:hair": values})
    draft = Draft(Before(DATASET, manifest, 0), manifest, {"hair": attribute}, make_report([]), is_change=True)
    return schema_preview(draft)[0]


@pytest.mark.parametrize("kind", ["text", "number"])
def test_few_values_of_many_images_suit_an_enum(kind: str) -> None:
    found = preview(Attribute.model_validate({"type": kind}), KINDS)
    assert (found["suits"], found["missing"], found["distinct"]) == ("enum", 8, 2)


@pytest.mark.parametrize(
    ("attribute", "values"),
    [(Attribute(), KINDS[1:]), (Attribute(), ["1"] * 24), (Attribute(), [str(n // 8) for n in range(8 * 21)]),
     (Attribute(type="enum", values=["1", "2"]), KINDS)],
)  # fmt: skip
def test_others_do_not(attribute: Attribute, values: list[str]) -> None:
    assert "suits" not in preview(attribute, values)
