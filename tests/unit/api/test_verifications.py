"""A bundle is valid to the byte: whatever is changed, added, or left out, some check says so."""

import io
import json
import struct
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image as Pictures
from tests.unit.api.bundled import Made
from tests.unit.curator.zips import Member as Entry
from tests.unit.curator.zips import build

from maskeraid_api.bundles.manifest import in_order, signature_of
from maskeraid_api.bundles.own_png import NotOurs, Pixels, unpack
from maskeraid_api.bundles.plain_zip import MOST_ENTRIES, Member, directory
from maskeraid_api.bundles.verifying import Verifier
from maskeraid_api.bundles.visible_pixels import visible_sha256
from maskeraid_api.signing import Signer, make_key
from maskeraid_core.blobs import sha256_hex
from maskeraid_faces.blending import composite
from maskeraid_faces.png import encode_png

NAMES = ["archive", "manifest", "signature", "files", "digests", "proof", "pixels"]
ENTRIES = [
    "manifest.json", "manifest.sig", "report.html", "result.json", "input.png", "covering.png", "0-final.png",
    "labelled.png", "generated.npy",
]  # fmt: skip


def verify(content: bytes, signer: Signer) -> Verifier:
    bundle = Verifier(io.BytesIO(content), len(content), signer)
    bundle.run()
    assert [check.name for check in bundle.checks] == NAMES
    return bundle


def outcomes(bundle: Verifier) -> dict[str, str]:
    return {check.name: check.outcome for check in bundle.checks}


def details(bundle: Verifier) -> str:
    return "\n".join(check.detail for check in bundle.checks if check.outcome == "failed")


def contents(made: Made) -> dict[str, bytes]:
    return {name: made.zip.read(name) for name in made.zip.namelist()}


def packed(files: dict[str, bytes]) -> bytes:
    """A zip in the form of bundles."""
    members = [Member(name, zlib.crc32(data), len(data)) for name, data in files.items()]
    body = b"".join(member.header + files[member.name] for member in members)
    return body + directory(members)


def signed_anew(made: Made, change: Callable[[dict[str, Any]], object], files: dict[str, bytes]) -> bytes:
    """As if the installation itself had signed a changed manifest."""
    manifest = json.loads(files["manifest.json"])
    change(manifest)
    text = json.dumps(manifest).encode()
    signed = {**files, "manifest.json": text, "manifest.sig": signature_of(text, made.signer)}
    return packed({name: signed[name] for name in in_order(signed)})


class TestGoodBundle:
    def test_passes_every_check(self, made: Made) -> None:
        bundle = verify(made.content, made.signer)
        assert set(outcomes(bundle).values()) == {"passed"}
        assert bundle.is_valid
        assert bundle.signed is not None
        assert bundle.signed.reimaging_id == made.job.id

    def test_its_pixels_are_counted_anew(self, made: Made) -> None:
        (check,) = [check for check in verify(made.content, made.signer).checks if check.name == "pixels"]
        assert check.detail.startswith("of 3 pictures")  # the input, two candidates


