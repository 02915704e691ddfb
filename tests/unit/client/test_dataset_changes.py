"""Edits, merges, dry runs, and rows of imports, from Python and from the command line."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.unit.client.service import Service, event_text, job, ok, stream
from tests.unit.client.test_command_line import DATASET, Server, page, run, server

from maskeraid.commands.import_words import in_words
from maskeraid.terminal import follow, progress_bar

__all__ = ["server"]  # a fixture

ORDERED = ok(code=202, **job("queued", "import"))
VOUCHED = {**DATASET, "attestation": {"basis": "consent", "by": "us"}}
ROWS = [
    {"row": 1, "file": "a.png", "outcome": "accepted", "image_id": "img_1", "code": None, "detail": None},
    {"row": 7, "file": "b.png", "outcome": "rejected", "image_id": None, "code": "too_small", "detail": "8 pixels"},
]  # fmt: skip


def rows(*found: dict[str, Any], has_more: bool = False) -> dict[str, Any]:
    return {"object": "list", "data": list(found), "has_more": has_more, "last_id": found[-1]["row"] if found else None}


def imported(**result: Any) -> tuple[int, dict[str, Any]]:  # noqa: ANN401 any field
    made = job("succeeded", "import", id="imp_1", urls={"self": "/v1/imports/imp_1"}, result=result, rejected_rows=[])
    return 202, made


class TestClient:
    def test_an_edit_says_what_and_of_which(self) -> None:
        service = Service(ORDERED)
        with service.client() as client:
            client.imports.edit("ds_1", {"nose": "2", "eyes": None}, where=["mouth:2"])
            client.imports.edit("ds_1", image_ids=["img_1"], delete=True, dry_run=True)
            client.imports.edit("ds_1", {"age": 3}, where=[])
        bodies = [json.loads(request.content) for request in service.requests]
        assert bodies == [
            {"dataset_id": "ds_1",
             "source": {"type": "edit", "where": ["mouth:2"], "set": {"nose": "2", "eyes": None}}},
            {"dataset_id": "ds_1", "source": {"type": "edit", "image_ids": ["img_1"], "delete": True}, "dry_run": True},
            {"dataset_id": "ds_1", "source": {"type": "edit", "where": [], "set": {"age": 3}}},
        ]  # fmt: skip

    def test_suggestions_are_asked_for_confirmed_and_dismissed(self, tmp_path: Path) -> None:
        (tmp_path / "faces.zip").write_bytes(b"PK\x03\x04")
        service = Service(ORDERED)
        with service.client() as client:
            client.imports.edit("ds_1", {"nose": "2"}, image_ids=["img_1"], suggest_attributes=True)
            client.imports.merge("ds_1", ["ds_2"], suggest_attributes=True)
            client.imports.confirm("ds_1", "hair", "nose", least_confidence=0.9)
            client.imports.confirm("ds_1", "hair", where=["suggested.hair:1"], dry_run=True)
            client.imports.dismiss("ds_1", "hair", image_ids=["img_1"])
            client.imports.upload("ds_1", tmp_path / "faces.zip", suggest_attributes=True)
        *sent, form = service.requests
        first, second, *edits = [json.loads(request.content) for request in sent]
        assert first["suggest_attributes"]
        assert second["suggest_attributes"]
        assert b'{"suggest_attributes": true}' in form.content
        assert [one["source"] for one in edits] == [
            {"type": "edit", "where": [], "confirm": ["hair", "nose"], "least_confidence": 0.9},
            {"type": "edit", "where": ["suggested.hair:1"], "confirm": ["hair"]},
            {"type": "edit", "image_ids": ["img_1"], "dismiss": ["hair"]},
        ]  # fmt: skip
        assert edits[1]["dry_run"]

    def test_a_merge_names_its_parts(self) -> None:
        service = Service(ORDERED)
        with service.client() as client:
            client.imports.merge("ds_3", ["ds_1", {"dataset_id": "ds_2", "version": 4, "where": ["nose:1"]}])
        parts = [{"dataset_id": "ds_1"}, {"dataset_id": "ds_2", "version": 4, "where": ["nose:1"]}]
        assert json.loads(service.requests[0].content)["source"] == {"type": "merge", "parts": parts}

    def test_every_import_can_be_tried_out(self, tmp_path: Path) -> None:
        (tmp_path / "faces.zip").write_bytes(b"PK\x03\x04")
        service = Service(ORDERED)
        with service.client() as client:
            client.imports.generate("ds_1", "faces-light", dry_run=True)
            client.imports.cover("ds_2", "ds_1", dry_run=True)
            client.imports.merge("ds_2", ["ds_1"], dry_run=True)
            client.imports.upload("ds_1", tmp_path / "faces.zip", dry_run=True)
        *sent, form = service.requests
        assert all(json.loads(request.content)["dry_run"] for request in sent)
        assert b'{"dry_run": true}' in form.content

    def test_rows_are_read_page_after_page(self) -> None:
        service = Service(ok(**job("succeeded", "import")), ok(**rows(ROWS[0], has_more=True)), ok(**rows(ROWS[1])))
        with service.client() as client:
            found = list(client.imports.get("trn_1").rows("accepted", "rejected"))
        assert [(row.row, row.outcome, row.detail) for row in found] == [
            (1, "accepted", None), (7, "rejected", "8 pixels"),
        ]  # fmt: skip
        assert service.requests[1].url.params.get_list("outcome") == ["accepted", "rejected"]
        assert service.requests[2].url.params["after"] == "1"

    def test_rows_are_saved_for_a_spreadsheet(self, tmp_path: Path) -> None:
        service = Service(ok(**job("succeeded", "import")), httpx.Response(200, text="row,file\n"))
        with service.client() as client:
            saved = client.imports.get("trn_1").save_rows(tmp_path / "rows.csv")
        assert saved.read_text() == "row,file\n"
        assert service.requests[1].headers["Accept"] == "text/csv"


@pytest.fixture
def service_with(server: Server) -> Server:
    server.answers["GET /v1/datasets"] = page(DATASET)
    return server


def sent(server: Server) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(server.bodies["POST /v1/imports"])
    return body


class TestCommands:
    def test_edit(self, service_with: Server) -> None:
        service_with.answers["POST /v1/imports"] = imported(version=2, imported=0, edited=2, deleted=0, unchanged=1)
        result = run("datasets", "edit", "faces", "--set", "nose=a=b", "--unset", "eyes", "--where", "mouth:2")
        assert result.stdout == "faces [bold] (ds_1) version 2: 2 edited, 1 unchanged\n", result.output
        assert sent(service_with)["source"] == {
            "type": "edit", "where": ["mouth:2"], "set": {"eyes": None, "nose": "a=b"},
        }  # fmt: skip

    def test_edit_of_images_and_of_all(self, service_with: Server) -> None:
        service_with.answers["POST /v1/imports"] = imported(version=2, imported=0, edited=0, deleted=2, unchanged=0)
        told = run("datasets", "edit", "faces", "--delete", "--image", "img_1", "--image", "img_2").stdout
        assert told.endswith("version 2: 2 deleted\n")
        source = {"type": "edit", "image_ids": ["img_1", "img_2"], "delete": True}
        assert sent(service_with)["source"] == source
        run("datasets", "edit", "faces", "--all", "--set", "nose=1")
        assert sent(service_with)["source"] == {"type": "edit", "where": [], "set": {"nose": "1"}}

    @pytest.mark.parametrize(
        ("words", "remedy"),
        [(["--delete"], "--where, --image, or --all"), (["--all"], "--set and --unset, or --delete"),
         (["--all", "--where", "a:1", "--delete"], "--where, --image, or --all"),
         (["--all", "--set", "a=1", "--delete"], "--set and --unset, or --delete"),
         (["--all", "--set", "a"], "NAME=VALUE")],
    )  # fmt: skip
    def test_edit_asks_for_what_was_not_said(self, words: list[str], remedy: str) -> None:
        result = run("datasets", "edit", "faces", *words)
        assert result.exit_code == 2
        assert remedy in " ".join(result.stderr.replace("│", " ").split())

    def test_suggestions_are_told_and_confirmed(self, service_with: Server) -> None:
        told = {
            "attribute": "hair", "images": 25, "learned_from": 100, "accuracy": 0.93, "accuracy_low": 0.9,
            "accuracy_high": 0.95,
        }  # fmt: skip
        service_with.answers["POST /v1/imports"] = imported(
            version=2, imported=0, edited=0, deleted=0, unchanged=1, suggested=[told]
        )
        words = run("datasets", "edit", "faces", "--image", "img_1", "--set", "nose=1", "--suggest").stdout
        assert "version 2: the same images, with values suggested\n" in words
        assert "  hair: 25 values suggested; of 100 known ones 93% were told (90% to 95%)\n" in words
        assert sent(service_with)["suggest_attributes"]
        run("datasets", "merge", "faces", "faces", "--suggest")
        assert sent(service_with)["suggest_attributes"]
        service_with.answers["POST /v1/imports"] = imported(version=3, imported=0, edited=24, deleted=0, unchanged=1)
        result = run("datasets", "confirm", "faces", "hair", "--least", "0.9", "--where", "suggested.hair:1")
        assert result.stdout == "faces [bold] (ds_1) version 3: 24 edited, 1 unchanged\n", result.output
        assert sent(service_with)["source"] == {
            "type": "edit", "where": ["suggested.hair:1"], "confirm": ["hair"], "least_confidence": 0.9,
        }  # fmt: skip
        run("datasets", "dismiss", "faces", "hair")
        assert sent(service_with)["source"] == {"type": "edit", "where": [], "dismiss": ["hair"]}

    def test_merge(self, service_with: Server) -> None:
        service_with.answers["POST /v1/imports"] = imported(version=1, imported=24, rejected=0, duplicates=1)
        result = run("datasets", "merge", "faces", "faces:3", "faces", "--where", "nose:1")
        assert result.stdout == "faces [bold] (ds_1) version 1: 24 images; left out: 1 duplicates\n", result.output
        assert sent(service_with)["source"]["parts"] == [
            {"dataset_id": "ds_1", "version": 3, "where": ["nose:1"]}, {"dataset_id": "ds_1", "where": ["nose:1"]},
        ]  # fmt: skip

    def test_merge_with_attributes_as_texts(self, service_with: Server) -> None:
        service_with.answers["POST /v1/imports"] = imported(version=1, imported=24, rejected=0, duplicates=1)
        run("datasets", "merge", "faces", "faces", "--as-text", "age", "--as-text", "eyes")
        assert sent(service_with)["source"]["as_text"] == ["age", "eyes"]

    @pytest.mark.parametrize("dry", [(), ("--dry-run",)])
    def test_a_dataset_that_was_made_for_nothing_is_not_left_behind(self, server: Server, dry: tuple[str]) -> None:
        server.answers |= {
            "GET /v1/datasets": page(), "GET /v1/datasets/ds_1": (200, DATASET), "DELETE /v1/datasets/ds_9": (204, ""),
            "POST /v1/datasets": (201, {**DATASET, "id": "ds_9"}),
        }  # fmt: skip
        ends = [(422, {"detail": "No.", "code": "validation_failed"}), imported(version=1, imported=24, duplicates=0)]
        failed = job("failed", "import", id="imp_1", urls={"self": "/v1/imports/imp_1"}, rejected_rows=[],
                     error={"code": "bad_archive", "message": "No."})  # fmt: skip
        for answer, is_left in ((ends[0], False), ((202, failed), False), (ends[1], not dry)):
            server.answers["POST /v1/imports"] = answer
            server.bodies.clear()
            run("datasets", "merge", "new", "ds_1", *dry)
            assert ("DELETE /v1/datasets/ds_9" in server.bodies) is not is_left

    def test_a_dataset_that_was_there_stays_whatever_comes_of_it(self, service_with: Server) -> None:
        service_with.problem("POST /v1/imports", 422, "validation_failed")
        run("datasets", "merge", "faces", "ds_1", "--dry-run")
        assert not [what for what in service_with.bodies if what.startswith("DELETE")]

    def test_what_an_import_does_with_pictures_is_sent_as_it_was_asked_for(
        self, service_with: Server, tmp_path: Path
    ) -> None:
        (tmp_path / "faces.zip").write_bytes(b"PK\x03\x04")
        service_with.answers["GET /v1/datasets"] = page(VOUCHED)
        service_with.answers["POST /v1/imports"] = imported(version=1, imported=7, rejected=0, duplicates=0)
        flags = ("--detect-faces", "--size", "32", "--near-duplicates", "drop", "--allow-generated")
        run("import", "faces.zip", *flags)
        sent = service_with.bodies["POST /v1/imports"]
        wanted = {"detect_faces": True, "size": 32, "near_duplicates": "drop", "allow_generated": True}
        assert json.dumps(wanted).encode() in sent

    def test_a_dry_run_shows_the_schema(self, service_with: Server, tmp_path: Path) -> None:
        (tmp_path / "faces.zip").write_bytes(b"PK\x03\x04")
        service_with.answers["GET /v1/datasets"] = page(VOUCHED)
        values = [{"value": "1", "count": 3}, {"value": "2", "count": 4}]
        schema = [
            {"attribute": "eyes", "type": "text", "values": values, "distinct": 2, "missing": 0, "suits": "enum"},
            {"attribute": "age", "type": "number", "values": values, "distinct": 9, "missing": 4, "minimum": 1,
             "maximum": 31.5},
            {"attribute": "nose", "type": "text", "values": [], "distinct": 0, "missing": 7},
        ]  # fmt: skip
        service_with.answers["POST /v1/imports"] = imported(
            version=None, imported=7, rejected=1, duplicates=0, schema=schema
        )
        assert run("import", "faces.zip", "--dry-run").stdout.splitlines() == [
            "faces [bold] (ds_1) would have: 7 images; left out: 1 rejected; nothing was stored",
            "  eyes (text, suits enum): 1, 2; 0 missing", "  age (number): 1 to 31.5; 4 missing",
            "  nose (text): no value; 7 missing",
        ]  # fmt: skip

    def test_rows(self, server: Server, tmp_path: Path) -> None:
        server.answers["GET /v1/imports/imp_1/rows"] = 200, rows(*ROWS)
        assert run("datasets", "rows", "imp_1").stdout.splitlines() == [
            "row  file   outcome   image_id  code       detail",
            "1    a.png  accepted  img_1",
            "7    b.png  rejected            too_small  8 pixels",
        ]
        server.answers["GET /v1/imports/imp_1/rows"] = 200, "row,file\n"
        run("datasets", "rows", "imp_1", "--csv", "rows.csv")
        assert (tmp_path / "rows.csv").read_text() == "row,file\n"


def test_an_import_without_effect_says_so() -> None:
    none = {"imported": 0, "edited": 0, "deleted": 0, "unchanged": 3}
    assert in_words({"version": 2, **none}) == "nothing has changed: it is still at version 2"
    assert in_words({"version": None, "schema": [], **none}) == "would have: nothing new; nothing was stored"
    duplicates = {"version": 2, "imported": 0, "duplicates": 5, "rejected": 1}
    told = "nothing new: 5 of 6 are already in version 2; left out: 1 rejected, 5 duplicates"
    assert in_words(duplicates) == told


def test_the_bar_names_the_file_that_is_read() -> None:
    file = {"name": "b.zip", "number": 2, "count": 3}
    events = event_text(1, current=1, total=2, file=file) + event_text(2, "end", status="succeeded")
    service, said = (
        Service(ok(**job("running", "import")), stream(events), ok(**job("succeeded", "import"))),
        list[str](),
    )
    with service.client() as client, progress_bar() as bar:
        update = bar.update
        bar.update = lambda task, **facts: (said.append(facts.get("phase", "")), update(task, **facts))[1]
        follow(bar, client.imports.get("trn_1"), "import")
    assert "b.zip, 2 of 3 files" in said
