"""The command line against a real HTTP server with the smallest service behind it."""

import io
import json
import re
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from tests.unit.client.service import PNG, event_text, job
from typer.testing import CliRunner, Result

from maskeraid import Client
from maskeraid.cli import app
from maskeraid.credentials import Credentials, write_credentials
from maskeraid.objects import Job
from maskeraid.terminal import end_bar, progress_bar

DATASET = {"id": "ds_1", "name": "faces [bold]", "role": "train", "latest_version": 1, "image_count": 25}
TRAINING = job(name="faces", model={"model_id": "mdl_1", "version": 1})
VERSION = {
    "id": "mdl_1:2", "model_id": "mdl_1", "version": 2, "files": [{"name": "card.json", "bytes": 2}],
}  # fmt: skip
IMPORTED = job(
    "succeeded", "import", id="imp_1", urls={"self": "/v1/imports/imp_1"}, result={"version": 1, "imported": 24},
    rejected_rows=[{"row": 7, "file": "a.png", "code": "value_not_allowed", "detail": "'9' is not one of 1, 2"}],
)  # fmt: skip
REIMAGED = job(
    "succeeded", "reimaging", id="rim_1", urls={"self": "/v1/reimagings/rim_1"}, statement="A plausible face.",
    result={"selection": {"model_id": "mdl_1"}}, files={"final.png": "/v1/reimagings/rim_1/files/final.png"},
)  # fmt: skip
EVENTS = event_text(1, "job.phase", phase="training") + event_text(2, "job.progress", current=1, total=2)
EVENTS += event_text(3, "end", status="succeeded")


SHARED = "GET /v1/datasets?visibility=shared"
THEIRS = {**DATASET, "id": "ds_2", "name": "theirs", "owner": "Bob"}


class Server(ThreadingHTTPServer):
    """Answers by method and path; `bodies` keeps what was sent, `asked` the queries. Nothing is shared at first."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers: dict[str, tuple[int, Any]] = {SHARED: page()}
        self.bodies: dict[str, bytes] = {}
        self.asked: dict[str, str] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def problem(self, what: str, status: int, code: str) -> None:
        self.answers[what] = status, {"detail": "It is so.", "code": code, "retryable": False}


class Handler(BaseHTTPRequestHandler):
    server: Server

    def answer(self) -> None:
        path, _, query = self.path.partition("?")
        what = SHARED if "visibility=shared" in query else f"{self.command} {path}"
        self.server.asked[what] = query
        self.server.bodies[what] = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        status, body = self.server.answers.get(what, (404, {"detail": "Nothing there.", "code": "not_found"}))
        data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/event-stream" if path.endswith("/events") else "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer

    def log_message(self, *_: object) -> None:
        """A test's output is not the place."""


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A running server, and a key for it in a folder of the test's own."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("MASKERAID_KEY", raising=False)
    monkeypatch.delenv("MASKERAID_URL", raising=False)
    monkeypatch.chdir(tmp_path)
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        write_credentials(Credentials(running.url, "mk_test"))
        yield running
        running.shutdown()
        thread.join()


