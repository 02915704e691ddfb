"""What keeps a stack from starting, said before anything runs; ports; and what a start prints."""

import fcntl
import re
import shlex
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from maskeraid_core.settings import read_settings
from maskeraid_local import commands, log_file
from maskeraid_local import stack as stack_module
from maskeraid_local.commands import RECIPE, demo, login_link, up, welcome
from maskeraid_local.demo import OutputInUse, make_empty
from maskeraid_local.invocation import up_command
from maskeraid_local.ports import LOOPBACK, answers, free_port, wait_for_port
from maskeraid_local.process import ManagedProcess
from maskeraid_local.redis_server import without_stories
from maskeraid_local.running import FolderInUse, NothingRuns, Running, claim, read_running, write_running
from maskeraid_local.settings import SETTING, LocalSettings
from maskeraid_local.stack import Stack, StackError, StackOptions

README = Path(__file__).parents[3] / "README.md"
LINK = "http://127.0.0.1:8123/sign-in#link=once"


@pytest.fixture
def as_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody's make has started us."""
    monkeypatch.delenv("MAKELEVEL", raising=False)


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server((LOOPBACK, 0)) as server:
        yield server.getsockname()[1]


class TestPorts:
    def test_a_free_port_can_be_listened_on(self) -> None:
        port = free_port()
        assert not answers(port)
        with socket.create_server((LOOPBACK, port)):
            assert answers(port)
            assert wait_for_port(port, 5)

    def test_waiting_has_an_end(self) -> None:
        assert not wait_for_port(free_port(), 0.1)


