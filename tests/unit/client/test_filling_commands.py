"""Re-imagings and batches from the command line: what arrives at the service, and what is said of the results."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.unit.client.service import PNG, Answer, Service, job, listed, ok
from tests.unit.client.test_reimagings import parts_of
from typer.testing import CliRunner, Result

from maskeraid.cli import app

FILES = {"0-final.png": "", "final.png": "", "bundle.zip": ""}
RESULT = {"selection": {"model_id": "mdl_1"}}
DONE = job("succeeded", "reimaging", id="rim_1", statement="Plausible.", result=RESULT, files=FILES)
QUEUED = job("queued", "reimaging", id="rim_1")
COUNTS = {"queued": 2, "running": 0, "succeeded": 0, "failed": 0, "cancelled": 0, "total": 2}
BATCH = job("queued", "batch", id="bat_1", counts=COUNTS)
ENDED = job(
    "succeeded", "batch", id="bat_1", errors={"no_face": 1}, counts={**COUNTS, "queued": 0, "succeeded": 1, "failed": 1}
)  # fmt: skip
FAILED_ITEM = job(
    "failed", "reimaging", id="rim_9", batch_index=1, client_reference_id="bob.png",
    error={"code": "no_face", "message": "No face was found."},
)  # fmt: skip
FAILED_LINE = "  failed: 0001 bob.png: No face was found. [no_face] (rim_9)"
PICTURE = httpx.Response(200, content=b"png")

OPTIONS: list[tuple[str, dict[str, Any]]] = [
    ("", {}),
    (
        "--covering-id cov_1 --method learned --tolerance 0 --grow 0 --feather 2 --clean --face 0 --no-detect-faces "
        "--model mdl_1:2 --engine R --until covering --smoothing-k 4 --tone-match off --email --reference r",
        {
            "covering": {
                "covering_id": "cov_1", "method": "learned", "tolerance": 0, "grow": 0, "feather": 2, "clean": True,
            },
            "face": 0, "detect_faces": False, "model": {"model_id": "mdl_1", "version": 2}, "engine": "R",
            "until": "covering", "smoothing": {"k": 4}, "tone_match": "off", "notify": {"email": True},
            "client_reference_id": "r",
        },
    ),
    (
        "--colour 1,2,3 --detect-faces --selector cnn --explain --candidates 3 --pick random --seed 0 --want nose=2 "
        "--want mouth=1 --purpose test --case-reference 2026-118 --retention-days 0 "
        "--metadata room=7 --no-webhooks",
        {
            "covering": {"method": "colour", "colours": [[1, 2, 3]]}, "detect_faces": True, "selector": "cnn",
            "explain": True, "candidates": 3, "pick": "random", "seed": 0, "attributes": {"nose": "2", "mouth": "1"},
            "purpose": "test", "case_reference": "2026-118", "retention_days": 0, "metadata": {"room": "7"},
            "notify": {"webhooks": False},
        },
    ),
]  # fmt: skip
WRONG = [
    ("reimage", "name a file, or --image-id, or --reuse"),
    ("reimage face.png --image-id img_1", "only one of them"),
    ("reimage --image-id img_1 --reuse rim_1", "only one of them"),
    ("reimage face.png --candidate 1", "chooses among the faces of --reuse"),
    ("reimage --reuse rim_1 --covering face.png", "it keeps its covering"),
    ("reimage --reuse rim_1 --grow 2", "it keeps its covering"),
    ("reimage face.png --metadata room", "'room' is no NAME=VALUE, such as room=7"),
    ("reimage face.png --want nose=", "'nose=' is no NAME=VALUE, such as nose=2"),
    ("batches create --image-id img_1 --dataset ds_1", "and not both"),
]


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MASKERAID_KEY", "mk_test")
    (tmp_path / "face.png").write_bytes(PNG)
    return tmp_path


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch) -> "Ask":
    return Ask(monkeypatch)


class Ask:
    """The command line, with a service that gives these answers; `requests` keeps what it was asked."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch
        self.requests: list[httpx.Request] = []

    def __call__(self, line: str, *answers: Answer) -> Result:
        service = Service(*answers)
        made = service.client()
        self.requests = service.requests
        self._monkeypatch.setattr("maskeraid.terminal.Client", lambda *_, **__: made)
        return CliRunner().invoke(app, line.split())

    @property
    def options(self) -> Any:  # noqa: ANN401 any options
        return json.loads(parts_of(self.requests[0])["options"])

    @property
    def body(self) -> Any:  # noqa: ANN401
        return json.loads(self.requests[0].content)