class TestChangedBundle:
    @pytest.mark.parametrize("name", ENTRIES)
    @pytest.mark.parametrize("share", [0.0, 0.5, 1.0], ids=["first", "middle", "last"])
    def test_a_byte_of_a_file(self, made: Made, name: str, share: float) -> None:
        info = made.zip.getinfo(name)
        begin = info.header_offset + 30 + len(name)
        place = begin + round(share * (info.file_size - 1))
        bundle = verify(flipped(made.content, place), made.signer)
        assert not bundle.is_valid

    def test_any_byte_at_all(self, made: Made) -> None:
        """Every byte around the contents, and a sample of the contents."""
        places = {*range(0, len(made.content), 997), *range(len(made.content) - 3000, len(made.content))}
        for info in made.zip.infolist():
            places |= set(range(info.header_offset, info.header_offset + 30 + len(info.filename)))
        for place in places:
            bundle = verify(flipped(made.content, place, 1), made.signer)
            assert not bundle.is_valid, place

    def test_a_file_in_place_of_another_with_its_checksum_mended(self, made: Made) -> None:
        files = contents(made)
        bundle = verify(packed({**files, "final.png": files["1-final.png"]}), made.signer)
        assert outcomes(bundle) == dict.fromkeys(NAMES, "passed") | {"digests": "failed", "pixels": "skipped"}
        assert "final.png" in details(bundle)

    def test_a_file_left_out_or_added_is_named(self, made: Made) -> None:
        files = contents(made)
        more = verify(packed({**files, "extra.png": b"x"}), made.signer)
        assert (outcomes(more)["files"], "extra.png" in details(more)) == ("failed", True)
        del files["uncertainty.png"]
        less = verify(packed(files), made.signer)
        assert (outcomes(less)["files"], "uncertainty.png" in details(less)) == ("failed", True)

    def test_files_in_another_order(self, made: Made) -> None:
        """Else a result would have as many bundles as its files have orders."""
        files = contents(made)
        assert packed(files) == made.content
        for names in (sorted(files), list(reversed(files))):
            bundle = verify(packed({name: files[name] for name in names}), made.signer)
            assert (outcomes(bundle)["files"], "packed them anew" in details(bundle)) == ("failed", True)

    def test_a_key_that_is_not_this_server_s_is_named(self, made: Made) -> None:
        stranger = Signer.by(make_key())
        bundle = verify(made.content, stranger)
        assert outcomes(bundle)["signature"] == "failed"
        assert made.signer.key_id in details(bundle)
        assert bundle.signed is None

    def test_a_signature_by_another_key_under_this_server_s_name(self, made: Made) -> None:
        files, forger = contents(made), Signer.by(make_key())
        forged = signature_of(files["manifest.json"], forger).replace(
            forger.key_id.encode(), made.signer.key_id.encode()
        )
        bundle = verify(packed({**files, "manifest.sig": forged}), made.signer)
        assert outcomes(bundle)["signature"] == "failed"

    def test_a_proof_that_does_not_hold(self, made: Made) -> None:
        content = signed_anew(made, lambda one: one["proof"].update(uncovered_pixels_out="sha256:0"), contents(made))
        assert outcomes(verify(content, made.signer))["proof"] == "failed"

    def test_a_picture_whose_visible_pixels_changed_before_it_was_signed(self, made: Made) -> None:
        files = contents(made)
        pixels = np.array(Pictures.open(io.BytesIO(files["1-final.png"])))
        pixels[0, 0] ^= 1
        files["1-final.png"] = encode_png(pixels)
        facts = {"sha256": sha256_hex(files["1-final.png"]), "bytes": len(files["1-final.png"])}
        content = signed_anew(made, lambda one: one["files"].update({"1-final.png": facts}), files)
        bundle = verify(content, made.signer)
        assert outcomes(bundle) == dict.fromkeys(NAMES, "passed") | {"pixels": "failed"}
        assert "1-final.png" in details(bundle)


class TestWholePhoto:
    @pytest.mark.parametrize(("place", "outcome"), [((1, 2), "passed"), ((0, 0), "failed")])
    def test_changes_only_under_its_covering(self, made: Made, place: tuple[int, int], outcome: str) -> None:
        before = np.random.default_rng(0).integers(0, 256, (5, 7, 3), np.uint8)
        after, covering = before.copy(), np.zeros((5, 7), np.uint8)
        covering[1:3, 2:4], after[place] = 255, ~before[place]
        pictures = {"photo-input.png": before, "photo.png": after, "photo-covering.png": covering}
        photo = {name: encode_png(picture) for name, picture in pictures.items()}
        facts = {name: {"sha256": sha256_hex(data), "bytes": len(data)} for name, data in photo.items()}
        content = signed_anew(made, lambda one: one["files"].update(facts), {**contents(made), **photo})
        bundle = verify(content, made.signer)
        assert outcomes(bundle) == dict.fromkeys(NAMES, "passed") | {"pixels": outcome}
        assert ("photo.png" in details(bundle)) == (outcome == "failed")


