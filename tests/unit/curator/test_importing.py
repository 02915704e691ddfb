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


def test_of_several_files_the_one_that_is_read_is_named(tmp_path: Path) -> None:
    with held_in(tmp_path) as held:
        tracker = Tracker(held, 3)
        for number, (name, count) in enumerate((("a.zip", 2), ("b.zip", 1)), 1):
            tracker.begin(name, number, 2, count)
            tracker.add(count)
    told = [data["file"] for event, data in held.told if event == "job.progress"]
    assert [(file["name"], file["number"], file["current"], file["total"]) for file in told] == [
        ("a.zip", 1, 0, 2), ("b.zip", 2, 0, 1), ("b.zip", 2, 1, 1),
    ]  # fmt: skip