class TestOptions:
    @pytest.mark.parametrize(("line", "options"), OPTIONS)
    def test_arrive_as_the_service_names_them(self, ask: Ask, line: str, options: dict[str, Any]) -> None:
        result = ask(f"reimage face.png --no-wait {line}", ok(code=202, **QUEUED))
        assert result.exit_code == 0, result.output
        assert ask.options == options
        assert "Prefer" not in ask.requests[0].headers

    @pytest.mark.parametrize(("line", "options"), OPTIONS)
    def test_are_those_of_batches_too(self, ask: Ask, line: str, options: dict[str, Any]) -> None:
        result = ask(f"batches create face.png {line}", ok(code=202, **BATCH))
        assert result.exit_code == 0, result.output
        assert ask.options == options

    @pytest.mark.parametrize(("line", "words"), WRONG)
    def test_what_contradicts_itself_is_a_wrong_use(self, ask: Ask, line: str, words: str) -> None:
        result = ask(line, ok(**DONE))
        assert result.exit_code == 2
        assert words in " ".join(result.stderr.replace("│", " ").split())
        assert ask.requests == []


class TestReimage:
    def test_a_stored_image_goes_by_its_id(self, ask: Ask) -> None:
        assert ask("reimage --image-id img_1 --no-wait", ok(code=202, **QUEUED)).exit_code == 0
        assert ask.body == {"image": {"image_id": "img_1"}}

    def test_an_earlier_one_is_finished_anew(self, ask: Ask) -> None:
        line = "reimage --reuse rim_1 --candidate 0 --smoothing-k 4 --no-wait"
        assert ask(line, ok(code=202, **QUEUED)).exit_code == 0
        assert ask.body == {"reuse": {"reimaging_id": "rim_1", "candidate": 0}, "smoothing": {"k": 4}}

    def test_who_does_not_wait_is_told_how_to_fetch_it(self, ask: Ask) -> None:
        result = ask("reimage face.png --no-wait", ok(code=202, **QUEUED))
        assert result.stdout == "rim_1: queued; `maskeraid reimagings download rim_1` saves what it has made\n"

    def test_one_that_ended_early_has_no_model_to_name(self, ask: Ask) -> None:
        found = {**DONE, "result": {"covering": {}}, "files": {"covering.png": ""}}
        result = ask("reimage face.png --until covering", ok(**found), PICTURE)
        assert result.stdout == "rim_1: 1 files in reimaged/rim_1/\nPlausible.\n"

    def test_how_much_is_taken_as_covered_is_said(self, ask: Ask) -> None:
        found = {**DONE, "result": {"covering": {"share": 0.234}}, "files": {"covering.png": ""}}
        result = ask("reimage face.png --until covering", ok(**found), PICTURE)
        assert result.stdout == "rim_1: 1 files in reimaged/rim_1/, 23% of the face covered\nPlausible.\n"

    @pytest.mark.parametrize(("by", "is_doubted"), [("learned", True), ("map", False)])
    def test_a_large_covering_that_was_found_is_to_be_looked_at(self, ask: Ask, by: str, is_doubted: bool) -> None:
        found = {**DONE, "result": {"covering": {"share": 0.71, "by": by}}, "files": {"covering.png": ""}}
        said = ask("reimage face.png --until covering", ok(**found), PICTURE).stdout
        assert ("71% of the face covered (much: look at covering.png" in said) == is_doubted

    def test_two_results_do_not_mix(self, ask: Ask, folder: Path) -> None:
        for number in (1, 2):
            assert ask("reimage face.png", ok(**{**DONE, "id": f"rim_{number}"}), PICTURE).exit_code == 0
        assert sorted(path.name for path in (folder / "reimaged").iterdir()) == ["rim_1", "rim_2"]

    def test_a_covering_of_most_of_the_face_is_told_with_what_helps(self, ask: Ask) -> None:
        warnings = [{"code": "much_covered", "detail": "74% of the face was found to be covered."}]
        told = ask("reimage face.png", ok(**DONE, warnings=warnings), PICTURE).stderr
        assert "note: 74% of the face was found to be covered.\nPaint the covering yourself" in told
        assert "--covering MAP.png" in told

    def test_a_text_is_no_picture(self, ask: Ask, folder: Path) -> None:
        (folder / "notes.txt").write_text("Not a face.")
        for line in ("reimage notes.txt", "reimage face.png --covering notes.txt", "batches create face.png notes.txt"):
            result = ask(line, ok(**DONE))
            assert (result.exit_code, ask.requests) == (1, [])
            assert "notes.txt is not a PNG, JPEG, or WebP: save it as one of them" in result.stderr

    def test_of_several_faces_the_way_to_choose_is_named(self, ask: Ask) -> None:
        error = {"code": "several_faces", "message": "2 faces.", "retryable": False}
        result = ask("reimage face.png", ok(**{**DONE, "status": "failed", "error": error}))
        assert result.exit_code == 1
        assert "--face NUMBER chooses one of them" in result.stderr

    def test_of_one_that_failed_title_reason_and_remedy_are_told(self, ask: Ask) -> None:
        error = {"code": "new_one", "title": "It is new", "message": "17 of 16.", "remedy": "Take less."}
        failed = {**DONE, "status": "failed", "error": error, "files": {}}
        for line in ("reimage face.png", "reimagings download rim_1", "reimagings download rim_1 --file final.png"):
            result = ask(line, ok(**failed))
            assert result.exit_code == 1
            assert "error: rim_1: It is new: 17 of 16. [new_one]\nTake less.\n" in result.stderr