class TestHostileArchive:
    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b"", "not a zip"),
            (b"no zip at all, but long enough to hold one", "not a zip"),
            (build([Entry()], suffix=b"!"), "not a zip"),
            (build([Entry(name=b"../../etc/passwd")]), "no name"),
            (build([Entry(name=b"/a.png")]), "no name"),
            (build([Entry(name=b"a\\b.png")]), "no name"),
            (build([Entry(name=b"folder/")]), "no name"),
            (build([Entry(name="ä.png".encode())]), "no name"),
            (build([Entry(flags=1)]), "encrypted"),
            (build([Entry(data=bytes(2**20), method=8)]), "compressed"),
            (build([Entry(size=2**31)]), "compressed"),
            (build([Entry(), Entry()]), "two entries"),
            (build([Entry(name=b"a%d" % number) for number in range(MOST_ENTRIES + 1)]), "entries, more than"),
            (build([Entry()], count=60_000, here=60_000), "entries, more than"),
            (build([Entry()], count=2, here=2), "fewer entries"),
            (build([Entry()], offset=2**31), "does not end"),
            (build([Entry()], size=2**31), "too many"),
            (build([Entry()], disk=1), "several parts"),
            (build([Entry()], prefix=b"#!/bin/sh\n"), "not as this service"),
            (build([Entry(mode=0o120777)]), "not as this service"),
            (build([Entry(name=b"a", offset=0), Entry(name=b"b", offset=0)]), "not as this service"),
        ],
    )
    def test_is_refused_with_its_reason_and_the_rest_is_skipped(self, made: Made, content: bytes, words: str) -> None:
        bundle = verify(content, made.signer)
        assert outcomes(bundle) == dict.fromkeys(NAMES, "skipped") | {"archive": "failed"}
        assert words in details(bundle)

    def test_cut_short_anywhere_is_refused(self, made: Made) -> None:
        for share in range(100):
            cut = made.content[: len(made.content) * share // 100]
            assert outcomes(verify(cut, made.signer))["archive"] == "failed"

    def test_a_manifest_that_is_too_large_or_no_manifest_is_refused(self, made: Made) -> None:
        for manifest in (b" " * (2**20 + 1), b"[" * 100_000, b"{}", b'{"format": "other"}', b"\xff"):
            bundle = verify(packed({**contents(made), "manifest.json": manifest}), made.signer)
            assert outcomes(bundle)["manifest"] == "failed"
            assert outcomes(bundle)["signature"] == "skipped"

    def test_one_that_another_program_has_zipped_is_refused(self, made: Made) -> None:
        other = io.BytesIO()
        with zipfile.ZipFile(other, "w") as zipped:
            for name, data in contents(made).items():
                zipped.writestr(name, data)
        assert outcomes(verify(other.getvalue(), made.signer))["archive"] == "failed"


class TestPixels:
    @settings(max_examples=40, deadline=None)
    @given(
        pixels=arrays(np.uint8, st.tuples(st.integers(1, 20), st.integers(1, 20), st.just(3))),
        seed=st.integers(0, 99),
        has_repeats=st.booleans(),
    )
    def test_are_digested_as_the_worker_does_it(self, pixels: np.ndarray, seed: int, has_repeats: bool) -> None:
        covering = np.random.default_rng(seed).random(pixels.shape[:2]) < 0.5
        drawn = encode_png(covering.astype(np.uint8) * np.uint8(255), xmp="<x/>")
        unpacked = unpack(encode_png(pixels, has_repeats=has_repeats))
        assert unpacked.data == pixels.tobytes()
        assert visible_sha256(unpacked, unpack(drawn)) == composite.visible_sha256(pixels, covering)

    def test_grey_ones_count_as_rgb(self) -> None:
        grey = np.arange(64, dtype=np.uint8).reshape(8, 8)
        covering = Pixels(8, 8, 1, bytes(64))
        rgb = np.repeat(grey[..., None], 3, axis=2)
        expected = composite.visible_sha256(rgb, np.zeros((8, 8), bool))
        assert visible_sha256(unpack(encode_png(grey)), covering) == expected

    @pytest.mark.parametrize("mode", ["RGBA", "P", "1", "I;16"])
    def test_of_another_kind_are_not_read(self, mode: str) -> None:
        other = io.BytesIO()
        Pictures.new(mode, (8, 8)).save(other, "PNG")
        with pytest.raises(NotOurs):
            unpack(other.getvalue())

    @pytest.mark.parametrize("side", [0, 2049, 2**31])
    def test_of_a_size_that_is_never_re_imaged_are_not_read(self, side: int) -> None:
        content = encode_png(np.zeros((8, 8, 3), np.uint8))
        with pytest.raises(NotOurs):
            unpack(content[:16] + struct.pack(">2I", side, side) + content[24:])


def flipped(content: bytes, place: int, bit: int = 0x20) -> bytes:
    return content[:place] + bytes([content[place] ^ bit]) + content[place + 1 :]