def page(*rows: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    return 200, {"object": "list", "data": rows, "has_more": False, "last_id": None}


def run(*words: str, given: str | None = None) -> Result:
    return CliRunner().invoke(app, words, input=given)


class TestLists:
    def test_a_table_shows_names_as_they_are(self, server: Server) -> None:
        server.answers["GET /v1/datasets"] = page(DATASET)
        lines = run("datasets", "list").stdout.splitlines()
        assert lines == [
            "id    name          owner  role   latest_version  image_count",
            "ds_1  faces [bold]         train  1               25",
        ]

    def test_shared_datasets_follow_with_their_owners(self, server: Server) -> None:
        server.answers |= {"GET /v1/datasets": page(DATASET), SHARED: page(THEIRS)}
        assert [line.split()[0] for line in run("datasets", "list").stdout.splitlines()] == ["id", "ds_1", "ds_2"]
        assert "  Bob  " in run("datasets", "list").stdout

    def test_long_values_are_not_cropped(self, server: Server) -> None:
        server.answers["GET /v1/datasets"] = page({**DATASET, "name": "x" * 300})
        assert "x" * 300 in run("datasets", "list").stdout

    @pytest.mark.parametrize("group", ["datasets", "jobs", "models", "keys"])
    def test_json_is_json(self, server: Server, group: str) -> None:
        row = job(name="name", role="train", scopes=["admin"])
        server.answers[f"GET /v1/{'api-keys' if group == 'keys' else group}"] = page(row)
        assert json.loads(run(group, "list", "--json").stdout) == [row]

    def test_an_empty_list_is_said(self, server: Server) -> None:
        server.answers["GET /v1/jobs"] = page()
        assert run("jobs", "list").stdout == "nothing yet\n"
        assert json.loads(run("jobs", "list", "--json").stdout) == []


class TestErrors:
    def test_without_a_key_the_way_to_one_is_named(self, server: Server, tmp_path: Path) -> None:
        (tmp_path / "config/maskeraid/credentials.json").unlink()
        result = run("jobs", "list")
        assert result.exit_code == 1
        assert "maskeraid login" in result.stderr

    def test_a_service_that_is_not_there_is_named(self, server: Server) -> None:
        write_credentials(Credentials("http://127.0.0.1:9", "mk_test"))
        result = run("jobs", "list")
        assert result.exit_code == 1
        assert "http://127.0.0.1:9 does not answer" in result.stderr
        assert "maskeraid up" in result.stderr

    def test_a_problem_has_its_code_and_its_remedy_on_the_error_stream(self, server: Server) -> None:
        server.problem("GET /v1/jobs", 401, "not_authenticated")
        result = run("jobs", "list", "--json")
        assert (result.exit_code, result.stdout) == (1, "")
        assert "error: It is so. [not_authenticated]\nThat key is not known here. `make up`" in result.stderr

    @pytest.mark.parametrize(
        ("facts", "command"),
        [
            ({"instance": "/v1/models/mdl_9"}, "models list"),
            ({"instance": "/v1/batches/bat_9"}, "batches list"),
            ({"instance": "/v1/coverings/cov_9"}, "jobs list --kind covering"),
            ({"instance": "/v1/trainings", "errors": [{"pointer": "/data/0/dataset_id"}]}, "datasets list"),
        ],
    )
    def test_what_is_not_found_is_looked_for_in_its_own_list(
        self, server: Server, facts: dict[str, Any], command: str
    ) -> None:
        problem = {"detail": "There is no such object.", "code": "not_found", "retryable": False, **facts}
        server.answers["GET /v1/jobs/trn_9"] = 404, problem
        assert f"`maskeraid {command}` shows yours." in run("jobs", "show", "trn_9").stderr

    def test_what_says_not_what_was_asked_names_some_lists(self, server: Server) -> None:
        server.problem("GET /v1/jobs/trn_9", 404, "not_found")
        assert "`datasets list`, `models list` show what there is" in run("jobs", "show", "trn_9").stderr

    @pytest.mark.parametrize("words", [["delete"], ["share", "--with", "ten_1"], ["edit", "--all", "--delete"]])
    def test_only_its_owner_changes_a_shared_dataset(self, server: Server, words: list[str]) -> None:
        server.answers |= {"GET /v1/datasets": page(), SHARED: page(THEIRS), "GET /v1/datasets/ds_2": (200, THEIRS)}
        for name in ("theirs", "ds_2"):
            refused = run("datasets", words[0], name, *words[1:])
            assert (refused.exit_code, "only Bob changes it" in refused.stderr) == (1, True), refused.output
        assert not [what for what in server.bodies if not what.startswith("GET")]

    @pytest.mark.parametrize(("words", "told"), [
        (["--until", "2030-01-31"], "2030-01-31T00:00:00Z"), (["--no-end"], None),
    ])  # fmt: skip
    def test_a_dataset_is_kept_so_long(self, server: Server, words: list[str], told: str | None) -> None:
        server.answers |= {"GET /v1/datasets": page(DATASET), "PATCH /v1/datasets/ds_1": (200, DATASET)}
        assert run("datasets", "keep", "faces", *words).exit_code == 0
        assert json.loads(server.bodies["PATCH /v1/datasets/ds_1"]) == {"retain_until": told}

    def test_days_are_counted_from_now(self, server: Server) -> None:
        server.answers |= {"GET /v1/datasets": page(DATASET), "PATCH /v1/datasets/ds_1": (200, DATASET)}
        run("datasets", "keep", "faces", "--retention-days", "30")
        until = datetime.fromisoformat(json.loads(server.bodies["PATCH /v1/datasets/ds_1"])["retain_until"])
        assert 29 <= (until - datetime.now(UTC)).days <= 30
        assert run("datasets", "keep", "faces").exit_code == 2

    def test_of_several_of_one_name_the_own_one_is_meant_or_none(self, server: Server) -> None:
        server.answers |= {"GET /v1/datasets": page({**DATASET, "name": "theirs"}), SHARED: page(THEIRS)}
        assert "ds_1" in run("datasets", "show", "theirs").stdout
        server.answers |= {"GET /v1/datasets": page(), SHARED: page(THEIRS, {**THEIRS, "id": "ds_3"})}
        assert "by its id" in run("datasets", "show", "theirs").stderr

    def test_where_the_service_says_what_helps_no_list_is_named(self, server: Server) -> None:
        server.answers |= {"GET /v1/datasets": page(), SHARED: page(THEIRS)}
        said = "The images of theirs are not yours to export: train on it as it is."
        server.answers["POST /v1/exports"] = 404, {"detail": said, "code": "not_found", "retryable": False}
        told = run("datasets", "export", "theirs").stderr
        assert said in told
        assert "datasets list" not in told

    def test_an_unknown_dataset_is_named(self, server: Server) -> None:
        server.answers["GET /v1/datasets"] = page()
        result = run("train", "nobody")
        assert result.exit_code == 1
        assert "there is no dataset 'nobody'; `maskeraid datasets list`" in result.stderr

    def test_what_is_no_key_or_no_address_is_said(self, server: Server) -> None:
        assert "this is no API key" in run("login", "mk_ü", "--url", server.url).stderr
        for url in ("127.0.0.1:8000", "ftp://x", "http://", "http://[::1"):
            result = run("login", "mk_new", "--url", url)
            assert result.exit_code == 1
            assert f"error: '{url}' is no address" in result.stderr

    def test_another_server_at_the_address_is_no_service(self, server: Server) -> None:
        server.answers["GET /v1/me"] = 200, "<html>"
        assert "answers, but not as MASKERAID does" in run("login", "mk_new", "--url", server.url).stderr

    def test_a_folder_that_cannot_be_made_is_said(self, server: Server, tmp_path: Path) -> None:
        server.answers["GET /v1/models/mdl_1/versions/latest"] = 200, VERSION
        (tmp_path / "file").touch()
        result = run("models", "download", "mdl_1", "file/out")
        assert (result.exit_code, result.stderr) == (1, "error: Not a directory: file/out\n")

    def test_wrong_words_are_a_wrong_use(self, server: Server) -> None:
        assert run("import", "not-there.zip").exit_code == 2
        assert run("train", "faces", "--architecture", "magic").exit_code == 2
        assert run("up", "--port", "70000").exit_code == 2

    def test_a_damaged_credentials_file_is_named(self, server: Server, tmp_path: Path) -> None:
        file = tmp_path / "config/maskeraid/credentials.json"
        file.write_text("{")
        result = run("jobs", "list")
        assert result.exit_code == 1
        assert str(file) in result.stderr


class TestLogin:
    ME: tuple[int, dict[str, Any]] = 200, {"tenant_name": "local", "scopes": ["admin"]}

    def kept(self, tmp_path: Path) -> dict[str, str]:
        kept: dict[str, str] = json.loads((tmp_path / "config/maskeraid/credentials.json").read_text())
        return kept

    def test_key_and_address_are_kept_for_their_owner_alone(self, server: Server, tmp_path: Path) -> None:
        server.answers["GET /v1/me"] = self.ME
        file = tmp_path / "config/maskeraid/credentials.json"
        file.chmod(0o644)
        result = run("login", "mk_new", "--url", server.url)
        assert result.exit_code == 0, result.output
        assert self.kept(tmp_path) == {"url": server.url, "key": "mk_new"}
        assert file.stat().st_mode & 0o777 == 0o600
        assert "mk_new" not in result.output

    def test_a_new_key_keeps_the_address(self, server: Server, tmp_path: Path) -> None:
        server.answers["GET /v1/me"] = self.ME
        assert run("login", "mk_new").exit_code == 0
        assert self.kept(tmp_path) == {"url": server.url, "key": "mk_new"}

    def test_the_key_is_asked_for_and_not_shown(self, server: Server, tmp_path: Path) -> None:
        server.answers["GET /v1/me"] = self.ME
        result = run("login", given="mk_typed\n")
        assert self.kept(tmp_path)["key"] == "mk_typed"
        assert "mk_typed" not in result.output

    def test_a_key_that_is_refused_is_not_kept(self, server: Server, tmp_path: Path) -> None:
        server.problem("GET /v1/me", 401, "not_authenticated")
        assert run("login", "mk_bad").exit_code == 1
        assert self.kept(tmp_path)["key"] == "mk_test"

    def test_logout_forgets_the_key(self, server: Server, tmp_path: Path) -> None:
        assert "is deleted" in run("logout").stdout
        assert "no key yet" in run("jobs", "list").stderr
        assert run("logout").stdout == "no key was kept\n"

    def test_a_client_finds_what_login_has_kept(self, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
        with Client() as client:
            assert (client.url, client.http.headers["Authorization"]) == (server.url, "Bearer mk_test")
        with Client(url="http://elsewhere.test") as client:
            assert "Authorization" not in client.http.headers  # a kept key goes to its own service only
        monkeypatch.setenv("MASKERAID_KEY", "mk_env")
        monkeypatch.setenv("MASKERAID_URL", "http://other.test")
        with Client() as client:
            assert (client.url, client.http.headers["Authorization"]) == ("http://other.test", "Bearer mk_env")

    def test_the_environment_comes_first(self, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("MASKERAID_URL", server.url)
        monkeypatch.setenv("MASKERAID_KEY", "mk_env")
        write_credentials(Credentials("http://127.0.0.1:9", "mk_file"))
        server.answers["GET /v1/jobs"] = page()
        assert run("jobs", "list").exit_code == 0


class TestMe:
    def test_the_account_and_what_it_uses_are_shown(self, server: Server) -> None:
        server.answers["GET /v1/me"] = 200, {
            "tenant_id": "ten_1", "tenant_name": "us", "scopes": ["admin"], "key_id": "key_1", "email": None,
            "expires_at": "2027-01-01T00:00:00Z", "usage": {"queued_jobs": 2, "training_seconds": 5.5},
            "quotas": {"queued_jobs": 1000, "training_seconds": None, "open_uploads": 4},
        }  # fmt: skip
        shown = run("me").stdout
        for words in ("id                ten_1", "2, at most 1,000", "training_seconds  5.5", "at most 4"):
            assert words in shown
        assert json.loads(run("me", "--json").stdout)["tenant_id"] == "ten_1"


class TestCheckpointPictures:
    def test_they_are_named_in_the_list_and_saved(self, server: Server, tmp_path: Path) -> None:
        own = "/v1/trainings/trn_1/checkpoints"
        row = {
            "training_id": "trn_1",
            "step": 9,
            "attempt": 2,
            "is_resumable": True,
            "files": [{"name": "samples.png"}],
        }
        server.answers[f"GET {own}"] = page(row)
        server.answers[f"GET {own}/9/files/samples.png"] = 200, "picture"
        assert run("checkpoints", "list", "trn_1").stdout.splitlines()[1].split() == ["9", "true", "2", "samples.png"]
        assert run("checkpoints", "save", "trn_1", "9", "--output", "out").stdout == "out/step-9-samples.png\n"
        assert (tmp_path / "out/step-9-samples.png").read_text() == "picture"
        assert "no picture of step 8" in run("checkpoints", "save", "trn_1", "8").stderr


class TestJobs:
    @pytest.fixture(autouse=True)
    def training(self, server: Server) -> None:
        server.answers["GET /v1/jobs/trn_1"] = 200, {**TRAINING, "status": "running"}
        server.answers["GET /v1/jobs/trn_1/events"] = 200, EVENTS
        server.answers["GET /v1/trainings/trn_1"] = 200, TRAINING

    def test_follow_ends_with_the_job(self) -> None:
        result = run("jobs", "follow", "trn_1")
        assert (result.exit_code, result.stdout) == (0, "succeeded\n")

    def test_follow_as_json_is_a_line_an_event(self) -> None:
        lines = run("jobs", "follow", "trn_1", "--json").stdout.splitlines()
        assert [json.loads(line)["type"] for line in lines] == ["job.phase", "job.progress", "end"]

    def test_of_many_the_first_are_shown(self, server: Server) -> None:
        rows = [job(id=f"trn_{number}", created_at="2026-11-23T03:00:00.123Z") for number in range(3)]
        server.answers["GET /v1/jobs"] = page(*rows)
        result = run("jobs", "list", "--limit", "2")
        lines = result.stdout.splitlines()
        assert [line.split()[0] for line in lines] == ["id", "trn_0", "trn_1"]
        assert "these are the first 2; --all shows the others too" in result.stderr
        whole = run("jobs", "list", "--limit", "2", "--all")
        assert (len(whole.stdout.splitlines()), whole.stderr) == (4, "")
        assert run("jobs", "list", "--limit", "3").stderr == ""
        assert lines[1].endswith("2026-11-23 03:00:00Z")

    def test_each_is_named_with_what_it_is_about(self, server: Server) -> None:
        about = [{"id": "mdl_1", "name": "ours"}, {"id": "ds_1", "name": "faces of May"}]
        server.answers["GET /v1/jobs"] = page(job(name="m", about=about, dry_run=True))
        assert "  m     ours, faces of May  succeeded" in run("jobs", "list").stdout
        assert server.asked["GET /v1/jobs"] == "limit=100&dry_run=false"

    def test_dry_runs_are_shown_when_asked_for(self, server: Server) -> None:
        server.answers["GET /v1/jobs"] = page(job(name="m", dry_run=True))
        assert run("jobs", "list", "--dry-runs").stdout.splitlines()[1].split()[:3] == ["trn_1", "training", "true"]
        assert server.asked["GET /v1/jobs"] == "limit=100"

    def test_who_leaves_is_told_that_the_job_goes_on(self, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
        def interrupted(*_: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(Job, "events", interrupted)
        result = run("jobs", "follow", "trn_1")
        assert result.exit_code == 130
        assert "trn_1 goes on: `maskeraid jobs follow trn_1` shows it" in result.stderr

    def test_a_failed_job_is_exit_code_1_with_its_reason(self, server: Server) -> None:
        error = {"code": "no_variation", "message": "All images are the same."}
        server.answers["GET /v1/trainings/trn_1"] = 200, {**TRAINING, "status": "failed", "error": error}
        for words in (["follow", "trn_1"], ["follow", "trn_1", "--json"]):
            result = run("jobs", *words)
            assert result.exit_code == 1
            assert "All images are the same. [no_variation]" in result.stderr

    @pytest.mark.parametrize(("status", "reached"), [("succeeded", 2), ("failed", 1)])
    def test_a_bar_ends_with_its_job(self, status: str, reached: int) -> None:
        bar = progress_bar()
        task = bar.add_task("train", total=2, completed=1, phase="training")
        end_bar(bar, task, status)
        assert bar.finished
        assert (bar.tasks[0].completed, bar.tasks[0].fields["phase"]) == (reached, status)

    @pytest.mark.parametrize("status", ["succeeded", "failed"])
    def test_one_that_never_said_how_far_it_is_shows_no_count(self, status: str) -> None:
        bar = progress_bar()
        task = bar.add_task("re-image", total=None, phase="fill")
        end_bar(bar, task, status)
        output = io.StringIO()
        Console(file=output, width=200).print(bar.get_renderable())
        assert status in output.getvalue()
        assert re.search(r"\d+/\d+", output.getvalue()) is None

    def test_cancel_says_what_follows(self, server: Server) -> None:
        server.answers["POST /v1/jobs/trn_1/cancel"] = 202, {**TRAINING, "status": "running"}
        assert run("jobs", "cancel", "trn_1").stdout == "it will end in a moment\n"
        assert json.loads(run("jobs", "cancel", "trn_1", "--json").stdout)["id"] == "trn_1"

    @pytest.mark.parametrize(
        ("action", "status", "words"),
        [
            ("pause", "running", "it will pause in a moment"),
            ("pause", "paused", "paused"),
            ("resume", "queued", "queued"),
            ("stop", "running", "it will end in a moment, and its model is kept"),
            ("retry", "queued", "trn_1 does it again"),
        ],
    )
    def test_other_actions_too(self, server: Server, action: str, status: str, words: str) -> None:
        server.answers[f"POST /v1/jobs/trn_1/{action}"] = 202, {**TRAINING, "status": status}
        assert run("jobs", action, "trn_1").stdout == words + "\n"

    def test_workers_are_shown_and_sent_away(self, server: Server) -> None:
        worker = {"id": "trainer-h-1", "queue": "trainer", "device": "2 cores", "running_jobs": 1}
        server.answers["GET /v1/workers"] = page(worker)
        server.answers["POST /v1/workers/trainer-h-1/drain"] = 202, worker
        assert "2 cores" in run("workers", "list").stdout
        assert run("workers", "drain", "trainer-h-1").stdout == "it leaves after what it has in hand, jobs: 1\n"

    def test_show_knows_more_than_the_list(self) -> None:
        assert "mdl_1" in run("jobs", "show", "trn_1").stdout
        assert json.loads(run("jobs", "show", "trn_1", "--json").stdout) == TRAINING


ATTESTED = ("--basis", "consent")


class TestImport:
    @pytest.fixture(autouse=True)
    def answers(self, server: Server, tmp_path: Path) -> None:
        (tmp_path / "our-faces.zip").write_bytes(b"PK\x03\x04")
        server.answers["GET /v1/datasets"] = page()
        server.answers["POST /v1/datasets"] = 201, DATASET
        server.answers["POST /v1/imports"] = 202, IMPORTED

    def test_the_file_names_the_dataset(self, server: Server) -> None:
        result = run("import", "our-faces.zip", *ATTESTED)
        assert result.exit_code == 0, result.output
        attestation = {"basis": "consent", "purpose": "training models for re-imaging", "minors_excluded": True}
        made = json.loads(server.bodies["POST /v1/datasets"])
        assert made == {"name": "our-faces", "role": "train", "attestation": attestation}
        assert "version 1: 24 images" in result.stdout

    def test_a_zip_that_brings_nothing_new_is_said_to(self, server: Server) -> None:
        result = {"version": 1, "imported": 0, "duplicates": 24, "rejected": 1}
        server.answers["POST /v1/imports"] = 202, {**IMPORTED, "result": result}
        assert "nothing new: 24 of 25 are already in version 1" in run("import", "our-faces.zip", *ATTESTED).stdout

    def test_what_was_lost_is_said_in_words(self, server: Server) -> None:
        losses = {
            "rejected": 3,
            "too_small": 1,
            "without_face": 2,
            "duplicates": 2,
            "unlisted": 4,
            "near_duplicates": 5,
        }
        server.answers["POST /v1/imports"] = 202, {**IMPORTED, "result": {"version": 1, "imported": 24, **losses}}
        words = (
            "version 1: 24 images; left out: 3 rejected (1 too small, 2 without a face), 2 duplicates, "
            "4 in no manifest; 5 nearly like another"
        )
        assert words in run("import", "our-faces.zip", *ATTESTED).stdout.replace("\n", " ").replace("  ", " ")
        server.answers["POST /v1/imports"] = 202, {**IMPORTED, "result": {**dict.fromkeys(losses, 0), "imported": 24}}
        assert "24 images\n" in run("import", "our-faces.zip", *ATTESTED).stdout

    def test_rows_that_were_left_out_are_shown(self) -> None:
        shown = run("import", "our-faces.zip", *ATTESTED).stdout
        assert "left out: row 7, a.png: '9' is not one of 1, 2 [value_not_allowed]" in shown

    def test_an_import_that_failed_shows_its_rows(self, server: Server) -> None:
        error = {"code": "all_rows_rejected", "message": "No row could be accepted."}
        server.answers["POST /v1/imports"] = 202, {**IMPORTED, "status": "failed", "error": error}
        result = run("import", "our-faces.zip", *ATTESTED)
        assert result.exit_code == 1
        assert "left out: row 7, a.png: '9' is not one of 1, 2 [value_not_allowed]\nAttributes keep" in result.stderr
        assert "[all_rows_rejected]" in result.stderr

    def test_what_the_service_warns_of_is_shown(self, server: Server) -> None:
        warning = {"code": "unknown_column", "detail": "column 'extra' is not in the schema"}
        server.answers["POST /v1/imports"] = 202, {**IMPORTED, "warnings": [warning]}
        assert "note: column 'extra' is not in the schema" in run("import", "our-faces.zip", *ATTESTED).stderr

    def test_a_dataset_of_the_name_gets_a_version_more(self, server: Server) -> None:
        server.answers["GET /v1/datasets"] = page({**DATASET, "attestation": {"basis": "consent", "by": "us"}})
        assert json.loads(run("import", "our-faces.zip", "--json").stdout)["id"] == "imp_1"
        assert server.bodies.keys() == {"GET /v1/datasets", "POST /v1/imports"}

    def test_an_older_dataset_is_attested_first(self, server: Server) -> None:
        server.answers["GET /v1/datasets"] = page(DATASET)
        server.answers["PATCH /v1/datasets/ds_1"] = 200, DATASET
        assert run("import", "our-faces.zip", *ATTESTED).exit_code == 0
        assert json.loads(server.bodies["PATCH /v1/datasets/ds_1"])["attestation"]["basis"] == "consent"

    @pytest.mark.parametrize("attestation", [None, {"basis": "generated", "by": None}])
    def test_nothing_is_sent_before_somebody_vouches_for_the_faces(self, server: Server, attestation: Any) -> None:  # noqa: ANN401
        server.answers["GET /v1/datasets"] = page({**DATASET, "attestation": attestation})
        result = run("import", "our-faces.zip")
        assert result.exit_code == 1
        assert "--basis own_faces, consent" in result.stderr.replace("\n", " ")
        assert server.bodies.keys() == {"GET /v1/datasets"}

    def test_a_dataset_of_the_other_role_is_refused(self, server: Server) -> None:
        server.answers["GET /v1/datasets"] = page(DATASET)
        result = run("import", "our-faces.zip", *ATTESTED, "--role", "test")
        assert result.exit_code == 1
        assert "train dataset already; choose another --name" in result.stderr

    def test_what_is_no_zip_makes_no_dataset(self, server: Server, tmp_path: Path) -> None:
        (tmp_path / "cut.py").write_text("import this")
        result = run("import", "cut.py")
        assert result.exit_code == 2
        assert "neither a zip nor a picture" in result.stderr
        assert server.bodies == {}

    def test_faces_can_be_drawn(self, server: Server) -> None:
        assert run("datasets", "draw", "faces-light").exit_code == 0
        assert json.loads(server.bodies["POST /v1/imports"])["source"] == {"type": "generator", "set": "faces-light"}


class TestDatasetReport:
    @pytest.fixture(autouse=True)
    def answers(self, server: Server) -> None:
        server.answers["GET /v1/datasets"] = page(DATASET)
        report = {"dataset_id": "ds_1", "version": 1, "image_count": 375, "object": "confound_report"}
        confound = {
            "attributes": ["hair", "eyes"], "sentence": "hair and eyes travel together.", "kind": "inseparable",
            "collect": [{"hair": "blond", "eyes": "black"}, {"hair": "black", "eyes": "blue"}],
        }  # fmt: skip
        server.answers["GET /v1/datasets/ds_1/reports/confounds"] = (
            200, {**report, "sentence": "1 confound among 15 pairs.", "confounds": [confound]}
        )  # fmt: skip
        pairs = [{"missing": 0, "sentence": "all there"}, {"missing": 2, "sentence": "hair and eyes: 2 of 4"}]
        server.answers["GET /v1/datasets/ds_1/reports/coverage"] = (
            200, {**report, "sentence": "2 pairs.", "pairs": pairs, "whole": None}
        )  # fmt: skip

    def test_confounds_are_told_with_what_to_collect(self, server: Server) -> None:
        result = run("datasets", "report", "faces [bold]", "--beside", "faces [bold]", "--where", "mouth:2")
        assert result.stdout.splitlines() == [
            "version 1, 375 images. 1 confound among 15 pairs.", "- hair and eyes travel together.",
            "  collect: hair blond with eyes black; hair black with eyes blue",
        ]  # fmt: skip

    def test_coverage_tells_where_combinations_are_missing(self, server: Server) -> None:
        result = run("datasets", "report", "faces [bold]", "coverage")
        assert result.stdout.splitlines() == ["version 1, 375 images. 2 pairs.", "- hair and eyes: 2 of 4"]
        assert json.loads(run("datasets", "report", "faces [bold]", "--json").stdout)["version"] == 1

    def test_quality_names_the_worst_images(self, server: Server) -> None:
        report = {"dataset_id": "ds_1", "version": 1, "image_count": 9, "object": "quality_report"}
        server.answers["GET /v1/datasets/ds_1/reports/quality"] = (
            200, {**report, "sentence": "Of 9 images 1 has a warning.", "worst": ["img_1"]}
        )  # fmt: skip
        result = run("datasets", "report", "faces [bold]", "quality")
        said = ["version 1, 9 images. Of 9 images 1 has a warning.", "- the worst: img_1"]
        assert result.stdout.splitlines() == said

    def test_beside_goes_with_confounds(self, server: Server) -> None:
        assert run("datasets", "report", "faces [bold]", "coverage", "--beside", "x").exit_code == 2


class TestDatasetSharing:
    def test_with_accounts(self, server: Server) -> None:
        server.answers["GET /v1/datasets/ds_1"] = 200, DATASET
        server.answers["PATCH /v1/datasets/ds_1"] = 200, {**DATASET, "shared_with": ["ten_1"]}
        shown = run("datasets", "share", "ds_1", "--with", "ten_1", "--download")
        assert "(ds_1) is shared with ten_1" in shown.stdout
        sent = json.loads(server.bodies["PATCH /v1/datasets/ds_1"])
        assert sent == {"visibility": "shared", "shared_with": ["ten_1"], "download": True}

    def test_with_everyone_and_no_more(self, server: Server) -> None:
        server.answers["GET /v1/datasets/ds_1"] = 200, DATASET
        server.answers["PATCH /v1/datasets/ds_1"] = 200, DATASET
        assert "shared with everyone" in run("datasets", "share", "ds_1", "--everyone", "--licence", "CC0-1.0").stdout
        assert json.loads(server.bodies["PATCH /v1/datasets/ds_1"]) == {"visibility": "public", "licence": "CC0-1.0"}
        assert "yours alone" in run("datasets", "unshare", "ds_1").stdout
        assert json.loads(server.bodies["PATCH /v1/datasets/ds_1"]) == {"visibility": "private"}

    def test_with_nobody_is_refused(self, server: Server) -> None:
        assert "--everyone" in run("datasets", "share", "ds_1").stderr

    def test_browsing_shows_how_many_images_match(self, server: Server) -> None:
        server.answers["GET /v1/datasets"] = page({**DATASET, "owner": "them", "matching": 5})
        shown = run("datasets", "browse", "faces", "--where", "eyes:1", "--where", "nose:2")
        assert ("them" in shown.stdout, "matching" in shown.stdout) == (True, True)
        assert "matching" not in run("datasets", "browse").stdout


class TestTrain:
    @pytest.fixture(autouse=True)
    def answers(self, server: Server) -> None:
        server.answers["GET /v1/datasets"] = page(DATASET)
        server.answers["POST /v1/trainings"] = 202, TRAINING

    def test_options_arrive_and_the_model_is_named(self, server: Server) -> None:
        words = ["--name", "m", "--where", "mouth:2", "--steps", "5", "--seed", "3", "--email", "--preset", "best"]
        result = run("train", "faces", *words)
        assert result.stdout == "trn_1: model mdl_1 version 1\n"
        asked = json.loads(server.bodies["POST /v1/trainings"])
        assert (asked["name"], asked["preset"]) == ("m", "best")
        assert (asked["seed"], asked["hyperparameters"]) == (3, {"steps": 5})
        assert asked["data"] == [{"dataset_id": "ds_1", "where": ["mouth:2"]}]
        assert asked["notify"] == {"email": True}

    @pytest.mark.parametrize(
        ("flags", "verdict", "words"),
        [
            (["collapse"], "cannot_tell", "; collapse (it repeats itself); whether it copies cannot be told"),
            (["undertrained"], None, "; undertrained (its faces are varied but far from those that it learned from)"),
            (["copying"], "copying", "; copying (it may show the people it learned from)"),
            ([], "healthy", "; no sign of copying"),
        ],
    )
    def test_the_last_line_says_what_needs_attention(
        self, server: Server, flags: list[str], verdict: str | None, words: str
    ) -> None:
        result = {"flags": [{"code": code, "message": "So."} for code in flags], "memorisation": verdict}
        server.answers["POST /v1/trainings"] = 202, {**TRAINING, "result": result}
        assert run("train", "faces").stdout == f"trn_1: model mdl_1 version 1{words}\n"

    def test_what_was_not_said_is_left_to_the_service(self, server: Server) -> None:
        run("train", "faces")
        assert "seed" not in json.loads(server.bodies["POST /v1/trainings"])

    def test_without_waiting_the_way_to_follow_is_named(self, server: Server) -> None:
        server.answers["POST /v1/trainings"] = 202, {**TRAINING, "status": "queued", "model": None}
        assert "maskeraid jobs follow trn_1" in run("train", "faces", "--no-wait").stdout

    def test_all_datasets_are_asked_for_by_a_word_of_its_own(self, server: Server) -> None:
        assert run("train", "--all").exit_code == 0
        asked = json.loads(server.bodies["POST /v1/trainings"])
        assert (asked["name"], asked["data"]) == ("all", [{"dataset_id": "all", "where": []}])
        assert "you named datasets and said `--all`" in run("train", "faces", "--all").stderr
        assert "name datasets, or say `--all`" in run("train").stderr

    def test_what_the_service_warns_of_is_shown_without_waiting_too(self, server: Server) -> None:
        warning = {"code": "few_images", "detail": "Only 25 images: expect memorisation."}
        server.answers["POST /v1/trainings"] = 202, {**TRAINING, "status": "queued", "warnings": [warning]}
        result = run("train", "faces", "--no-wait", "--json")
        assert "note: Only 25 images: expect memorisation." in result.stderr
        assert json.loads(result.stdout)["status"] == "queued"

    def test_settings_a_probe_and_a_checkpoint_arrive(self, server: Server, tmp_path: Path) -> None:
        (tmp_path / "covered.jpg").write_bytes(b"\xff\xd8\xff")
        words = ["--set", "batch=16", "--set", "learning-rate=2e-4", "--set", "loop=plain"]
        result = run("train", "faces", *words, "--probe", "covered.jpg", "--start-from", "trn_7:2000")
        assert result.exit_code == 0, result.output
        asked = json.loads(server.bodies["POST /v1/trainings"])
        assert asked["hyperparameters"] == {"batch": 16, "learning_rate": 2e-4, "loop": "plain"}
        assert asked["probe"] == {"data_url": "data:image/jpeg;base64,/9j/"}
        assert asked["start_from"] == {"training_id": "trn_7", "step": 2000}
        assert run("train", "faces", "--set", "batch").exit_code == 2
        assert "name the step too, trn_7:STEP" in run("train", "faces", "--start-from", "trn_7").stderr

    def test_the_list_tells_dry_runs_from_trainings(self, server: Server) -> None:
        rows = [{**TRAINING, "dry_run": True}, TRAINING, {**TRAINING, "makes": "selector"}]
        server.answers["GET /v1/trainings"] = page(*rows)
        lines = run("trainings", "list").stdout.splitlines()[1:]
        assert [line.split()[:4] for line in lines] == [
            ["trn_1", "faces", "estimate", "succeeded"],
            ["trn_1", "faces", "model", "succeeded"],
            ["trn_1", "faces", "selector", "succeeded"],
        ]

    def test_a_dry_run_says_what_it_would_take(self, server: Server) -> None:
        estimate = {
            "seconds": 3723.4, "steps": 98_000, "decided_by": "steps", "memory_mb": 1250, "gpu_memory_mb": None,
            "disk_mb": 210, "device": "CPU", "queue_position": 2, "measured": True,
        }  # fmt: skip
        server.answers["POST /v1/trainings"] = 202, {**TRAINING, "model": None, "dry_run": True, "estimate": estimate}
        told = run("train", "faces", "--dry-run").stdout
        assert told.startswith("about 1:02:03 (h:mm:ss) and 98,000 steps on CPU; 1,250 MB of memory, 210 MB of disk;")
        assert told.endswith("place 2 in the queue\n")
        assert json.loads(server.bodies["POST /v1/trainings"])["dry_run"] is True
        assert json.loads(run("train", "faces", "--dry-run", "--json").stdout)["estimate"] == estimate


class TestReimage:
    @pytest.fixture(autouse=True)
    def answers(self, server: Server, tmp_path: Path) -> None:
        (tmp_path / "covered.png").write_bytes(PNG)
        server.answers["POST /v1/reimagings"] = 202, REIMAGED
        server.answers["GET /v1/reimagings/rim_1/files/final.png"] = 200, "png"

    def test_files_and_statement_are_given(self, tmp_path: Path) -> None:
        result = run("reimage", "covered.png", "--output", "out")
        assert (tmp_path / "out/final.png").read_bytes() == b"png"
        assert "A plausible face." in result.stdout

    @pytest.mark.parametrize("colour", ["20,150,140", "#14968c"])
    def test_a_colour_may_be_written_in_two_ways(self, server: Server, colour: str) -> None:
        assert json.loads(run("reimage", "covered.png", "--colour", colour, "--json").stdout) == REIMAGED
        assert b'"colours": [[20, 150, 140]]' in server.bodies["POST /v1/reimagings"]

    def test_a_model_may_be_named(self, server: Server) -> None:
        server.answers["GET /v1/models"] = page({"id": "mdl_2", "name": "ours"}, {"id": "mdl_1", "name": "ours"})
        assert run("reimage", "covered.png", "--model", "ours").exit_code == 0
        assert b'"model_id": "mdl_2"' in server.bodies["POST /v1/reimagings"]
        assert "there is no model 'theirs'" in run("reimage", "covered.png", "--model", "theirs").stderr

    def test_the_thesiss_network_may_choose_and_explain(self, server: Server) -> None:
        assert run("reimage", "covered.png", "--selector", "cnn", "--explain", "--json").exit_code == 0
        sent = server.bodies["POST /v1/reimagings"]
        assert b'"selector": "cnn", "explain": true' in sent
        assert run("reimage", "covered.png", "--json").exit_code == 0
        assert b"selector" not in server.bodies["POST /v1/reimagings"]

    def test_what_is_no_colour_is_a_wrong_use(self) -> None:
        result = run("reimage", "covered.png", "--colour", "teal-ish")
        assert result.exit_code == 2
        assert "teal-ish" in result.stderr


class TestModelsAndKeys:
    def test_a_download_brings_every_file(self, server: Server, tmp_path: Path) -> None:
        server.answers["GET /v1/models/mdl_1/versions/latest"] = 200, VERSION
        server.answers["GET /v1/models/mdl_1/versions/2/files/card.json"] = 200, "{}"
        assert run("models", "download", "mdl_1", "out").stdout == "version 2: 1 files in out/\n"
        assert (tmp_path / "out/card.json").read_text() == "{}"

    def test_a_models_card_is_shown(self, server: Server) -> None:
        server.answers["GET /v1/models/mdl_1/versions/latest"] = 200, VERSION
        assert json.loads(run("models", "show", "mdl_1", "--json").stdout) == VERSION
        assert "card.json" in run("models", "show", "mdl_1").stdout  # one that has no card for people
        files = [{"name": "card.md", "bytes": 2}]
        server.answers["GET /v1/models/mdl_1/versions/latest"] = 200, {**VERSION, "files": files}
        server.answers["GET /v1/models/mdl_1/versions/2/files/card.md"] = 200, "# faces\n\n- It copies.\n"
        told = run("models", "show", "mdl_1").stdout
        assert told.startswith("# faces\n\n- It copies.\n")
        assert "mdl_1 version 2; --json shows" in told

    def test_an_alias_leads_to_a_version_and_goes(self, server: Server) -> None:
        server.answers["PUT /v1/models/mdl_1/aliases/best"] = 200, {"id": "mdl_1", "name": "m"}
        server.answers["DELETE /v1/models/mdl_1/aliases/best"] = 204, ""
        assert run("models", "alias", "mdl_1", "best", "2").stdout == "best is version 2 of mdl_1\n"
        assert json.loads(server.bodies["PUT /v1/models/mdl_1/aliases/best"]) == {"version": 2}
        assert run("models", "alias", "mdl_1", "best", "--delete").stdout == "best is gone\n"

    @pytest.mark.parametrize("words", [[], ["2", "--delete"]])
    def test_a_forgotten_number_deletes_no_alias(self, server: Server, words: list[str]) -> None:
        result = run("models", "alias", "mdl_1", "best", *words)
        assert result.exit_code == 2
        assert "--delete" in result.stderr
        assert server.bodies == {}

    def test_a_model_is_renamed_and_tagged(self, server: Server) -> None:
        server.answers["PATCH /v1/models/mdl_1"] = 200, {"id": "mdl_1", "name": "new", "tags": ["a", "b"]}
        result = run("models", "change", "mdl_1", "--name", "new", "--tag", "a", "--tag", "b")
        assert result.stdout == "mdl_1: new #a #b\n"
        assert json.loads(server.bodies["PATCH /v1/models/mdl_1"]) == {"name": "new", "tags": ["a", "b"]}
        run("models", "change", "mdl_1", "--no-tags")
        assert json.loads(server.bodies["PATCH /v1/models/mdl_1"]) == {"tags": []}
        assert run("models", "change", "mdl_1").exit_code == 2

    def test_a_model_becomes_the_services_and_ceases_to_be(self, server: Server) -> None:
        server.answers["PUT /v1/models/mdl_1/default"] = 200, {"id": "mdl_1", "name": "m", "is_default": True}
        server.answers["DELETE /v1/models/mdl_1/default"] = 204, ""
        assert run("models", "default", "mdl_1").stdout == "mdl_1 is the service's default model\n"
        assert run("models", "default", "mdl_1", "--end").stdout == "mdl_1 is the service's default model no more\n"

    def test_a_model_is_shared_with_some_or_with_all(self, server: Server) -> None:
        server.answers["PATCH /v1/models/mdl_1"] = 200, {"id": "mdl_1", "name": "m", "shared_with": ["ten_2"]}
        assert run("models", "share", "mdl_1", "--with", "ten_2").stdout == "mdl_1 is shared with ten_2\n"
        asked = run("models", "share", "mdl_1", "--everyone", "--licence", "MIT", "--download")
        assert asked.stdout == "mdl_1 is shared with everyone\n"
        sent = json.loads(server.bodies["PATCH /v1/models/mdl_1"])
        assert sent == {"visibility": "public", "licence": "MIT", "download": True}
        assert "--everyone" in run("models", "share", "mdl_1").stderr
        assert run("models", "unshare", "mdl_1").stdout == "mdl_1 is yours alone\n"

    def test_a_refused_share_says_what_helps(self, server: Server) -> None:
        server.problem("PATCH /v1/models/mdl_1", 403, "sharing_blocked")
        assert "models show MODEL" in run("models", "share", "mdl_1", "--everyone", "--licence", "MIT").stderr

    def test_a_name_means_ones_own_model_before_anothers(self, server: Server) -> None:
        theirs = {"id": "mdl_2", "name": "ours", "access": "shared"}
        server.answers["GET /v1/models"] = page(theirs, {"id": "mdl_1", "name": "ours", "access": "owner"})
        server.answers["PUT /v1/models/mdl_1/ratings"] = 200, {"id": "rat_1", "stars": 4}
        assert run("models", "rate", "ours", "4").stdout == "rated 4 of 5\n"

    def test_models_are_compared_on_one_photo(self, server: Server, tmp_path: Path) -> None:
        (tmp_path / "covered.png").write_bytes(PNG)
        server.answers["POST /v1/reimagings"] = 202, REIMAGED
        server.answers["GET /v1/reimagings/rim_1/files/final.png"] = 200, "png"
        words = ["covered.png", "mdl_1:2", "mdl_2@best", "--output", "out", "--colour", "20,150,140"]
        assert run("models", "compare", *words).stdout == (
            "out/1/final.png  mdl_1:2\nout/2/final.png  mdl_2@best\n"
            "out/compared.html shows them side by side\nA plausible face.\n"
        )
        assert (tmp_path / "out/2/final.png").read_bytes() == b"png"
        assert json.loads((tmp_path / "out/compared.json").read_text()) == [REIMAGED, REIMAGED]
        sheet = (tmp_path / "out/compared.html").read_text()
        assert sheet.count("data:image/png;base64,cG5n") == 2
        assert "mdl_2@best" in sheet
        assert b'"version": "best"' in server.bodies["POST /v1/reimagings"]

    def test_each_comparison_has_a_folder_of_its_own(self, server: Server, tmp_path: Path) -> None:
        (tmp_path / "covered.png").write_bytes(PNG)
        for first in ("rim_7", "rim_8"):
            server.answers["POST /v1/reimagings"] = 202, {**REIMAGED, "id": first}
            server.answers[f"GET /v1/reimagings/{first}/files/final.png"] = 200, first
            told = run("models", "compare", "covered.png", "mdl_1:2", "--colour", "20,150,140").stdout
            assert f"compared/{first}/1/final.png" in told
        for first in ("rim_7", "rim_8"):
            folder = tmp_path / "compared" / first
            assert (folder / "1/final.png").read_text() == first
            assert json.loads((folder / "compared.json").read_text())[0]["id"] == first
            assert (folder / "compared.html").exists()

    @pytest.mark.parametrize("text", ["mdl_1:best", "mdl_1@best", "ours:best", "ours@best"])
    def test_a_version_is_named_with_its_model(self, server: Server, text: str) -> None:
        server.answers["GET /v1/models"] = page({"id": "mdl_1", "name": "ours"})
        server.answers["GET /v1/models/mdl_1/versions/best"] = 200, VERSION
        assert json.loads(run("models", "show", text, "--json").stdout) == VERSION
        server.answers["GET /v1/models/mdl_1/versions/3"] = 200, {**VERSION, "version": 3}
        assert json.loads(run("models", "show", text, "--version", "3", "--json").stdout)["version"] == 3

    def test_a_name_with_a_colon_is_a_name(self, server: Server) -> None:
        server.answers["GET /v1/models"] = page({"id": "mdl_1", "name": "ours:old"})
        server.answers["GET /v1/models/mdl_1/versions/latest"] = 200, VERSION
        assert run("models", "show", "ours:old", "--json").exit_code == 0

    def test_a_dataset_is_deleted_by_its_name(self, server: Server) -> None:
        server.answers["GET /v1/datasets"] = page(DATASET)
        server.answers["DELETE /v1/datasets/ds_1"] = 204, ""
        assert run("datasets", "delete", "faces [bold]").stdout == "faces [bold] (ds_1) is deleted\n"
        assert json.loads(run("datasets", "delete", "faces [bold]", "--force", "--json").stdout)["deleted"]

    def test_one_version_of_a_model_is_deleted(self, server: Server) -> None:
        server.answers["DELETE /v1/models/mdl_1/versions/2"] = 204, ""
        assert run("models", "delete-version", "mdl_1", "2").stdout == "version 2 of mdl_1 is deleted\n"

    def test_reimagings_are_listed_and_deleted(self, server: Server) -> None:
        server.answers["GET /v1/reimagings"] = page(REIMAGED)
        server.answers["DELETE /v1/reimagings/rim_1"] = 204, ""
        assert "rim_1" in run("reimagings", "list").stdout
        assert run("reimagings", "delete", "rim_1").stdout == "rim_1 is deleted\n"

    def test_trainings_are_listed_and_deleted(self, server: Server) -> None:
        server.answers["GET /v1/trainings"] = page({"id": "trn_1", "name": "t", "status": "succeeded"})
        server.answers["DELETE /v1/trainings/trn_1"] = 204, ""
        assert "trn_1" in run("trainings", "list").stdout
        assert run("trainings", "delete", "trn_1").stdout == "trn_1 is deleted\n"

    def test_a_selector_is_shown_with_what_makes_it_stale(self, server: Server) -> None:
        server.answers["GET /v1/selectors/current"] = 200, {
            "id": "sel_1", "models": [], "report": {"accuracy": 0.97, "models": {}}, "stale_because": ["A has come."],
        }  # fmt: skip
        text = run("selectors", "show").stdout
        assert "sel_1: 97.0% of the test faces are right\n" in text
        assert text.endswith("stale: A has come.\n")

    @pytest.mark.parametrize("more", [(), ("--weights",)])
    def test_a_selectors_pictures_are_downloaded(self, server: Server, tmp_path: Path, more: tuple[str, ...]) -> None:
        names = ["curves.png", *(["weights.safetensors"] if more else [])]
        files = [{"name": name} for name in ("curves.png", "weights.safetensors")]
        server.answers["GET /v1/selectors/current"] = 200, {"id": "sel_1", "files": files}
        for name in names:
            server.answers[f"GET /v1/selectors/sel_1/files/{name}"] = 200, "bytes"
        run("selectors", "download", "--output", str(tmp_path / "new"), *more)
        assert sorted(path.name for path in (tmp_path / "new").iterdir()) == names

    def test_a_selector_is_ordered(self, server: Server) -> None:
        training = {"id": "trn_1", "status": "queued", "warnings": [], "makes": "selector"}
        server.answers["POST /v1/trainings"] = 202, training
        assert run("selectors", "train", "--no-wait", "--seed", "3").stdout == "trn_1: queued\n"
        asked = json.loads(server.bodies["POST /v1/trainings"])
        assert asked == {"kind": "selector", "seed": 3, "notify": {"email": False}}

    def test_a_new_key_alone_is_on_the_output(self, server: Server) -> None:
        server.answers["POST /v1/api-keys"] = 201, {"id": "key_1", "name": "a", "key": "mk_secret"}
        assert run("keys", "new", "a", "--scope", "models:read", "--days", "3").stdout == "mk_secret\n"
        asked = json.loads(server.bodies["POST /v1/api-keys"])
        assert asked == {"name": "a", "scopes": ["models:read"], "days": 3}

    def test_a_key_can_be_revoked(self, server: Server) -> None:
        server.answers["DELETE /v1/api-keys/key_1"] = 204, ""
        assert run("keys", "revoke", "key_1").stdout == "revoked\n"


class TestHelp:
    @pytest.mark.parametrize("words", [[], ["batches"], ["models"], ["reimagings"]])
    def test_lists_commands_by_whole_sentences(self, words: list[str]) -> None:
        told = run(*words, "--help").stdout
        listed = " ".join(told.partition("Commands:")[2].split())
        assert listed
        assert "..." not in listed
        assert words or "Ctrl-C: databases, API, and workers, without Docker." in listed

    def test_every_command_explains_itself(self) -> None:
        commands = [
            [command.name or command.callback.__name__] for command in app.registered_commands if command.callback
        ]
        for group in app.registered_groups:
            assert group.typer_instance
            commands += [[str(group.name), str(command.name)] for command in group.typer_instance.registered_commands]
        assert len(commands) >= 18
        for words in commands:
            result = run(*words, "--help")
            assert result.exit_code == 0
            assert words in (["up"], ["login-link"], ["demo"]) or "--json" in result.stdout, words

    def test_the_shell_can_complete(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION", "1")  # whatever has started this process
        script = run("--show-completion", "bash")
        assert script.exit_code == 0
        assert "complete" in script.stdout
