"""Selectors by the client and by the command line."""

import json
from pathlib import Path
from typing import Any

import httpx
from tests.unit.client.service import Service, job, ok

from maskeraid.commands.selectors import rows_of
from maskeraid.objects import Selector

ROW = {"precision": 1.0, "recall": 0.96, "f1": 0.98, "images": 25}
SELECTOR: dict[str, Any] = {
    "id": "sel_1", "models": [{"model_id": "mdl_1", "version": 2, "name": "light", "images": 125}],
    "left_out": [{"model_id": "mdl_2", "version": 1, "name": "other", "reason": "another account's"}],
    "report": {"accuracy": 0.97, "models": {"mdl_1": ROW}}, "stale_because": ["The model dark has come."],
    "files": [{"name": "curves.png"}, {"name": "weights.safetensors"}],
}  # fmt: skip


class TestClient:
    def test_an_order_is_a_training_of_its_kind(self) -> None:
        service = Service(ok(code=202, **job("queued", makes="selector")))
        training = service.client().selectors.train(seed=3)
        assert training.makes == "selector"
        assert service.requests[0].url.path == "/v1/trainings"
        assert json.loads(service.requests[0].content) == {"kind": "selector", "seed": 3, "notify": {"email": False}}

    def test_the_newest_is_current(self) -> None:
        service = Service(ok(**SELECTOR))
        assert service.client().selectors.get().report["accuracy"] == 0.97
        assert service.requests[0].url.path == "/v1/selectors/current"

    def test_files_are_saved(self, tmp_path: Path) -> None:
        service = Service(httpx.Response(200, content=b"png"))
        path = service.client().selectors.save("curves.png", tmp_path / "new", "sel_1")
        assert (path.name, path.read_bytes()) == ("curves.png", b"png")
        assert service.requests[0].url.path == "/v1/selectors/sel_1/files/curves.png"


def test_the_report_is_a_table() -> None:
    assert [list(row) for row in rows_of(Selector.model_validate(SELECTOR))][1:] == [
        ["light", "2", "1.000", "0.960", "0.980", "25"],
        ["other", "1", "another account's", "", "", ""],
    ]
