"""Batches through the client: what is sent, and what is saved."""

import json
from pathlib import Path

import httpx
import pytest
from tests.unit.client.service import Service, job, listed, ok
from tests.unit.client.test_reimagings import parts_of
from typer.testing import CliRunner

from maskeraid.cli import app

COUNTS = {"queued": 0, "running": 0, "succeeded": 2, "failed": 1, "cancelled": 0, "total": 3}
DONE = job("succeeded", "batch", id="bat_1", counts=COUNTS, errors={"nothing_covered": 1})


def item(index: int, called: str | None) -> dict[str, object]:
    return job("succeeded", "reimaging", id=f"rim_{index}", batch_index=index, client_reference_id=called)


class TestCreate:
    def test_files_go_in_one_form(self, tmp_path: Path) -> None:
        for name in ("a.png", "b.png"):
            (tmp_path / name).write_bytes(name.encode())
        service = Service(ok(code=202, **DONE))
        with service.client() as client:
            client.batches.create([tmp_path / "a.png", tmp_path / "b.png"], seed=7)
        body = service.requests[0].content
        assert json.loads(parts_of(service.requests[0])["options"]) == {"seed": 7}
        assert body.count(b'name="images"') == 2
        assert b'filename="a.png"' in body

    def test_images_and_datasets_go_by_their_ids(self) -> None:
        service = Service(ok(code=202, **DONE))
        with service.client() as client:
            client.batches.create(image_ids=["img_1", "img_2"], candidates=2)
            client.batches.create(dataset_id="ds_1", where=["mouth:2"])
        sent = [json.loads(request.content) for request in service.requests]
        assert sent[0] == {"images": [{"image_id": "img_1"}, {"image_id": "img_2"}], "candidates": 2}
        assert sent[1] == {"dataset": {"dataset_id": "ds_1", "version": "latest", "where": ["mouth:2"]}}


class TestResults:
    def test_pictures_are_named_by_place_and_name(self, tmp_path: Path) -> None:
        service = Service(
            ok(**DONE), listed(item(0, "../case 118/photo.png"), item(2, None)), httpx.Response(200, content=b"png")
        )
        with service.client() as client:
            paths = list(client.batches.get("bat_1").download(tmp_path / "out"))
        assert [path.name for path in paths] == ["0000-..-case-118-photo.png", "0002.png"]
        assert {path.parent for path in paths} == {tmp_path / "out"}
        assert [path.read_bytes() for path in paths] == [b"png", b"png"]
        assert dict(service.requests[1].url.params)["batch_id"] == "bat_1"
        assert dict(service.requests[1].url.params)["status"] == "succeeded"


class TestCommands:
    @pytest.mark.parametrize("words", [[], ["x.png", "--dataset", "ds_1"], ["x.png", "--where", "mouth:2"]])
    def test_what_cannot_be_meant_is_refused(self, words: list[str], tmp_path: Path) -> None:
        (tmp_path / "x.png").write_bytes(b"x")
        said = [str(tmp_path / word) if word == "x.png" else word for word in words]
        assert CliRunner().invoke(app, ["batches", "create", *said]).exit_code == 2