class TestReimagings:
    def test_one_is_shown(self, ask: Ask) -> None:
        assert "mdl_1" in ask("reimagings show rim_1", ok(**DONE)).stdout
        assert json.loads(ask("reimagings show rim_1 --json", ok(**DONE)).stdout) == DONE
        assert ask.requests[0].url.path == "/v1/reimagings/rim_1"

    def test_its_files_are_saved_but_for_the_bundle(self, ask: Ask, folder: Path) -> None:
        result = ask("reimagings download rim_1 --output out", ok(**DONE), PICTURE)
        assert result.stdout == "rim_1: 2 files in out/, by model mdl_1\nPlausible.\n"
        assert sorted(path.name for path in (folder / "out").iterdir()) == ["0-final.png", "final.png"]
        only = ask("reimagings download rim_1 --file bundle.zip --json", ok(**DONE), PICTURE)
        assert json.loads(only.stdout) == {"id": "rim_1", "files": ["reimaged/rim_1/bundle.zip"]}

    def test_what_is_not_there_is_said(self, ask: Ask) -> None:
        result = ask("reimagings download rim_1 --file x.png", ok(**DONE))
        assert "rim_1 has no x.png; it has 0-final.png, final.png, bundle.zip" in result.stderr
        assert "rim_1 has no files: it is queued" in ask("reimagings download rim_1", ok(**QUEUED)).stderr

    def test_one_is_rated(self, ask: Ask) -> None:
        rated = {**DONE, "rating": {"stars": 2, "note": "The seam.", "rated_at": "2026-11-23T09:00:00Z"}}
        result = ask("reimagings rate rim_1 2 --note seam", ok(**rated))
        assert result.stdout == "rated 2 of 5\n"
        (request,) = ask.requests
        assert (request.method, request.url.path) == ("PUT", "/v1/reimagings/rim_1/rating")
        assert ask.body == {"stars": 2, "note": "seam"}
        assert "The seam." in ask("reimagings show rim_1", ok(**rated)).stdout

    def test_they_are_listed_by_status_and_batch(self, ask: Ask) -> None:
        assert ask("reimagings list --status failed --batch bat_1", listed(DONE)).exit_code == 0
        asked = ask.requests[0].url.params
        assert (asked["status"], asked["batch_id"]) == ("failed", "bat_1")

    def test_they_are_listed_by_names(self, ask: Ask) -> None:
        chosen = {"selection": {"model_id": "mdl_1", "model": "ours", "version": 2}}
        rows = [{**DONE, "name": "ada.png", "result": chosen}, {**QUEUED, "name": "img_1", "result": None}]
        lines = ask("reimagings list", listed(*rows)).stdout.splitlines()
        assert [line.split() for line in lines[1:]] == [
            ["rim_1", "ada.png", "succeeded", "ours:2"], ["rim_1", "img_1", "queued"],
        ]  # fmt: skip


