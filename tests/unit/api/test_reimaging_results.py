"""The results that workers write are shown byte for byte, and the schema describes all of them, and nothing else."""

import inspect
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from pydantic import BaseModel
from tests.factories import make_job
from tests.unit.api.described import refusals
from tests.unit.inference import test_photos as photos
from tests.unit.inference.made_models import covered_face
from tests.unit.inference.test_choosing_by_network import BY_CNN, NETWORK
from tests.unit.inference.test_reimaging import BY_USER, LIGHT, ask, run

from maskeraid_api.schemas import reimaging_results, selections
from maskeraid_api.schemas.parts import View
from maskeraid_api.schemas.reimaging_results import ResultView
from maskeraid_api.schemas.reimagings import ReimagingView
from maskeraid_core.documents.reimagings import ReimagingSpec
from maskeraid_core.jobs import JobKind, JobStatus
from maskeraid_faces.filling.filled import Starts
from maskeraid_inference.answer import write_answer

Result = dict[str, Any]
OF_THE_WORKBENCH = {"duration_ms": 143, "phases_ms": {"reading": 4.0, "generating": 96.5}}
BY_ATTRIBUTES = {**BY_CNN, "selector": "attributes"}
ASKED = {
    "covering": ask(until="covering"),
    "selection": ask(until="selection"),
    "final": ask(seed=7, candidates=2, purpose="art", case_reference="2026-118"),
    "ridge": ask(seed=7, engine="R"),
    "explained": ask(**BY_ATTRIBUTES, explain=True),
    "by the network, explained": ask(**BY_CNN, explain=True),
    "by the user": ask(model=BY_USER, candidates=1),
}
NAMES = [*ASKED, "searched and compared", "photograph", "photograph, covering"]


def searched() -> Result:
    """With what only models of photographs tell."""
    reimaged = run(covered_face(), ask(candidates=1))
    assert reimaged.filling
    filled = reimaged.filling.filled
    first = replace(filled.candidates[0], starts=Starts(12, 20), is_near_copy=True, near_copy_of="img_1")
    filled = replace(filled, candidates=(first,), faces_compared=(5, 9))
    reimaged = replace(reimaged, filling=replace(reimaged.filling, filled=filled))
    return write_answer(reimaged, ask(), "rim_1", is_for_owner=True).result


def of_photograph(spec: ReimagingSpec) -> Result:
    return write_answer(photos.run(spec), spec, "rim_1").result


@pytest.fixture(scope="module")
def results() -> dict[str, Result]:
    """What a worker writes, its files apart."""
    made = {
        name: write_answer(
            run(covered_face("light"), spec, network=NETWORK, **({"versions": [LIGHT]} if spec.model else {})),
            spec,
            "rim_1",
        ).result
        for name, spec in ASKED.items()
    } | {
        "searched and compared": searched(),
        "photograph": of_photograph(ask(model=BY_USER, candidates=1)),
        "photograph, covering": of_photograph(ask(until="covering")),
    }
    return {name: json.loads(json.dumps(result | OF_THE_WORKBENCH)) for name, result in made.items()}


def shown(result: Result) -> Any:  # noqa: ANN401 any JSON value
    """As the API answers it."""
    spec = ask().model_dump(mode="json")
    done = make_job(JobKind.REIMAGING, spec=spec, status=JobStatus.SUCCEEDED, result=result)
    return json.loads(ReimagingView.of(done).model_dump_json())["result"]


@pytest.mark.parametrize("name", NAMES)
class TestEveryResult:
    def test_is_shown_byte_for_byte(self, results: dict[str, Result], name: str) -> None:
        assert json.dumps(shown(results[name])) == json.dumps(results[name])

    def test_is_as_its_schema_says(self, results: dict[str, Result], name: str) -> None:
        assert refusals(shown(results[name])) == []


class TestCovering:
    def test_has_an_identifier_while_its_map_is_there(self, results: dict[str, Result]) -> None:
        result = shown(results["final"] | {"files": {"covering.png": {"key": "t/ten_1/a"}}})
        assert result["covering"]["covering_id"].startswith("cov_")
        assert result["covering"]["map"].endswith("/files/covering.png")
        assert refusals(result) == []


class TestOtherReleases:
    def test_what_they_say_besides_is_kept_where_it_stands(self, results: dict[str, Result]) -> None:
        newer = results["covering"] | {"covering": {"odd": 1.0, **results["covering"]["covering"]}, "more": [1, None]}
        assert json.dumps(shown(newer)) == json.dumps(newer)

    def test_what_release_0_1_left_out_is_not_made_up(self, results: dict[str, Result]) -> None:
        old = {
            name: value for name, value in results["final"].items() if name not in ("interval", "face", "near_copies")
        }
        old["candidates"] = [
            {name: value for name, value in one.items() if name not in ("starts", "near_copy_of")}
            for one in old["candidates"]
        ]
        old["covering"] = {name: old["covering"][name] for name in ("share", "colours", "map")} | {"kind": "map"}
        assert json.dumps(shown(old)) == json.dumps(old)
        assert refusals(shown(old)) == []


class TestSchema:
    def test_describes_nothing_that_no_result_has(self, results: dict[str, Result]) -> None:
        kinds = {
            kind
            for module in (reimaging_results, selections)
            for _, kind in inspect.getmembers(module, inspect.isclass)
            if issubclass(kind, View) and kind.__module__ == module.__name__
        }
        known = {f"{kind.__name__}.{field}" for kind in kinds for field in kind.model_fields}
        said = {
            f"{type(part).__name__}.{field}"
            for result in results.values()
            for part in parts_of(ResultView.model_validate(result))
            for field in part.model_fields_set
        }
        assert known - said == {"FoundCoveringView.covering_id"}, "that the API adds where the map is there"

    @pytest.mark.parametrize("wrong", [{"engine": "D"}, {"candidates": [{}]}, {"covering": None}, {"other": 1}])
    def test_is_strict_where_tests_ask_it(self, results: dict[str, Result], wrong: Result) -> None:
        assert refusals(results["final"] | wrong)


def parts_of(value: object) -> Iterator[BaseModel]:
    if isinstance(value, BaseModel):
        yield value
        for _, inner in value:
            yield from parts_of(inner)
    elif isinstance(value, list | tuple | dict):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from parts_of(inner)
