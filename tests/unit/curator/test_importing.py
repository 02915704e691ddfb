"""How far an import is, is said seldom, and at last to the end."""

from pathlib import Path

from tests.unit.trainer.fakes import held_in

from maskeraid_curator.tracking import Tracker


def test_the_last_images_are_reported_whatever_the_time(tmp_path: Path) -> None:
    with held_in(tmp_path) as held:
        tracker = Tracker(held, 120)
        for count in (56, 63, 1):
            tracker.add(count)
    (told,) = [data for event, data in held.told if event == "job.progress"]
    assert (told["current"], told["total"], told["percent"], told["eta_seconds"]) == (120, 120, 100, 0)