class TestBatches:
    def test_stored_images_and_a_deadline_arrive(self, ask: Ask) -> None:
        line = "batches create --image-id img_1 --image-id img_2 --deadline 60"
        assert "bat_1: 2 images" in ask(line, ok(code=202, **BATCH)).stdout
        assert ask.body == {"images": [{"image_id": "img_1"}, {"image_id": "img_2"}], "deadline_seconds": 60}

    def test_a_failed_image_is_named_with_its_error_and_the_exit_code(self, ask: Ask) -> None:
        result = ask("batches wait bat_1", ok(**ENDED), listed(FAILED_ITEM))
        assert result.exit_code == 1
        assert FAILED_LINE in result.stderr
        assert "1 of 2 succeeded, 1 failed (no_face: 1)" in result.stdout
        assert dict(ask.requests[1].url.params) == {"limit": "100", "batch_id": "bat_1", "status": "failed"}

    def test_when_all_failed_too(self, ask: Ask) -> None:
        error = {"code": "all_items_failed", "message": "No image of the batch was re-imaged."}
        result = ask("batches wait bat_1", ok(**{**ENDED, "status": "failed", "error": error}), listed(FAILED_ITEM))
        assert result.exit_code == 1
        assert f"{FAILED_LINE}\nerror: " in result.stderr

    def test_one_that_has_all_is_exit_code_0(self, ask: Ask) -> None:
        counts = {**COUNTS, "queued": 0, "succeeded": 2}
        result = ask("batches wait bat_1", ok(**{**ENDED, "counts": counts, "errors": {}}))
        assert (result.exit_code, len(ask.requests)) == (0, 1)

    def test_failed_images_are_shown_and_told_of_at_the_download(self, ask: Ask, folder: Path) -> None:
        assert FAILED_LINE in ask("batches show bat_1", ok(**ENDED), listed(FAILED_ITEM)).stdout
        done = {**DONE, "batch_index": 0, "client_reference_id": "ada.png"}
        result = ask("batches download bat_1", ok(**ENDED), listed(done), PICTURE, listed(FAILED_ITEM))
        assert FAILED_LINE in result.stderr
        assert (folder / "batch/bat_1/0000-ada.png").read_bytes() == b"png"

    @pytest.mark.parametrize(("total", "words"), [(20, "17 of 20 image"), (None, "17 image")])
    def test_they_are_listed_with_how_far_they_are(self, ask: Ask, total: int | None, words: str) -> None:
        progress = {"current": 17.0, "total": total, "unit": "image"}
        result = ask("batches list --status running", listed({**BATCH, "progress": progress}))
        assert result.stdout.splitlines()[1] == f"bat_1  queued  {words}"
        assert dict(ask.requests[0].url.params) == {"limit": "100", "kind": "batch", "status": "running"}


def test_jobs_that_read_coverings_are_listed(ask: Ask) -> None:
    assert ask("jobs list --kind covering", listed(QUEUED)).exit_code == 0
    assert ask.requests[0].url.params["kind"] == "covering"
