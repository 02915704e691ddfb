"""What a dry run counts, and what it warns of."""

import time
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from tests.factories import make_job

from maskeraid_core.documents.trainings import Estimate
from maskeraid_core.jobs import Job, JobKind
from maskeraid_faces.drawn import draw_faces
from maskeraid_faces.face_model import TrainedArchitecture
from maskeraid_faces.training.forecast import Forecast
from maskeraid_faces.training.image_set import prepare
from maskeraid_faces.training.progress import Plan
from maskeraid_faces.training.settings import TrainSettings
from maskeraid_trainer.asked import Asked
from maskeraid_trainer.dry_run import (
    Measuring,
    seconds_alive,
    sheets,
    warnings_of_order,
    warnings_of_plan,
)
from maskeraid_trainer.not_counted import warnings_of_parts
from maskeraid_trainer.settings import TrainerSettings

ESTIMATE = Estimate(
    seconds=120, steps=9, memory_mb=900, gpu_memory_mb=None, disk_mb=210, device="CPU", decided_by="steps"
)


@pytest.fixture
def job() -> Job:
    return make_job(JobKind.TRAINING, fence=1, spec={"software": "0.1.0"})


class TestWindows:
    def test_what_would_be_kept_is_counted(self, job: Job) -> None:
        measuring = Measuring(job, Plan(steps=100), Asked())
        watch = measuring.watch()
        watch.samples(1, draw_faces("faces-light").images[:4])
        watch.checkpoint(
            1, {"now/weights": np.ones(1000, np.float32), "now/adam_optimiser/0": np.ones(500, np.float32)}
        )
        assert measuring.sheet_bytes > 100
        assert 6000 < measuring.checkpoint_bytes < 8000

    def test_it_stops_when_enough_was_measured_or_its_owner_wants_that(self, job: Job) -> None:
        asked = Asked()
        watch = Measuring(job, Plan(steps=100), asked).watch()
        assert not watch.stop()
        watch.progress(1, 10, {})
        watch.progress(50, 12, {})
        assert not watch.stop()
        asked.to_finish = True
        assert watch.stop()
        asked.to_finish = False
        watch.progress(90, 15, {})
        assert watch.stop()

    @pytest.mark.parametrize(("steps", "count"), [(1, 1), (2, 2), (3, 3), (1000, 11)])
    def test_sheets_are_drawn_at_the_known_steps_and_at_the_last(self, steps: int, count: int) -> None:
        assert sheets(steps) == count  # 1, 2, 5, 10, 20, 50, 100, 200, 500, 700, 1000


class TestWarnings:
    def test_a_number_of_steps_is_nothing_to_warn_of(self) -> None:
        assert not [*warnings_of_plan(Plan(steps=9), Forecast(9, 1, "steps"))]

    @pytest.mark.parametrize(
        ("judge_every", "end", "code", "part"),
        [
            (500, Forecast(6500, 31, "quality"), "quality_decides", "about 6,500 steps or 60 s"),
            (500, Forecast(9000, 60, "time"), "time_decides", "or sooner"),
            (0, Forecast(9000, 60, "time"), "time_decides", "about 9,000 of its 98,000 steps"),
        ],
    )
    def test_what_else_decides_is_said(self, judge_every: int, end: Forecast, code: str, part: str) -> None:
        plan = Plan(steps=98_000, judge_every=judge_every, max_seconds=60)
        ((found, detail),) = warnings_of_plan(plan, end)
        assert found == code
        assert part in detail

    def test_a_deadline_that_cannot_be_met(self, job: Job, tmp_path: Path) -> None:
        settings = TrainerSettings(blobs_url=f"file://{tmp_path}")
        late = job.model_copy(update={"deadline": job.created_at + timedelta(seconds=100)})
        assert [code for code, _ in warnings_of_order(late, ESTIMATE, settings)] == ["deadline_too_short"]
        in_time = job.model_copy(update={"deadline": job.created_at + timedelta(seconds=130)})
        assert not [*warnings_of_order(in_time, ESTIMATE, settings)]

    def test_a_disk_that_is_too_small(self, job: Job, tmp_path: Path) -> None:
        large = ESTIMATE.model_copy(update={"disk_mb": 10**12})
        for url, codes in ((f"file://{tmp_path}", ["little_disk"]), ("s3://bucket", [])):
            settings = TrainerSettings(blobs_url=url)
            assert [code for code, _ in warnings_of_order(job, large, settings)] == codes

    @pytest.mark.parametrize(
        ("number", "asked", "architecture", "parts"),
        [
            (300, {"engine_b": False}, "eigen", ["engine_c", "detector"]),
            (300, {"engine_b": True, "engine_c": False, "detector": False}, "eigen", ["engine_b"]),
            (60, {}, "dense", ["encoder"]),
            (60, {"detector": True}, "eigen", ["detector"]),
        ],
    )
    def test_parts_that_it_does_not_wait_for(
        self, number: int, asked: dict[str, bool], architecture: TrainedArchitecture, parts: list[str]
    ) -> None:
        images = np.random.default_rng(0).integers(0, 256, (number, 16, 16, 3), np.uint8)
        settings = TrainSettings(kind="photo", **asked)  # type: ignore[arg-type]
        found = [*warnings_of_parts(prepare(images, settings, None, 0), settings, architecture)]
        assert [code for code, _ in found] == [f"{part}_not_counted" for part in parts]
        assert all(
            part == "encoder" or f"`{part}`, false" in said for part, (_, said) in zip(parts, found, strict=True)
        )


def test_a_process_knows_how_long_it_lives() -> None:
    before = seconds_alive()
    time.sleep(0.05)
    assert seconds_alive() - before >= 0.05
    assert 0 < before < time.clock_gettime(time.CLOCK_BOOTTIME)