class TestRefusals:
    def test_a_taken_port_names_the_option(self, tmp_path: Path, taken_port: int) -> None:
        stack = Stack(StackOptions(tmp_path / "data", taken_port))
        with pytest.raises(StackError, match=rf"port {taken_port} is taken .*--port"), stack:
            pytest.fail("it started")
        assert not any(process.is_running for process in stack.processes.values())

    def test_a_folder_in_use_names_the_option(self, tmp_path: Path) -> None:
        with (tmp_path / "lock").open("w") as other:
            fcntl.flock(other, fcntl.LOCK_SH)  # even the weakest claim
            with pytest.raises(StackError, match=r"another stack runs on .*--data"), Stack(StackOptions(tmp_path)):
                pytest.fail("it started")

    def test_a_refused_start_leaves_the_folder_free(self, tmp_path: Path, taken_port: int) -> None:
        for _ in range(2):
            with pytest.raises(StackError, match="--port"), Stack(StackOptions(tmp_path, taken_port)):
                pytest.fail("it started")

    def test_the_command_says_it_in_one_line(
        self, tmp_path: Path, taken_port: int, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert up(tmp_path, taken_port) == 1
        assert re.fullmatch(r"error: port \d+ is taken [^\n]+\n", capsys.readouterr().err)


class TestInvocation:
    def test_only_what_was_chosen_is_repeated(self, as_typed: None) -> None:
        assert up_command(Path(".maskeraid").resolve(), 8000, "--new-key") == "`.venv/bin/maskeraid up --new-key`"
        assert up_command("FOLDER", 8000) == "`.venv/bin/maskeraid up --data FOLDER`"

    def test_who_came_by_make_is_sent_to_make(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("MAKELEVEL", "1")
        command = up_command("my data", 8001).strip("`")
        assert shlex.split(command)[:2] == ["make", "up"]
        assert shlex.split(shlex.split(command)[2].removeprefix("ARGS=")) == ["--data", "my data", "--port", "8001"]


class TestRunning:
    def test_is_found_by_its_folder_as_long_as_it_runs(self, tmp_path: Path) -> None:
        running = Running(url="http://127.0.0.1:8123", mongodb_url="mongodb://127.0.0.1:1/")
        with claim(tmp_path) as claimed:
            with pytest.raises(NothingRuns):
                read_running(tmp_path)  # it only starts
            write_running(claimed, running)
            assert read_running(tmp_path) == running
            with pytest.raises(FolderInUse):
                claim(tmp_path)
            assert read_running(tmp_path) == running
        with pytest.raises(NothingRuns):
            read_running(tmp_path)

    def test_of_none_it_is_said_how_to_start_one(
        self, as_typed: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert login_link(tmp_path) == 1
        assert f"`.venv/bin/maskeraid up --data {tmp_path}`" in capsys.readouterr().err


class TestStart:
    class Never(ManagedProcess):
        is_running = True
        exit_code = None

    def test_what_takes_long_is_told_and_what_takes_too_long_names_its_log(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        told: list[tuple[str, str]] = []
        monkeypatch.setattr(stack_module, "TOLD_AFTER_SECONDS", 0.0)
        stack = Stack(StackOptions(tmp_path, read_line=lambda *line: told.append(line), start_seconds=0.25))
        log = tmp_path / "services.log"
        with pytest.raises(StackError, match=rf"^mongodb: not ready after .*{log}.*MASKERAID_START_SECONDS"):
            stack._wait(lambda: "mongodb", [self.Never("mongodb", [])])
        assert told == [("stack", "starting mongodb …")]
        assert log.read_text().endswith("stack     │ starting mongodb …\n")
        assert log.stat().st_mode & 0o777 == 0o600

    def test_one_that_ends_names_its_log_too(self, tmp_path: Path) -> None:
        stack = Stack(StackOptions(tmp_path, log=tmp_path / "demo.log"))
        process = ManagedProcess("mongodb", [])
        with pytest.raises(StackError, match=r"^mongodb ended .*demo\.log says why$"):
            stack._wait(lambda: "mongodb", [process])

    def test_how_long_it_may_take_can_be_set(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(SETTING, "600")
        assert read_settings(LocalSettings).start_seconds == 600

    def test_a_log_that_has_grown_begins_anew(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(log_file, "MOST_BYTES", 10)
        log = log_file.LogFile(tmp_path / "services.log", lambda *_: None)
        for line in ("one", "two"):
            log("redis", line)
        assert (tmp_path / "services.old.log").read_text().endswith("one\n")
        assert (tmp_path / "services.log").read_text().endswith("two\n")


class TestLog:
    def test_redis_tells_what_matters_in_one_line(self) -> None:
        told: list[tuple[str, str]] = []
        read = without_stories(lambda name, line: told.append((name, line)))
        for line in (
            "8135:C 23 Nov 2026 21:39:37.569 # oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo",
            "8135:M 23 Nov 2026 21:39:37.570 # WARNING Memory overcommit must be enabled! Without it, …",
            "8135:signal-handler (1795470091) Received SIGTERM scheduling shutdown...",
            "8135:M 23 Nov 2026 21:41:31.528 # MISCONF Errors writing to the AOF file: No space left on device",
            "Segmentation fault",
        ):
            read("redis", line)
        assert told == [
            ("redis", "21:41:31 MISCONF Errors writing to the AOF file: No space left on device"),
            ("redis", "Segmentation fault"),
        ]


class TestInterrupts:
    def test_a_demo_that_was_interrupted_has_not_succeeded(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        def interrupted(_: Path) -> int:
            raise KeyboardInterrupt

        monkeypatch.setattr(commands, "run_demo", interrupted)
        assert demo(tmp_path) == 130


class TestFolders:
    def test_nobody_else_may_read_the_data(self, tmp_path: Path, taken_port: int) -> None:
        with pytest.raises(StackError), Stack(StackOptions(tmp_path, taken_port)):
            pytest.fail("it started")
        modes = {folder.name: folder.stat().st_mode & 0o777 for folder in tmp_path.iterdir() if folder.is_dir()}
        assert set(modes) == {"redis", "mongodb", "blobs", "scratch", "outbox"}
        assert set(modes.values()) == {0o700}

    def test_the_demo_clears_only_what_a_demo_wrote(self, tmp_path: Path) -> None:
        output = tmp_path / "output"
        make_empty(output)
        make_empty(output)
        (output / "stack.log").touch()
        (output / "old.png").touch()
        make_empty(output)
        assert list(output.iterdir()) == []

    def test_files_of_others_are_not_touched(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        (tmp_path / "thesis.docx").write_text("years of work")
        with pytest.raises(OutputInUse, match="--output"):
            make_empty(tmp_path)
        assert demo(tmp_path) == 1
        assert "--output" in capsys.readouterr().err
        assert (tmp_path / "thesis.docx").read_text() == "years of work"


class TestWelcome:
    def test_the_first_thing_is_a_link_for_the_browser(self, as_typed: None, tmp_path: Path) -> None:
        text = welcome(Stack(StackOptions(tmp_path, 8123)), "mk_shown_once", LINK)
        assert re.findall(r"http\S+", text)[0] == LINK
        assert f"`.venv/bin/maskeraid login-link --data {tmp_path}`" in text

    def test_a_new_key_is_shown_with_the_recipe_for_this_port(self, tmp_path: Path) -> None:
        text = welcome(Stack(StackOptions(tmp_path, 8123)), "mk_shown_once", LINK)
        assert "export MASKERAID_KEY=mk_shown_once" in text
        assert "U=http://127.0.0.1:8123/v1" in text
        assert "8000" not in text
        assert "export MASKERAID_URL=http://127.0.0.1:8123" in text

    def test_of_the_usual_port_nothing_need_be_told(self, tmp_path: Path) -> None:
        assert "MASKERAID_URL" not in welcome(Stack(StackOptions(tmp_path, 8000)), "mk_shown_once", LINK)

    def test_later_the_way_to_another_key_of_the_same_stack_is_named(self, as_typed: None, tmp_path: Path) -> None:
        text = welcome(Stack(StackOptions(tmp_path, 8123)), None, LINK)
        assert f"`.venv/bin/maskeraid up --data {tmp_path} --port 8123 --new-key`" in text

    def test_the_recipe_is_that_of_the_web_app(self) -> None:
        assert (README.parent / "services/web/src/texts/recipe.txt").read_text() == RECIPE.read_text()

    def test_the_recipe_is_that_of_the_front_page(self) -> None:
        blocks = re.findall(r"```bash\n(.*?)```", README.read_text(), re.DOTALL)
        assert RECIPE.read_text().strip() in [block.strip() for block in blocks]
