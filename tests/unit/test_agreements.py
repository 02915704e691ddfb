"""What parts that must not import one another agree on."""

import inspect
from typing import Any, get_args, get_type_hints

import pytest
from pydantic import BaseModel, ValidationError

from maskeraid.commands import covering_faces, dataset_changes
from maskeraid.commands import reimagings as command
from maskeraid.commands.filling_options import FillingOptions
from maskeraid_api.schemas.coverings import WIDEST_FEATHER
from maskeraid_api.schemas.reimaging_requests import CoveringOptions, ReimagingOptions, Smoothing
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


class TestOptionsOfAFill:
    """What the service takes can be said on the command line."""

    OPTIONS = get_type_hints(FillingOptions, include_extras=True)

    @pytest.mark.parametrize("name", ["engine", "pick", "selector", "until", "tone_match"])
    def test_the_command_knows_every_word(self, name: str) -> None:
        (words, _), *_ = (get_args(one) for one in get_args(self.OPTIONS[name]))
        assert get_args(words) == get_args(ReimagingOptions.model_fields[name].annotation)

    @pytest.mark.parametrize(
        ("name", "schema", "field"),
        [
            ("candidates", ReimagingOptions, "candidates"), ("face", ReimagingOptions, "face"),
            ("smoothing_k", Smoothing, "k"), ("grow", CoveringOptions, "grow"), ("feather", CoveringOptions, "feather"),
        ],
    )  # fmt: skip
    def test_the_command_takes_every_number(self, name: str, schema: type[BaseModel], field: str) -> None:
        option: Any = self.OPTIONS[name].__metadata__[0]
        for value in (option.min, option.max):
            assert schema(**{field: value}).model_dump()[field] == value
        for value in (option.min - 1, option.max + 1):
            with pytest.raises(ValidationError):
                schema(**{field: value})


class TestOutcomes:
    def test_of_rows_are_named_by_the_command(self) -> None:
        assert ", ".join(OUTCOMES) == dataset_changes.OUTCOMES


class TestCoverings:
    def test_what_can_be_asked_for_is_what_is_drawn(self) -> None:
        assert tuple(families.FAMILIES) == FAMILIES == tuple(COVERING_ATTRIBUTE.values or ())
        assert ", ".join(FAMILIES) == covering_faces.FAMILIES

    def test_a_feather_may_be_as_wide_as_it_can_be_made(self) -> None:
        assert feather.WIDEST == WIDEST_FEATHER
