"""What a training shows through its windows is reported and kept."""

import math
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from tests.factories import make_job
from tests.unit.trainer.fakes import HeardReports, held_in, port_of

from maskeraid_core.jobs import OPTIMISER, STATE, WEIGHTS, CheckpointEntry, Job, JobKind
from maskeraid_core.portal import PortalStores
from maskeraid_faces.drawn import draw_faces
from maskeraid_faces.errors import BadModelFile
from maskeraid_faces.training.progress import Plan
from maskeraid_faces.training.settings import MOST_STEPS, Checkpoint
from maskeraid_trainer.asked import Asked, Leaving
from maskeraid_trainer.child import LEFT
from maskeraid_trainer.recording import Recording
from maskeraid_trainer.run import resume

EXAMPLES = int(os.environ.get("MASKERAID_TEST_EXAMPLES", "500"))
ARRAYS = {"now/generator/output.bias": np.ones(3, np.float32)}
HARMS: dict[str, Callable[[bytes, int], bytes]] = {
    "truncate": lambda whole, at: whole[:at],
    "zero": lambda whole, at: whole[:at] + bytes(len(whole) - at),
    "flip": lambda whole, at: whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :],
}


@pytest.fixture
def port(tmp_path: Path) -> Iterator[PortalStores]:
    with held_in(tmp_path) as held:
        yield port_of(held)


@pytest.fixture
def reports() -> HeardReports:
    return HeardReports()


@pytest.fixture
def job() -> Job:
    return make_job(JobKind.TRAINING, fence=1, spec={"software": "0.1.0"})


def recording(
    job: Job, port: PortalStores, reports: HeardReports, asked: Asked | None = None, **plan: float
) -> Recording:
    return Recording(job, port, reports, Plan(**{"steps": 100, **plan}), asked or Asked())  # type: ignore[arg-type]


class FakeRun:
    """Stands for the training: remembers from which arrays it went on, and refuses those of other networks."""

    def __init__(self) -> None:
        self.resumed_from: list[Checkpoint | None] = []

    def __call__(self, resume: Checkpoint | None = None) -> None:
        if resume is not None and "now/other" in resume:
            raise BadModelFile
        self.resumed_from.append(resume)


class TestProgress:
    def test_counts_steps_when_their_number_is_fixed(self, job: Job, port: PortalStores, reports: HeardReports) -> None:
        recording(job, port, reports).watch(60).progress(7, 1.5, {"loss_g": 0.5})
        assert reports.lines == [
            {"type": "progress", "current": 7, "total": 100, "unit": "step"},
            {"type": "metric", "point": {"step": 7, "seconds": 1.5, "loss_g": 0.5}},
        ]

    @pytest.mark.parametrize(("most", "total"), [(60.0, 60.0), (math.inf, None)])
    def test_counts_seconds_when_quality_decides(
        self, job: Job, port: PortalStores, reports: HeardReports, most: float, total: float | None
    ) -> None:
        recording(job, port, reports, steps=MOST_STEPS, max_seconds=most).watch(60).progress(7, 1.5, {})
        assert reports.lines[0] == {"type": "progress", "current": 1.5, "total": total, "unit": "second"}

    def test_never_says_more_than_its_total(self, job: Job, port: PortalStores, reports: HeardReports) -> None:
        recording(job, port, reports, steps=MOST_STEPS, max_seconds=120.0).watch(60).progress(7, 803.5, {})
        assert reports.lines[0]["current"] == 120.0

    def test_phases_of_the_loop_are_told(self, job: Job, port: PortalStores, reports: HeardReports) -> None:
        recording(job, port, reports).watch(60).phase("compiling")
        assert reports.lines == [{"type": "phase", "phase": "compiling"}]

    def test_a_figure_that_is_not_finite_is_left_out(self, job: Job, port: PortalStores, reports: HeardReports) -> None:
        recording(job, port, reports).watch(60).progress(7, 1.5, {"kid": math.nan})
        assert "kid" not in reports.lines[1]["point"]


class TestCheckpoints:
    def test_one_comes_back_with_the_sheets_so_far(self, job: Job, port: PortalStores, reports: HeardReports) -> None:
        first = recording(job, port, reports)
        first.watch(60).samples(1, draw_faces("faces-light").images[:4])
        first.watch(60).checkpoint(40, ARRAYS)
        entry = CheckpointEntry.model_validate(reports.lines[-1]["entry"])
        again = recording(job, port, reports)
        run = FakeRun()
        resume(run, job.model_copy(update={"checkpoints": [entry]}), port, reports, again)  # type: ignore[arg-type]
        assert [arrays.keys() for arrays in run.resumed_from if arrays] == [ARRAYS.keys()]
        assert again.sheets == first.sheets

    def test_what_was_said_before_it_is_not_said_again(
        self, job: Job, port: PortalStores, reports: HeardReports
    ) -> None:
        first = recording(job, port, reports)
        first.warn("begins_afresh", "…")
        first.attend("collapse", "…")
        first.watch(60).checkpoint(40, ARRAYS)
        entry = CheckpointEntry.model_validate(reports.lines.pop()["entry"])
        reports.lines.clear()
        again = recording(job, port, reports)
        resume(FakeRun(), job.model_copy(update={"checkpoints": [entry]}), port, reports, again)  # type: ignore[arg-type]
        again.warn("begins_afresh", "…")
        for code in ("collapse", "no_progress"):
            again.attend(code, "…")
        assert [line["code"] for line in reports.lines] == ["no_progress"]

    def test_what_it_names_is_not_written_again(self, job: Job, port: PortalStores, reports: HeardReports) -> None:
        again = recording(job, port, reports)
        again.recall(40, [])
        again.watch(60).checkpoint(40, ARRAYS)
        assert reports.lines == []


