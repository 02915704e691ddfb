"""Batches through the client: what is sent, and what is saved."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.unit.client.service import PNG, Service, job, listed, ok
from tests.unit.client.test_reimagings import parts_of
from typer.testing import CliRunner

from maskeraid import BatchImage
from maskeraid.cli import app

COUNTS = {"queued": 0, "running": 0, "succeeded": 2, "failed": 1, "cancelled": 0, "total": 3}
DONE = job("succeeded", "batch", id="bat_1", counts=COUNTS, errors={"nothing_covered": 1})


def item(index: int, called: str | None) -> dict[str, object]:
    return job("succeeded", "reimaging", id=f"rim_{index}", batch_index=index, client_reference_id=called)


class TestCreate:
    def test_files_go_in_one_form(self, tmp_path: Path) -> None:
        for name in ("a.png", "b.png"):
            (tmp_path / name).write_bytes(PNG)
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

    def test_files_and_stored_images_go_together_under_names_of_ones_own(self, tmp_path: Path) -> None:
        (tmp_path / "a.png").write_bytes(b"\xff\xd8\xff")
        stored = BatchImage(image_id="img_1", client_reference_id="17")
        service = Service(ok(code=202, **DONE))
        with service.client() as client:
            client.batches.create(
                [tmp_path / "a.png", stored, BatchImage(b"png", client_reference_id="b")], image_ids=["img_2"]
            )
        assert json.loads(service.requests[0].content)["images"] == [
            {"data_url": "data:image/jpeg;base64,/9j/", "client_reference_id": "a.png"},
            {"image_id": "img_1", "client_reference_id": "17"},
            {"data_url": "data:image/png;base64,cG5n", "client_reference_id": "b"},
            {"image_id": "img_2"},
        ]

    def test_of_a_dataset_a_version_may_be_named(self) -> None:
        service = Service(ok(code=202, **DONE))
        with service.client() as client:
            client.batches.create(dataset_id="ds_1", version=3)
        assert json.loads(service.requests[0].content)["dataset"]["version"] == 3

    @pytest.mark.parametrize(
        ("given", "words"),
        [
            ({}, "images, or a dataset_id"),
            ({"images": [b"png"], "dataset_id": "ds_1"}, "not both"),
            ({"image_ids": ["img_1"], "dataset_id": "ds_1"}, "not both"),
            ({"image_ids": ["img_1"], "where": ["mouth:2"]}, "give its dataset_id"),
            ({"image_ids": ["img_1"], "version": 2}, "give its dataset_id"),
        ],
    )
    def test_what_contradicts_itself_is_refused_unsent(self, given: dict[str, Any], words: str) -> None:
        service = Service(ok(code=202, **DONE))
        with service.client() as client, pytest.raises(ValueError, match=words):
            client.batches.create(**given)
        assert service.requests == []

    @pytest.mark.parametrize("given", [{}, {"image": b"png", "image_id": "img_1"}])
    def test_one_of_them_is_one_image(self, given: dict[str, Any]) -> None:
        with pytest.raises(ValueError, match="exactly one of image and image_id"):
            BatchImage(**given)


class TestList:
    def test_batches_are_found_among_the_jobs(self) -> None:
        service = Service(listed(DONE), ok(**DONE))
        with service.client() as client:
            (batch,) = client.batches.list(status="succeeded")
            assert batch.refresh().counts == COUNTS
        found = service.requests[0].url
        assert (found.path, found.params["kind"], found.params["status"]) == ("/v1/jobs", "batch", "succeeded")


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
        (tmp_path / "x.png").write_bytes(PNG)
        said = [str(tmp_path / word) if word == "x.png" else word for word in words]
        assert CliRunner().invoke(app, ["batches", "create", *said]).exit_code == 2
