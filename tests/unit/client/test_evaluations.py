"""Evaluations by the client and by the command line."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.unit.client.service import Service, job, listed, ok
from typer.testing import CliRunner

from maskeraid.cli import app
from maskeraid.commands.evaluations import rows_of
from maskeraid.objects import Evaluation

URLS = {"self": "/v1/evaluations/evl_1"}


def evaluation(measures: str, **result: Any) -> dict[str, Any]:  # noqa: ANN401
    files = {f"{measures}.json": f"/v1/evaluations/evl_1/files/{measures}.json"}
    return job(kind="evaluation", id="evl_1", urls=URLS, measures=measures, result=result, files=files)


class TestClient:
    def test_an_order_names_the_version_and_only_what_is_given(self) -> None:
        service = Service(ok(code=202, **evaluation("samples")))
        service.client().evaluations.create("samples", "mdl_1", version="champion", n=4)
        assert json.loads(service.requests[0].content) == {
            "kind": "samples", "model": {"model_id": "mdl_1", "version": "champion"}, "n": 4, "seed": 0,
        }  # fmt: skip

    def test_files_come_from_where_the_evaluation_is(self, tmp_path: Path) -> None:
        service = Service(ok(**evaluation("samples")), httpx.Response(200, content=b"png"))
        made = service.client().evaluations.get("evl_1")
        assert made.save("samples.json", tmp_path).read_bytes() == b"png"
        assert service.requests[1].url.path == "/v1/evaluations/evl_1/files/samples.json"

    def test_a_ranking_is_a_list_by_score(self) -> None:
        service = Service(listed(evaluation("quality", score=0.9)))
        assert [one.id for one in service.client().evaluations.ranking("ds_1")] == ["evl_1"]
        assert dict(service.requests[0].url.params) == {"limit": "100", "dataset_id": "ds_1", "sort": "score"}


class TestRanking:
    def test_names_models_and_shows_figures(self, monkeypatch: pytest.MonkeyPatch) -> None:
        first = evaluation("quality", figures={"kid": 0.012, "coverage": 0.9})
        rows = [
            {**first, "score": 0.93, "model": {"model_id": "mdl_1", "version": 2}},
            {**first, "score": 0.8, "model": {"model_id": "mdl_gone", "version": 1}, "id": "evl_2"},
        ]
        dataset = ok(id="ds_1", name="tests", role="test")
        service = Service(dataset, listed(*rows), listed({"id": "mdl_1", "name": "ours"}))
        monkeypatch.setenv("MASKERAID_KEY", "mk_test")
        monkeypatch.setattr("maskeraid.terminal.Client", lambda *_, **__: service.client())
        lines = CliRunner().invoke(app, ["ranking", "ds_1"]).stdout.splitlines()
        assert [line.split() for line in lines] == [
            ["model", "score", "kid", "coverage", "evaluation"],
            ["1", "ours:2", "0.930", "0.012", "0.900", "evl_1"],
            ["2", "mdl_gone:1", "0.800", "0.012", "0.900", "evl_2"],
        ]


class TestTables:
    @pytest.mark.parametrize(
        ("made", "cells"),
        [
            (evaluation("samples", size=32), set()),
            (evaluation("memorisation", verdict="copying", reason="so", gate="blocks"), {"copying", "blocks"}),
            (
                evaluation(
                    "guarantees",
                    shares=[
                        {"attribute": "hair", "value": "blond", "share": 0.9, "lower_bound": 0.88,
                         "classifier_error": 0.01, "measured_by": "resemblance"}
                    ],
                ),
                {"blond", "88.0%", "1.0% (by likeness)"},
            ),
            (
                evaluation(
                    "quality", figures={"kid": 0.5}, real={"kid": 0.01}, fills=[{"engine": "R", "psnr_hole": 20.04}],
                    groups=[{"group": "dark", "coverage": 0.1, "coverage_of_real": 0.9}],
                ),
                {"0.500", "0.010", "20.0 dB", "dark (worst, coverage)"},
            ),
            (
                evaluation(
                    "recognition", verdict="does not help",
                    gain={"over": "visible", "true_match_rate": 0.021, "interval_95": [-0.01, 0.05]},
                    states={"visible": {"rank_1": 0.93, "true_match_rate": 0.6, "equal_error_rate": 0.08}},
                ),
                {"93.0%", "60.0%", "re-imaging does not help", "+2.1% (-1.0% to +5.0%)"},
            ),
        ],
    )  # fmt: skip
    def test_show_what_was_found(self, made: dict[str, Any], cells: set[str]) -> None:
        found = {cell for row in rows_of(Evaluation.model_validate(made)) for cell in row}
        assert cells <= found