class TestResuming:
    """The newest checkpoint that is whole and fits; each other one is a warning."""

    @pytest.fixture
    def resumed(self, job: Job, port: PortalStores, reports: HeardReports) -> Job:
        """A job with checkpoints of steps 80 and 40."""
        first = recording(job, port, reports)
        for step in (40, 80):
            first.watch(60).checkpoint(step, {"step": np.array(step), "now/average/bias": np.full(5, 0.5, np.float32)})
        older, newer = (CheckpointEntry.model_validate(line["entry"]) for line in reports.lines)
        reports.lines.clear()
        return job.model_copy(update={"checkpoints": [newer, older]})

    def step_of(self, job: Job, port: PortalStores, reports: HeardReports) -> int | None:
        """The step that the training goes on from."""
        run = FakeRun()
        resume(run, job, port, reports, recording(job, port, reports))  # type: ignore[arg-type]
        (arrays,) = run.resumed_from
        return int(arrays["step"]) if arrays else None

    @pytest.mark.row("R10", "the newest checkpoint torn 50 times (1,000): it falls back, and never loads a bad one")
    @settings(max_examples=EXAMPLES // 10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        name=st.sampled_from([WEIGHTS, OPTIMISER, STATE]),
        harm=st.sampled_from(["truncate", "zero", "flip"]),
        place=st.floats(0, 1, exclude_max=True),
    )
    def test_torn_bytes_are_never_loaded(
        self, resumed: Job, port: PortalStores, reports: HeardReports, name: str, harm: str, place: float
    ) -> None:
        key, blobs = f"{resumed.checkpoints[0].key}/{name}", port.stores.blobs
        whole = port.call(blobs.get, key)
        torn = HARMS[harm](whole, int(place * len(whole)))
        assume(torn != whole)
        port.call(blobs.put, key, torn)
        assert self.step_of(resumed, port, reports) == 40
        assert reports.lines.pop()["code"] == "broken_checkpoint"
        port.call(blobs.put, key, whole)
        assert self.step_of(resumed, port, reports) == 80

    def test_two_broken_ones_are_a_start_from_the_beginning(
        self, resumed: Job, port: PortalStores, reports: HeardReports
    ) -> None:
        for entry in resumed.checkpoints:
            port.call(port.stores.blobs.put, f"{entry.key}/{WEIGHTS}", b"torn")
        assert self.step_of(resumed, port, reports) is None
        assert [line["detail"].rpartition("; ")[2] for line in reports.lines] == [
            "the one of step 40 is used.", "the training starts anew.",
        ]  # fmt: skip

    def test_one_of_other_networks_gives_way_too(self, job: Job, port: PortalStores, reports: HeardReports) -> None:
        recording(job, port, reports).watch(60).checkpoint(9, {"now/other": np.ones(2)})
        entry = CheckpointEntry.model_validate(reports.lines[-1]["entry"])
        again = job.model_copy(update={"checkpoints": [entry]})
        assert self.step_of(again, port, reports) is None


class TestAsked:
    def test_leaving_keeps_a_checkpoint_then_ends_the_training(
        self, job: Job, port: PortalStores, reports: HeardReports
    ) -> None:
        asked = Asked()
        watch = recording(job, port, reports, asked).watch(60)
        watch.checkpoint(40, ARRAYS)
        assert not watch.stop()
        asked.to_leave = True
        assert watch.stop()
        with pytest.raises(Leaving):
            watch.checkpoint(41, ARRAYS)
        with pytest.raises(Leaving):
            watch.checkpoint(41, ARRAYS)  # the same step is not written twice
        assert [line["entry"]["step"] for line in reports.lines] == [40, 41]

    def test_what_needs_attention_is_reported_at_once(
        self, job: Job, port: PortalStores, reports: HeardReports
    ) -> None:
        recording(job, port, reports).watch(60).attention("collapse", "…")
        assert reports.lines == [{"type": "attention", "code": "collapse", "detail": "…"}]

    def test_finishing_keeps_one_and_goes_on_to_the_model(
        self, job: Job, port: PortalStores, reports: HeardReports
    ) -> None:
        asked = Asked()
        watch = recording(job, port, reports, asked).watch(60)
        asked.to_finish = True
        assert watch.stop()
        watch.checkpoint(41, ARRAYS)

    @pytest.mark.parametrize(("has_trained", "expected"), [(False, f"{LEFT} "), (True, "0 True")])
    def test_before_the_first_step_nothing_is_worth_waiting_for(self, has_trained: bool, expected: str) -> None:
        program = (
            "import os, signal; from maskeraid_trainer.asked import Asked; asked = Asked(); asked.listen();"
            f"asked.has_trained = {has_trained}; os.kill(os.getpid(), signal.SIGTERM); print(asked.to_leave, end='')"
        )
        ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
        assert f"{ended.returncode} {ended.stdout}" == expected
