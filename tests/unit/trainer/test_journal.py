"""Reports become events and facts of the job: in order, batched, and again when the database was away."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from obstore.exceptions import GenericError
from pymongo.errors import AutoReconnect
from tests.unit.trainer.fakes import FakeHeld, held_in, port_of

from maskeraid_trainer.journal import Journal


@pytest.fixture
def held(tmp_path: Path) -> Iterator[FakeHeld]:
    with held_in(tmp_path) as held:
        yield held


def progress(current: float) -> dict[str, Any]:
    return {"type": "progress", "current": current, "total": 10, "unit": "step"}


def metric(step: int) -> dict[str, Any]:
    return {"type": "metric", "point": {"step": step, "loss_g": step / 2}}


def checkpoint(step: int, key: str) -> dict[str, Any]:
    entry = {"key": key, "sha256": "0", "step": step, "fence": 1, "created_at": "2026-11-23T09:00:00Z"}
    return {"type": "checkpoint", "entry": entry}


class TestBatches:
    def test_points_of_two_seconds_are_one_event(self, held: FakeHeld) -> None:
        journal = Journal(held, port_of(held))
        for step in range(1, 4):
            journal.take(progress(step))
            journal.take(metric(step))
        journal.write()
        journal.take(metric(4))
        journal.write()  # not due
        points = [data["points"] for kind, data in held.told if kind == "job.metric"]
        assert [[point["step"] for point in batch] for batch in points] == [[1, 2, 3]]
        journal.write(last=True)
        assert held.told[-1] == ("job.metric", {"points": [{"step": 4, "loss_g": 2.0}]})

    def test_the_document_has_the_newest_figures(self, held: FakeHeld) -> None:
        journal = Journal(held, port_of(held))
        for line in (progress(1), metric(1), progress(2), metric(2)):
            journal.take(line)
        journal.write()
        (note,) = held.notes
        assert (note["progress"].percent, note["latest_metrics"]["loss_g"]) == (20, 1.0)


class TestOrder:
    def test_lines_are_told_in_the_order_in_which_they_came(self, held: FakeHeld) -> None:
        journal = Journal(held, port_of(held))
        journal.take({"type": "phase", "phase": "training"})
        journal.take({"type": "sample", "step": 1, "key": "k", "name": "samples.png"})
        journal.take({"type": "warning", "code": "broken_checkpoint", "detail": "…"})
        journal.write()
        assert [kind for kind, _ in held.told] == ["job.phase", "job.sample", "job.warning"]

    def test_what_needs_attention_is_told_to_the_owner(self, held: FakeHeld) -> None:
        journal = Journal(held, port_of(held))
        journal.take({"type": "attention", "code": "collapse", "detail": "…"})
        journal.write()
        assert held.told == [("job.warning", {"code": "collapse", "detail": "…"})]
        assert held.notices == ["training.needs_attention"]

    def test_an_unknown_report_is_an_error(self, held: FakeHeld) -> None:
        journal = Journal(held, port_of(held))
        journal.take({"type": "gossip"})
        with pytest.raises(ValueError, match="gossip"):
            journal.write()

    def test_a_database_that_was_away_hears_it_later(self, held: FakeHeld, monkeypatch: pytest.MonkeyPatch) -> None:
        def away(**_: object) -> None:
            raise AutoReconnect

        journal = Journal(held, port_of(held))
        journal.take(checkpoint(5, "a"))
        with monkeypatch.context() as patch:
            patch.setattr(held, "_note", away)
            journal.write()
        assert held.told == []
        journal.write()
        assert held.told == [("job.checkpoint", {"step": 5})]


class TestDatabaseThatBlinks:
    """It answers no call once: what is said again must be said once, and in full."""

    def blink(self, held: FakeHeld, method: str, monkeypatch: pytest.MonkeyPatch) -> None:
        def away(*_: object, **__: object) -> None:
            monkeypatch.undo()
            raise AutoReconnect

        monkeypatch.setattr(held, method, away)

    @pytest.mark.parametrize("method", ["_note", "tell", "_add_notice"])
    def test_attention_is_asked_once_and_warned_of_once(
        self, held: FakeHeld, monkeypatch: pytest.MonkeyPatch, method: str
    ) -> None:
        journal = Journal(held, port_of(held))
        for code in ("collapse", "over_fitting"):
            journal.take({"type": "attention", "code": code, "detail": "…"})
        self.blink(held, method, monkeypatch)
        journal.write()
        journal.write()
        assert held.notices == ["training.needs_attention"]
        assert [data["code"] for _, data in held.told] == ["collapse", "over_fitting"]
        assert [warning["code"] for warning in held.notes[-1]["warnings"]] == ["collapse", "over_fitting"]

    def test_a_phase_is_entered_once(self, held: FakeHeld, monkeypatch: pytest.MonkeyPatch) -> None:
        journal = Journal(held, port_of(held))
        for phase in ("training", "saving"):
            journal.take({"type": "phase", "phase": phase})
        self.blink(held, "tell", monkeypatch)
        journal.write()
        journal.write()
        assert [phase.name for phase in held.notes[-1]["phases"]] == ["training", "saving"]

    def test_bytes_of_a_checkpoint_that_fell_out_are_deleted(
        self, held: FakeHeld, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        port, journal = port_of(held), Journal(held, port_of(held))
        for step in (1, 2, 3):
            port.call(port.stores.blobs.put, f"t/c-{step}/state.json", b"{}")
            journal.take(checkpoint(step, f"t/c-{step}"))
            if step == 3:
                self.blink(held, "tell", monkeypatch)
            journal.write()
        journal.write()
        assert sorted(port.call(port.stores.blobs.keys, "t")) == ["t/c-2/state.json", "t/c-3/state.json"]

    def test_a_batch_of_points_is_said_again_as_it_was(self, held: FakeHeld, monkeypatch: pytest.MonkeyPatch) -> None:
        journal = Journal(held, port_of(held))
        journal.take(metric(1))
        self.blink(held, "tell", monkeypatch)
        journal.write()
        journal.take(metric(2))
        journal.write(last=True)
        assert [[point["step"] for point in data["points"]] for _, data in held.told] == [[1], [2]]


class TestLastWrite:
    def test_is_tried_again(self, held: FakeHeld, monkeypatch: pytest.MonkeyPatch) -> None:
        def away_once(**facts: object) -> None:
            monkeypatch.undo()
            raise AutoReconnect

        journal = Journal(held, port_of(held))
        journal.take(checkpoint(5, "a"))
        monkeypatch.setattr(held, "_note", away_once)
        journal.write(last=True)
        assert held.told == [("job.checkpoint", {"step": 5})]

    def test_is_not_taken_for_done_when_the_database_stays_away(
        self, held: FakeHeld, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def away(**_: object) -> None:
            raise AutoReconnect

        journal = Journal(held, port_of(held))
        journal.take(checkpoint(5, "a"))
        monkeypatch.setattr(held, "_note", away)
        with pytest.raises(AutoReconnect):
            journal.write(last=True)


class TestCheckpoints:
    def test_two_are_kept_and_the_bytes_of_older_ones_deleted(self, held: FakeHeld) -> None:
        port, journal = port_of(held), Journal(held, port_of(held))
        for step in (1, 2, 3):
            port.call(port.stores.blobs.put, f"t/c-{step}/state.json", b"{}")
            journal.take(checkpoint(step, f"t/c-{step}"))
        journal.write()
        assert sorted(port.call(port.stores.blobs.keys, "t")) == ["t/c-2/state.json", "t/c-3/state.json"]
        assert [entry.step for entry in held.notes[-1]["checkpoints"]] == [3, 2]

    @pytest.mark.parametrize("error", [GenericError("away"), OSError("read-only")])
    def test_bytes_that_cannot_be_deleted_end_no_training(
        self, held: FakeHeld, monkeypatch: pytest.MonkeyPatch, error: Exception
    ) -> None:
        async def fail(_: object) -> None:
            raise error

        port, journal = port_of(held), Journal(held, port_of(held))
        monkeypatch.setattr(port.stores.blobs, "delete", fail)
        for step in (1, 2, 3):
            journal.take(checkpoint(step, f"t/c-{step}"))
        journal.write()
        assert [entry.step for entry in held.notes[-1]["checkpoints"]] == [3, 2]
