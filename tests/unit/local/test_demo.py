"""What the demo must have seen before it ends with 0."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from PIL import Image

from maskeraid.terminal import progress_bar
from maskeraid_local import news
from maskeraid_local.demo import CANDIDATES, demand_answer
from maskeraid_local.news import collect_news
from maskeraid_local.outcome import Outcome
from maskeraid_local.receiver import WebhookReceiver
from maskeraid_local.written_pictures import missing_pictures

NOISE = np.random.default_rng(0).integers(0, 256, (32, 32, 3), np.uint8)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """All that a re-imaging of the demo writes."""
    for name in missing_pictures(tmp_path, CANDIDATES):
        Image.fromarray(NOISE).save(tmp_path / name)
    return tmp_path


def failures(folder: Path, *, candidates: int = CANDIDATES, equal: bool = True) -> list[str]:
    outcome = Outcome()
    result: dict[str, Any] = {"candidates": [{}] * candidates, "proof": {"equal": equal}}
    demand_answer(outcome, "a.png", result, folder)
    return outcome.failures


class TestAnswers:
    def test_whole_ones_are_no_failure(self, folder: Path) -> None:
        assert len(list(folder.iterdir())) == 5 + 3 * CANDIDATES
        assert failures(folder) == []

    @pytest.mark.parametrize("name", ["contact-sheet.png", "clipped.png", "0-final.png", f"{CANDIDATES - 1}-final.png"])
    @pytest.mark.parametrize("keeps", [None, 0, 60, -40])
    def test_a_picture_that_is_gone_empty_or_cut_is(self, folder: Path, name: str, keeps: int | None) -> None:
        content = (folder / name).read_bytes()
        (folder / name).unlink()
        if keeps is not None:
            (folder / name).write_bytes(content[:keeps])
        assert failures(folder) == [f"a.png: no readable {name}"]

    def test_a_candidate_too_few_is(self, folder: Path) -> None:
        assert failures(folder, candidates=CANDIDATES - 1) == [f"a.png: {CANDIDATES - 1} candidates, not {CANDIDATES}"]

    def test_changed_visible_pixels_are(self, folder: Path) -> None:
        assert failures(folder, equal=False) == ["a.png: visible pixels changed"]


class TestNews:
    def test_what_has_come_shows_in_the_bar(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(news, "NEWS_SECONDS", 0.3)
        (tmp_path / "1.eml").write_text("Subject: done\n\ntrn_1 has succeeded\n")
        receiver = cast("WebhookReceiver", SimpleNamespace(received={}, refused=0))
        outcome, bar = Outcome(), progress_bar()
        collect_news(bar, tmp_path, receiver, cast("Any", [SimpleNamespace(id="trn_1")]), tmp_path / "news", outcome)
        assert (bar.tasks[0].completed, bar.tasks[0].fields["phase"]) == (1, "missing")
        assert outcome.failures == ["a training's webhook did not come"]
