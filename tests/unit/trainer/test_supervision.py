"""How a training's process ends decides what becomes of the job. The processes are real, the database is not."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pymongo.errors import AutoReconnect
from tests.unit.trainer.fakes import FakeHeld, held_in, is_alive, make_version, port_of, script

from maskeraid_core.held import CancelAsked, Crash, HandBack, LeaseLost, PauseHonoured
from maskeraid_core.repositories.claims import Wishes
from maskeraid_trainer import child
from maskeraid_trainer.settings import TrainerSettings
from maskeraid_trainer.supervision import MemoryRanOut, Refused, supervise

WAIT_SECONDS = 20.0


@pytest.fixture
def held(tmp_path: Path) -> Iterator[FakeHeld]:
    with held_in(tmp_path) as held:
        yield held


@pytest.fixture
def is_leaving() -> threading.Event:
    return threading.Event()


def run(held: FakeHeld, body: str, is_leaving: threading.Event | None = None, **settings: float) -> None:
    supervise(
        held, port_of(held), is_leaving or threading.Event(), TrainerSettings.model_validate(settings), script(body)
    )


class Meanwhile:
    """Does something to a job as soon as its process has reported a phase; remembers the process id it said."""

    def __init__(self, held: FakeHeld, then: object) -> None:
        self.pid = 0
        self._tell, self._then = held.tell, then
        held.tell = self.tell  # type: ignore[method-assign]

    def tell(self, event_type: str, data: dict[str, object]) -> None:
        self._tell(event_type, data)
        if event_type == "job.phase":
            self.pid = int(str(data["phase"]))
            self._then()  # type: ignore[operator]


def wait_for_end(pid: int) -> None:
    """Of a process that is no child of ours: it may take a moment."""
    until = time.monotonic() + WAIT_SECONDS
    while is_alive(pid):
        assert time.monotonic() < until, pid
        time.sleep(0.01)


CHECKPOINT_THEN_LEAVE = """
    entry = {'key': 'k', 'sha256': '0', 'step': 7, 'fence': 1, 'created_at': '2026-11-23T09:00:00Z'}
    def leave(*_):
        say(type='checkpoint', entry=entry)
        os._exit(75)
    signal.signal(signal.SIGTERM, leave)
    say(type='phase', phase=str(os.getpid()))
    time.sleep(60)
