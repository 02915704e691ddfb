"""What parts that must not import one another agree on."""

import inspect

import pytest
from pydantic import ValidationError

from maskeraid.commands import covering_faces, dataset_changes
from maskeraid.commands import reimagings as command
from maskeraid_api.schemas.coverings import WIDEST_FEATHER
from maskeraid_api.schemas.reimaging_requests import ReimagingOptions
from maskeraid_core.documents.datasets import COVERING_ATTRIBUTE, FAMILIES
from maskeraid_core.documents.reimagings import MOST_CANDIDATES
from maskeraid_core.import_reports import OUTCOMES
from maskeraid_faces.blending import feather
from maskeraid_faces.coverings import families
from maskeraid_faces.filling import fill


class TestMostCandidates:
    def test_what_the_service_takes_is_what_a_fill_gives(self) -> None:
        assert fill.MOST_CANDIDATES == MOST_CANDIDATES
        assert ReimagingOptions(candidates=MOST_CANDIDATES).candidates == MOST_CANDIDATES
        with pytest.raises(ValidationError):
            ReimagingOptions(candidates=MOST_CANDIDATES + 1)

    def test_the_command_takes_as_many(self) -> None:
        functions = [value for value in vars(command).values() if inspect.isfunction(value)]
        options = [one.__annotations__["candidates"] for one in functions if "candidates" in one.__annotations__]
        assert [option.__metadata__[0].max for option in options] == [MOST_CANDIDATES]


class TestOutcomes:
    def test_of_rows_are_named_by_the_command(self) -> None:
        assert ", ".join(OUTCOMES) == dataset_changes.OUTCOMES


class TestCoverings:
    def test_what_can_be_asked_for_is_what_is_drawn(self) -> None:
        assert tuple(families.FAMILIES) == FAMILIES == tuple(COVERING_ATTRIBUTE.values or ())
        assert ", ".join(FAMILIES) == covering_faces.FAMILIES

    def test_a_feather_may_be_as_wide_as_it_can_be_made(self) -> None:
        assert feather.WIDEST == WIDEST_FEATHER
