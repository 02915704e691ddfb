"""Erasing a person from Python and from the command line: asked before, and the models told that have not forgotten."""

import json
from typing import Any

import pytest
from tests.unit.client.service import Service, event_text, job, listed, ok, stream
from typer.testing import CliRunner

from maskeraid.cli import app

URLS = {"self": "/v1/deletions/dlt_1"}
MODELS = [{"model_id": "mdl_1", "version": 1}]
VERSIONS = [{"dataset_id": "ds_1", "version": number, "images": 4 - number} for number in (1, 2)]
IMPACT = {
    "images": 3, "covered_copies": 0, "exports": ["exp_1"], "reimagings": [], "batches": [], "models": MODELS,
    "versions": VERSIONS, "copies_of_others": 2,
}  # fmt: skip
RECEIPT = {"deleted": {"images": 3, "objects": 4}, "affected_models": MODELS}
WAITING = job("queued", "deletion", id="dlt_1", urls=URLS)
LOOKED = job("succeeded", "deletion", id="dlt_1", impact=IMPACT, urls=URLS)
ERASED = job("succeeded", "deletion", id="dlt_1", result=RECEIPT, urls=URLS)


class TestClient:
    def test_one_is_ordered_and_waited_for(self) -> None:
        service = Service(ok(code=202, **WAITING), stream(event_text(1, "end")), ok(**ERASED))
        with service.client() as client:
            ended = client.deletions.create("ann", dataset_id="ds_1").wait()
        body = {"subject": "ann", "dataset_id": "ds_1", "dry_run": False}
        assert json.loads(service.requests[0].content) == body
        assert (ended.result or {})["affected_models"] == MODELS

    def test_images_may_be_named_instead(self) -> None:
        service = Service(ok(code=202, **WAITING))
        with service.client() as client:
            client.deletions.create(image_ids=["img_1"], dry_run=True)
        assert json.loads(service.requests[0].content) == {"image_ids": ["img_1"], "dry_run": True}

    def test_they_are_listed_as_jobs(self) -> None:
        service = Service(listed(ERASED))
        with service.client() as client:
            assert [one.id for one in client.deletions.list()] == ["dlt_1"]
        assert service.requests[0].url.params["kind"] == "deletion"


class TestCommand:
    @pytest.fixture
    def said(self, monkeypatch: pytest.MonkeyPatch) -> Any:  # noqa: ANN401 a function
        def run(*arguments: str, answers: str = "", exit_code: int = 0) -> tuple[list[dict[str, Any]], str]:
            end = stream(event_text(1, "end"))
            named = [ok(id="ds_1", name="our faces", role="train"), ok(id="mdl_1", name="light")]
            look = [ok(code=202, **WAITING), end, ok(**LOOKED), *named]
            erase = [ok(code=202, **WAITING), end, ok(**ERASED)]
            service = Service(*(erase if "--yes" in arguments else look + erase))
            monkeypatch.setenv("MASKERAID_KEY", "mk_test")
            monkeypatch.setattr("maskeraid.terminal.Client", lambda *_, **__: service.client())
            whom = [] if "--image" in arguments else ["ann"]
            outcome = CliRunner().invoke(app, ["datasets", "erase", *whom, *arguments], input=answers)
            assert outcome.exit_code == exit_code, outcome.output
            return [json.loads(one.content) for one in service.requests if one.method == "POST"], outcome.output

        return run

    def test_tells_what_would_go_and_asks(self, said: Any) -> None:  # noqa: ANN401
        ordered, output = said(answers="y\n")
        assert [one["dry_run"] for one in ordered] == [True, False]
        assert "ann: 3 images, 1 exports, 1 models" in output
        assert "2 copies that readers have made" in output
        assert "  dataset our faces (ds_1): 3 in version 1, 2 in version 2\n" in output
        assert "  model light (mdl_1), version 1\nErase ann for good?" in output
        assert "does not make a model forget" in output
        assert "mdl_1" in output

    def test_does_nothing_when_that_is_declined(self, said: Any) -> None:  # noqa: ANN401
        assert [one["dry_run"] for one in said(answers="n\n", exit_code=1)[0]] == [True]

    def test_a_dry_run_changes_nothing(self, said: Any) -> None:  # noqa: ANN401
        assert [one["dry_run"] for one in said("--dry-run")[0]] == [True]

    def test_images_may_be_named_instead(self, said: Any) -> None:  # noqa: ANN401
        ordered, output = said("--image", "img_1", "--image", "img_2", answers="y\n")
        assert [one["image_ids"] for one in ordered] == [["img_1", "img_2"]] * 2
        assert "Erase img_1, img_2 for good?" in output

    @pytest.mark.parametrize("words", [[], ["ann", "--image", "img_1"], ["--image", "img_1", "--dataset", "faces"]])
    def test_whom_is_said_once(self, words: list[str]) -> None:
        assert CliRunner().invoke(app, ["datasets", "erase", *words]).exit_code == 2

    def test_does_not_ask_one_who_is_sure(self, said: Any) -> None:  # noqa: ANN401
        assert [one["dry_run"] for one in said("--yes")[0]] == [False]
