"""What a bundle holds: everything, the same each time, signed; and a page for people."""

import base64
import hashlib
import json
import re
import zipfile

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from tests.unit.api.bundled import HOSTILE, Made

from maskeraid_api.bundles.report import write_report
from maskeraid_api.bundles.result import shown_result, write_result
from maskeraid_core.blobs import sha256_hex
from maskeraid_core.documents.ratings import ResultRating
from maskeraid_core.documents.reimagings import STATEMENT


def manifest_in(made: Made) -> dict[str, object]:
    manifest: dict[str, object] = json.loads(made.zip.read("manifest.json"))
    return manifest


class TestContent:
    def test_holds_every_file_of_the_result_as_it_is(self, made: Made) -> None:
        files = (made.job.result or {})["files"]
        assert set(made.zip.namelist()) == {*files, "manifest.json", "manifest.sig", "report.html", "result.json"}
        assert {name: sha256_hex(made.zip.read(name)) for name in files} == {
            name: file["sha256"] for name, file in files.items()
        }

    def test_is_stored_without_dates_as_common_readers_understand(self, made: Made) -> None:
        assert made.zip.testzip() is None
        kinds = {(row.compress_type, row.date_time, row.flag_bits, row.extra) for row in made.zip.infolist()}
        assert kinds == {(zipfile.ZIP_STORED, (1980, 1, 1, 0, 0, 0), 0, b"")}

    def test_result_names_files_that_are_beside_it(self, made: Made) -> None:
        result = json.loads(made.zip.read("result.json"))
        assert "/v1/" not in json.dumps(result)
        assert set(result["files"].values()) < set(made.zip.namelist())
        assert result["result"]["steps"]["final"] == "final.png"
        assert result["statement"] == STATEMENT

    def test_what_its_owner_thinks_of_it_stays_behind(self, made: Made) -> None:
        rating = ResultRating(stars=1, note="ours", rated_at=made.job.created_at)
        rated = made.job.model_copy(update={"rating": rating})
        assert write_result(shown_result(rated)) == made.zip.read("result.json")

    def test_manifest_says_what_made_it_and_for_whom(self, made: Made) -> None:
        manifest, result = manifest_in(made), made.job.result or {}
        assert manifest["format"] == "maskeraid-bundle-1"
        assert manifest["reimaging_id"] == made.job.id
        assert manifest["statement"] == STATEMENT
        assert manifest["proof"] == result["proof"]
        assert manifest["model_digest"] == result["provenance"]["model_digest"]
        assert manifest["data"] == [{"dataset_id": "ds_light", "version": 1}]
        told = ("seed", "software", "purpose", "case_reference", "requested_by")
        assert [manifest[name] for name in told] == [7, "0.1.0", HOSTILE, "2026-118", "our key"]

    def test_manifest_has_digest_and_size_of_every_other_file(self, made: Made) -> None:
        others = set(made.zip.namelist()) - {"manifest.json", "manifest.sig"}
        assert manifest_in(made)["files"] == {
            name: {"sha256": sha256_hex(made.zip.read(name)), "bytes": len(made.zip.read(name))} for name in others
        }

    def test_signature_is_that_of_the_server_s_key(self, made: Made) -> None:
        signed = json.loads(made.zip.read("manifest.sig"))
        assert signed["key_id"] == made.signer.key_id
        public = Ed25519PublicKey.from_public_bytes(base64.b64decode(made.signer.public_key))
        public.verify(base64.b64decode(signed["signature"]), made.zip.read("manifest.json"))


class TestReport:
    def test_statement_comes_first_and_every_part_is_there(self, made: Made) -> None:
        page = made.zip.read("report.html").decode()
        body = page.partition("<body")[2]
        assert body.index(STATEMENT) < body.index("<h1>") < body.index("<img")
        titles = ("Input", "four steps", "Candidates", "Uncertainty", "Seam", "Selection", "Provenance", "Proof")
        places = [body.index(title) for title in titles]
        assert places == sorted(places)

    def test_pictures_are_those_beside_it(self, made: Made) -> None:
        shown = set(re.findall(r'src="([^"]+)"', made.zip.read("report.html").decode()))
        assert {"input.png", "covering.png", "clipped.png", "0-final.png", "1-final.png", "uncertainty.png"} <= shown
        assert shown <= set(made.zip.namelist())

    def test_says_how_many_starts_of_a_search_ended_at_a_candidate(self, made: Made) -> None:
        shown = json.loads(made.zip.read("result.json"))
        assert "ended here" not in write_report(shown).decode()
        shown["result"]["candidates"][0]["starts"] = {"ended_here": 12, "of": 20}
        assert "12 of 20 starts ended here" in write_report(shown).decode()

    def test_shows_the_seam_the_interval_and_why_the_model_was_chosen(self, made: Made) -> None:
        shown = json.loads(made.zip.read("result.json"))
        result = shown["result"]
        result["interval"] = {"level": 0.9, "low": "interval-low.png", "high": "interval-high.png", "mean_width": 0.12}
        result["selection"]["explained"] = {"why": "why.png"}
        page = write_report(shown).decode()
        assert {"seam.png", "interval-low.png", "interval-high.png", "why.png"} <= set(
            re.findall(r'src="([^"]+)"', page)
        )
        assert result["selection"]["reason"] in page
        first = result["selection"]["distribution"][0]
        assert f"{first['probability']:.0%}, {'fits' if first['fits'] else 'does not fit'}" in page

    def test_shows_a_whole_photo_with_its_proof(self, made: Made) -> None:
        """The face that was chosen decides on blocks, not the first one."""
        shown = json.loads(made.zip.read("result.json"))
        small, large = ({"box": [0, 0, side, side]} for side in (32, 600))
        proof = {"uncovered_pixels_in": "sha256:photo", "uncovered_pixels_out": "sha256:photo", "equal": True}
        shown["result"] |= {
            "faces": [small, large], "face": 1,
            "photo": {"input": "photo-input.png", "covering": "photo-covering.png", "url": "photo.png", "proof": proof},
        }  # fmt: skip
        page = write_report(shown).decode()
        assert {"photo-input.png", "photo-covering.png", "photo.png"} <= set(re.findall(r'src="([^"]+)"', page))
        assert page.count("sha256:photo") == 2
        assert '<body class="blocks">' not in page
        assert '<body class="blocks">' in write_report({**shown, "result": {**shown["result"], "face": 0}}).decode()

    def test_has_no_script_and_takes_none(self, made: Made) -> None:
        page = made.zip.read("report.html").decode()
        assert "<script" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
        assert "default-src 'none'" in page
        style = re.search("<style>(.*)</style>", page, re.DOTALL)
        assert style is not None
        digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
        assert f"style-src 'sha256-{digest}'" in page
