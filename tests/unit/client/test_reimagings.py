"""Asking for a re-imaging: by stored image, by file, with a covering map."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.unit.client.service import PNG, Service, job, ok

from maskeraid import JobFailed, NotUsable

MADE = ok(code=202, **job("queued", "reimaging"))
STORED = {"id": "cov_1", "object": "covering", "status": "succeeded", "urls": {"self": "/v1/coverings/cov_1"}}
WRONG: list[tuple[dict[str, Any], str]] = [
    ({}, "exactly one of image, image_id, reuse: none is given"),
    ({"image": b"face", "image_id": "img_1"}, "image and image_id are given"),
    ({"image": b"face", "reuse": "rim_1"}, "image and reuse are given"),
    ({"image_id": "img_1", "reuse": "rim_1"}, "image_id and reuse are given"),
    ({"image_id": "img_1", "candidate": 0}, "give reuse"),
    ({"reuse": "rim_1", "covering_map": b"map"}, "reuse keeps the covering"),
    ({"reuse": "rim_1", "covering": {"grow": 2}}, "reuse keeps the covering"),
    ({"image": b"face", "covering_map": b"map", "covering": "cov_1"}, "covering_map or a stored covering, not both"),
    ({"image_id": "img_1", "covering_map": b"map", "covering": {"covering_id": "cov_1"}}, "not both"),
]


def parts_of(request: httpx.Request) -> dict[str, bytes]:
    """Contents of a multipart form by the names of its parts."""
    boundary = request.headers["Content-Type"].partition("boundary=")[2].encode()
    pieces = request.content.split(b"--" + boundary)[1:-1]
    found = (piece.strip(b"\r\n").split(b"\r\n\r\n", 1) for piece in pieces)
    return {head.partition(b'name="')[2].partition(b'"')[0].decode(): body for head, body in found}


class TestCreate:
    def test_a_stored_image_goes_by_its_id(self) -> None:
        service = Service(MADE)
        with service.client() as client:
            client.reimagings.create(image_id="img_1", candidates=4, seed=7)
        assert json.loads(service.requests[0].content) == {"image": {"image_id": "img_1"}, "candidates": 4, "seed": 7}
        assert service.requests[0].headers["Prefer"] == "wait=30"

    def test_a_file_goes_beside_its_options(self, tmp_path: Path) -> None:
        (tmp_path / "face.png").write_bytes(PNG)
        service = Service(MADE)
        with service.client() as client:
            client.reimagings.create(tmp_path / "face.png", covering_map=b"map", wait_seconds=0, seed=7)
        parts = parts_of(service.requests[0])
        assert (parts["image"], parts["covering"], json.loads(parts["options"])) == (PNG, b"map", {"seed": 7})
        assert "Prefer" not in service.requests[0].headers

    def test_a_file_that_is_no_picture_is_named_before_it_is_sent(self, tmp_path: Path) -> None:
        (tmp_path / "notes.png").write_text("Not a face.")
        (tmp_path / "face.png").write_bytes(PNG)
        service = Service(MADE)
        with service.client() as client:
            for files in ((tmp_path / "notes.png", None), (tmp_path / "face.png", tmp_path / "notes.png")):
                with pytest.raises(NotUsable, match=r"notes.png is not a PNG, JPEG, or WebP: save it as one"):
                    client.reimagings.create(files[0], covering_map=files[1])
        assert service.requests == []

    def test_a_file_keeps_its_name(self, tmp_path: Path) -> None:
        (tmp_path / "ada.png").write_bytes(PNG)
        service = Service(MADE)
        with service.client() as client:
            client.reimagings.create(tmp_path / "ada.png")
        assert b'filename="ada.png"' in service.requests[0].content

    def test_a_map_beside_a_stored_image_is_stored_first(self) -> None:
        service = Service(ok(**STORED), MADE)
        with service.client() as client:
            client.reimagings.create(image_id="img_1", covering_map=b"map", covering={"grow": 2}, seed=7)
        stored, asked = service.requests
        assert (stored.url.path, parts_of(stored)["map"]) == ("/v1/coverings", b"map")
        covering = {"grow": 2, "covering_id": "cov_1"}
        assert json.loads(asked.content) == {"image": {"image_id": "img_1"}, "covering": covering, "seed": 7}

    @pytest.mark.parametrize(("given", "words"), WRONG)
    def test_what_contradicts_itself_is_refused_unsent(self, given: dict[str, Any], words: str) -> None:
        service = Service(MADE)
        with service.client() as client, pytest.raises(ValueError, match=words):
            client.reimagings.create(**given)
        assert service.requests == []

    def test_an_earlier_one_is_named_alone(self) -> None:
        service = Service(MADE)
        with service.client() as client:
            client.reimagings.create(reuse="rim_1", smoothing={"k": 4})
            client.reimagings.create(reuse="rim_1", candidate=0)
        whole, one = (json.loads(request.content) for request in service.requests)
        assert whole == {"reuse": {"reimaging_id": "rim_1"}, "smoothing": {"k": 4}}
        assert one == {"reuse": {"reimaging_id": "rim_1", "candidate": 0}}

    def test_its_files_are_fetched_by_name(self) -> None:
        done = job("succeeded", "reimaging", id="rim_1")
        service = Service(ok(**done), httpx.Response(200, content=b"png"))
        with service.client() as client:
            assert client.reimagings.create(b"face").file("final.png") == b"png"
        assert service.requests[1].url.path == "/v1/reimagings/rim_1/files/final.png"

    def test_it_is_rated_in_place_of_what_was_said_before(self) -> None:
        done = job("succeeded", "reimaging", id="rim_1")
        service = Service(ok(**done), ok(**done, rating={"stars": 5, "note": None}))
        with service.client() as client:
            made = client.reimagings.get("rim_1")
            assert (made.rating, made.rate(5).rating) == (None, {"stars": 5, "note": None})
        sent = service.requests[1]
        assert (sent.method, sent.url.path) == ("PUT", "/v1/reimagings/rim_1/rating")
        assert json.loads(sent.content) == {"stars": 5}

    def test_a_file_is_saved_where_it_is_said(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        service = Service(ok(**job("succeeded", "reimaging", id="rim_1")), httpx.Response(200, content=b"png"))
        with service.client() as client:
            made = client.reimagings.create(b"face")
            assert made.save("final.png") == Path("final.png")
            assert made.save("final.png", "new/folder").read_bytes() == b"png"
        assert (tmp_path / "final.png").read_bytes() == b"png"

    def test_of_one_that_failed_a_file_says_why_there_is_none(self) -> None:
        error = {"code": "no_face", "title": "No face", "message": "There is none.", "remedy": "Send another."}
        service = Service(ok(**job("failed", "reimaging", id="rim_1", error=error)))
        with service.client() as client, pytest.raises(JobFailed, match="There is none") as raised:
            client.reimagings.create(b"face").file("final.png")
        told = raised.value
        assert (told.code, told.title, told.remedy) == ("no_face", "No face", "Send another.")
        assert len(service.requests) == 1