"""
PHASE_THEN_SLEEP = "say(type='phase', phase=str(os.getpid())); time.sleep(60)"


class TestOutcome:
    def test_a_version_is_published_by_success_alone(self, held: FakeHeld) -> None:
        version = make_version(digest="sha256:6b86")
        run(
            held,
            f"say(type='outcome', version=json.loads({version.model_dump_json(by_alias=True)!r}), stopped_early=False)",
        )
        assert held.result == {"model_id": "mdl_1", "version": 1, "digest": "sha256:6b86"}
        (effect,) = held.effects
        assert (effect.type, effect.data["_id"], effect.data["created_at"]) == (
            "publish_model", "mdl_1:1", version.created_at,
        )  # fmt: skip

    def test_what_needs_attention_is_in_the_result(self, held: FakeHeld) -> None:
        flags = [{"code": "collapse", "message": "It repeats itself."}]
        card = {"flags": flags, "memorisation": {"verdict": "cannot_tell", "reason": "so"}}
        version = make_version(card=card).model_dump_json(by_alias=True)
        run(held, f"say(type='outcome', version=json.loads({version!r}), stopped_early=False)")
        assert held.result is not None
        assert (held.result["flags"], held.result["memorisation"]) == (flags, "cannot_tell")

    def test_a_further_version_has_no_number_yet(self, held: FakeHeld) -> None:
        version = make_version(id="mdl_1:0", version=0).model_dump_json(by_alias=True)
        run(held, f"say(type='outcome', version=json.loads({version!r}), stopped_early=False)")
        assert held.result == {"model_id": "mdl_1", "digest": "sha256:0"}

    def test_an_error_of_the_domain_keeps_its_code(self, held: FakeHeld) -> None:
        with pytest.raises(Refused) as caught:
            run(held, "say(type='outcome', error={'code': 'too_few_images', 'message': 'no', 'facts': {'found': 3}})")
        assert (caught.value.code, caught.value.facts, str(caught.value)) == ("too_few_images", {"found": 3}, "no")
        assert held.effects == []

    @pytest.mark.parametrize("multi_worker", [False, True])
    def test_hosts_that_nobody_starts_are_not_waited_for(
        self, held: FakeHeld, monkeypatch: pytest.MonkeyPatch, multi_worker: bool
    ) -> None:
        monkeypatch.setenv("TF_CONFIG", "{}")
        with pytest.raises(Crash):
            run(held, "say(type='phase', phase=os.environ.get('TF_CONFIG', 'none'))", multi_worker=multi_worker)
        assert ("job.phase", {"phase": "{}" if multi_worker else "none"}) in held.told

    def test_an_outcome_before_a_bad_exit_does_not_count(self, held: FakeHeld) -> None:
        version = make_version().model_dump_json(by_alias=True)
        with pytest.raises(Crash):
            run(held, f"say(type='outcome', version=json.loads({version!r}), stopped_early=False); sys.exit(3)")
        assert held.result is None


class TestCrash:
    def test_a_silent_exit(self, held: FakeHeld) -> None:
        with pytest.raises(Crash, match="exit 0"):
            run(held, "pass")

    def test_a_signal(self, held: FakeHeld) -> None:
        with pytest.raises(Crash, match="SIGKILL"):
            run(held, "os.kill(os.getpid(), signal.SIGKILL)")

    def test_the_last_fifty_lines_are_kept(self, held: FakeHeld) -> None:
        with pytest.raises(Crash) as caught:
            run(held, "for n in range(60): print('line', n, file=sys.stderr)\nsys.exit(1)")
        assert (str(caught.value), caught.value.facts["how"]) == ("exit 1", "exit 1")
        assert caught.value.facts["log"] == [f"line {n}" for n in range(10, 60)]

    def test_a_report_that_was_cut_off_does_not_count_and_last_words_do(self, held: FakeHeld) -> None:
        with pytest.raises(Crash) as caught:
            run(held, "os.write(1, b'{\"type\": \"ou'); os.write(2, b'no more'); os.kill(os.getpid(), 9)")
        assert caught.value.facts["how"] == "SIGKILL (Killed)"
        assert caught.value.facts["log"] == ["no more"]

    def test_a_faulty_library_leaves_its_stack(self, held: FakeHeld) -> None:
        with pytest.raises(Crash, match="SIGSEGV") as caught:
            run(held, "import faulthandler; faulthandler._sigsegv()")
        assert "most recent call first" in "".join(caught.value.facts["log"])  # type: ignore[arg-type]

    def test_a_process_that_hangs_is_killed(self, held: FakeHeld) -> None:
        watch = Meanwhile(held, lambda: None)
        with pytest.raises(Crash, match="silence"):
            run(held, PHASE_THEN_SLEEP, child_silence_seconds=0.4)
        assert not is_alive(watch.pid)

    def test_a_process_that_says_that_it_lives_is_not(self, held: FakeHeld) -> None:
        with pytest.raises(Crash, match="exit 0"):
            run(held, "for _ in range(8): say(type='alive'); time.sleep(0.2)", child_silence_seconds=1)


class TestWantOfMemory:
    @pytest.mark.parametrize(
        "end",
        [
            "sys.exit(71)",
            "import resource; resource.setrlimit(resource.RLIMIT_AS, (2**29, 2**29)); bytearray(2**40)",
            'os.write(2, b"what():  std::bad_alloc\\n"); os.abort()',
        ],
    )
    def test_is_told_apart(self, held: FakeHeld, end: str) -> None:
        with pytest.raises(MemoryRanOut, match=r"It had 0\.\d GiB") as caught:
            run(held, f"say(type='alive'); time.sleep(0.05); {end}")
        assert caught.value.facts["how"] in ("exit 71", "exit 1", "SIGABRT (Aborted)")

    def test_says_how_much_was_wanted_where_that_is_known(self, held: FakeHeld) -> None:
        says = "ArrayMemoryError: Unable to allocate 12.5 GiB for an array with shape (4, 5)"
        with pytest.raises(MemoryRanOut) as caught:
            run(held, f"os.write(2, b'{says}'); sys.exit(71)")
        assert caught.value.facts["wanted_bytes"] == 12.5 * 2**30

    def test_a_kill_by_the_kernel_counts(self, held: FakeHeld, monkeypatch: pytest.MonkeyPatch) -> None:
        kills = iter((3, 4))
        monkeypatch.setattr(child, "kernel_kills", lambda: next(kills))
        with pytest.raises(MemoryRanOut):
            run(held, "os.kill(os.getpid(), signal.SIGKILL)")


class TestWishes:
    def test_cancel_kills_the_whole_group_at_once(self, held: FakeHeld) -> None:
        body = """
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            other = os.fork()
            if other:
                say(type='phase', phase=str(other))
            time.sleep(60)
        """
        watch = Meanwhile(held, lambda: held.learn(Wishes(cancel=True, pause=False, stop=False)))
        with pytest.raises(CancelAsked):
            run(held, body)
        wait_for_end(watch.pid)

    def test_to_stop_is_said_to_be_heard_once_while_it_cannot_take_effect(self, held: FakeHeld) -> None:
        body = """
            signal.signal(signal.SIGUSR1, lambda *_: None)
            say(type='phase', phase=str(os.getpid()))
            time.sleep(2)
            say(type='outcome', estimate={})
        """
        Meanwhile(held, lambda: held.learn(Wishes(cancel=False, pause=False, stop=True)))
        run(held, body)
        (heard,) = [data for event, data in held.told if event == "job.log"]
        assert heard["stop_requested"] is True
        assert heard["detail"].startswith("To stop was asked for")

    def test_a_lost_lease_ends_it_too(self, held: FakeHeld) -> None:
        watch = Meanwhile(held, lambda: held.learn(None))
        with pytest.raises(LeaseLost):
            run(held, PHASE_THEN_SLEEP)
        assert not is_alive(watch.pid)

    def test_a_lease_that_runs_out_while_the_database_is_away_ends_it(
        self, held: FakeHeld, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def away(**_: object) -> None:
            raise AutoReconnect

        monkeypatch.setattr(held, "_note", away)
        held.good_until = time.monotonic() + 0.5
        ticks = "\n".join(
            ("for n in range(600):", "    say(type='phase', phase=str(os.getpid()))", "    time.sleep(0.1)")
        )
        with pytest.raises(LeaseLost):
            run(held, ticks)

    def test_a_lease_that_runs_out_while_the_database_stands_still_ends_it(
        self, held: FakeHeld, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def stand_still(**facts: object) -> None:
            wait_for_end(int(str(facts["phase"])))

        monkeypatch.setattr(held, "_note", stand_still)
        held.good_until = time.monotonic() + 0.5
        with pytest.raises(LeaseLost):
            run(held, PHASE_THEN_SLEEP)

    def test_pause_takes_a_checkpoint(self, held: FakeHeld) -> None:
        Meanwhile(held, lambda: held.learn(Wishes(cancel=False, pause=True, stop=False)))
        with pytest.raises(PauseHonoured):
            run(held, CHECKPOINT_THEN_LEAVE)
        assert ("job.checkpoint", {"step": 7}) in held.told

    def test_a_pause_that_is_taken_back_too_late_goes_back_to_the_queue(self, held: FakeHeld) -> None:
        Meanwhile(held, lambda: held.learn(Wishes(cancel=False, pause=True, stop=False)))
        body = CHECKPOINT_THEN_LEAVE.replace("os._exit", "time.sleep(0.5); os._exit")
        taken_back = threading.Timer(0.3, lambda: held.learn(Wishes(cancel=False, pause=False, stop=False)))
        taken_back.start()
        with pytest.raises(HandBack):
            run(held, body)
        taken_back.join()

    def test_stop_ends_the_steps_and_the_model_is_kept(self, held: FakeHeld) -> None:
        version = make_version().model_dump_json(by_alias=True)
        body = f"""
            def finish(*_):
                say(type='outcome', version=json.loads({version!r}), stopped_early=True)
                os._exit(0)
            signal.signal(signal.SIGUSR1, finish)
            say(type='phase', phase=str(os.getpid()))
            time.sleep(60)
        """
        Meanwhile(held, lambda: held.learn(Wishes(cancel=False, pause=True, stop=True)))  # stop beats pause
        run(held, body)
        assert held.result is not None
        assert held.result["stopped_early"]

    def test_a_stop_waits_until_it_can_be_heard(self, held: FakeHeld) -> None:
        held.learn(Wishes(cancel=False, pause=False, stop=True))
        with pytest.raises(Crash, match="SIGUSR1") as caught:  # it has no ear, but has spoken before it is asked
            run(held, "time.sleep(0.4); os.write(2, b'awake'); say(type='alive'); time.sleep(60)")
        assert caught.value.facts["log"] == ["awake"]


class TestLeaving:
    def test_a_checkpoint_is_taken_and_the_job_handed_back(self, held: FakeHeld, is_leaving: threading.Event) -> None:
        Meanwhile(held, is_leaving.set)
        with pytest.raises(HandBack):
            run(held, CHECKPOINT_THEN_LEAVE, is_leaving)
        assert ("job.checkpoint", {"step": 7}) in held.told

    def test_one_that_does_not_end_in_time_is_killed(self, held: FakeHeld, is_leaving: threading.Event) -> None:
        watch = Meanwhile(held, is_leaving.set)
        with pytest.raises(HandBack):
            run(
                held, f"signal.signal(signal.SIGTERM, signal.SIG_IGN); {PHASE_THEN_SLEEP}",
                is_leaving, child_grace_seconds=0.3,
            )  # fmt: skip
        assert not is_alive(watch.pid)

    def test_a_training_that_ends_meanwhile_succeeds(self, held: FakeHeld, is_leaving: threading.Event) -> None:
        version = make_version().model_dump_json(by_alias=True)
        body = f"""
            def end(*_):
                say(type='outcome', version=json.loads({version!r}), stopped_early=False)
                os._exit(0)
            signal.signal(signal.SIGTERM, end)
            say(type='phase', phase=str(os.getpid()))
            time.sleep(60)
        """
        Meanwhile(held, is_leaving.set)
        run(held, body, is_leaving)
        assert held.result is not None
