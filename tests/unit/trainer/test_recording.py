"""What a training shows through its windows is reported and kept."""

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from tests.factories import make_job
from tests.unit.trainer.fakes import HeardReports, held_in, port_of

from maskeraid_core.jobs import CheckpointEntry, Job, JobKind
from maskeraid_core.portal import PortalStores
from maskeraid_faces.drawn import draw_faces
from maskeraid_faces.training.loop import Plan
from maskeraid_faces.training.settings import MOST_STEPS
from maskeraid_trainer.recording import Leaving, Recording
from maskeraid_trainer.run import newest_checkpoint

ARRAYS = {"now/generator/output.bias": np.ones(3, np.float32)}


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


def recording(job: Job, port: PortalStores, reports: HeardReports, **plan: float) -> Recording:
    return Recording(job, port, reports, Plan(**{"steps": 100, **plan}))  # type: ignore[arg-type]


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
        resumed = job.model_copy(update={"checkpoints": [entry]})
        arrays = newest_checkpoint(resumed, port, reports, again)
        assert arrays is not None
        assert arrays.keys() == ARRAYS.keys()
        assert again.sheets == first.sheets

    def test_a_broken_one_gives_way_to_the_one_before(
        self, job: Job, port: PortalStores, reports: HeardReports
    ) -> None:
        first = recording(job, port, reports)
        for step in (40, 80):
            first.watch(60).checkpoint(step, {"step": np.array([step])})
        older, newer = (CheckpointEntry.model_validate(line["entry"]) for line in reports.lines)
        port.call(port.stores.blobs.put, f"{newer.key}/weights.safetensors", b"torn")
        resumed = job.model_copy(update={"checkpoints": [newer, older]})
        arrays = newest_checkpoint(resumed, port, reports, first)
        assert arrays is not None
        assert arrays["step"].tolist() == [40]
        assert reports.lines[-1]["code"] == "broken_checkpoint"


class TestLeaving:
    def test_keeps_a_checkpoint_then_ends_the_training(
        self, job: Job, port: PortalStores, reports: HeardReports
    ) -> None:
        leaving = recording(job, port, reports)
        watch = leaving.watch(60)
        watch.checkpoint(40, ARRAYS)
        assert not watch.stop()
        leaving.leave()
        assert watch.stop()
        with pytest.raises(Leaving):
            watch.checkpoint(41, ARRAYS)
        with pytest.raises(Leaving):
            watch.checkpoint(41, ARRAYS)  # the same step is not written twice
        assert [line["entry"]["step"] for line in reports.lines] == [40, 41]
