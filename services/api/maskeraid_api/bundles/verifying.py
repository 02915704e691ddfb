"""Checks a bundle that somebody hands in, by the installation's own key. Nothing is unpacked to the disk."""

import base64
import binascii
import hashlib
import json
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, Literal, NamedTuple

from pydantic import ValidationError

from maskeraid_api.bundles.manifest import LARGEST_MANIFEST, MANIFEST, SIGNATURE, Manifest, in_order, signature_text
from maskeraid_api.bundles.own_png import NotOurs, unpack
from maskeraid_api.bundles.plain_zip import Place, read_places
from maskeraid_api.bundles.visible_pixels import visible_sha256
from maskeraid_api.signing import Signer
from maskeraid_core.errors import BadArchive

Outcome = Literal["passed", "failed", "skipped"]
PIECE = 2**20  # bytes read at once
LARGEST_SIGNATURE = 1024  # bytes
MOST_NAMED = 5  # files, in a sentence
PHOTO_COVERING, PHOTOS = "photo-covering.png", ("photo-input.png", "photo.png")  # before, after
_FINAL = re.compile(r"\d+-final\.png")


class Check(NamedTuple):
    name: str
    outcome: Outcome
    detail: str


class Failed(Exception):
    """A check has failed; the message says how."""


@dataclass
class Verifier:
    """One bundle, and what was found out of it."""

    archive: BinaryIO
    length: int  # bytes
    signer: Signer
    places: dict[str, Place] = field(default_factory=dict)
    manifest: Manifest | None = None  # to be trusted only when the signature is good
    checks: list[Check] = field(default_factory=list)

    @property
    def is_valid(self) -> bool:
        return all(check.outcome != "failed" for check in self.checks)

    @property
    def signed(self) -> Manifest | None:
        """The manifest, when this installation has signed it."""
        return self.manifest if "signature" in self._passed() else None

    def run(self) -> None:
        """Every check, in its order; one whose ground has failed is skipped."""
        for name, needs, check in CHECKS:
            if missing := [need for need in needs if need not in self._passed()]:
                self.checks.append(Check(name, "skipped", f"{missing[0]} did not pass"))
                continue
            try:
                self.checks.append(Check(name, "passed", check(self)))
            except (Failed, BadArchive) as error:
                self.checks.append(Check(name, "failed", str(error)))
            except NotOurs as error:
                self.checks.append(Check(name, "skipped", str(error)))

    def read(self, name: str, most: int | None = None) -> bytes:
        """The content of a file that has at most so many bytes. Raises: Failed."""
        place = self.places.get(name)
        if place is None:
            raise Failed(f"{name} is missing")
        if most is not None and place.member.size > most:
            raise Failed(f"{name} has {place.member.size} bytes, more than {most}")
        return b"".join(self._pieces(place))

    def is_content(self, name: str, sha256: str | None) -> bool:
        """Whether a file has its checksum, and the digest where one is given."""
        digest, crc32 = hashlib.sha256(), 0
        for piece in self._pieces(self.places[name]):
            digest.update(piece)
            crc32 = zlib.crc32(piece, crc32)
        return crc32 == self.places[name].member.crc32 and sha256 in (None, digest.hexdigest())

    def _pieces(self, place: Place) -> Iterator[bytes]:
        self.archive.seek(place.offset)
        left = place.member.size
        while left:
            piece = self.archive.read(min(PIECE, left))
            left -= len(piece)
            yield piece

    def _passed(self) -> set[str]:
        return {check.name for check in self.checks if check.outcome == "passed"}


def check_archive(bundle: Verifier) -> str:
    bundle.places = {place.member.name: place for place in read_places(bundle.archive, bundle.length)}
    return f"it has {len(bundle.places)} files, as this service writes them"


def check_manifest(bundle: Verifier) -> str:
    try:
        bundle.manifest = Manifest.model_validate_json(bundle.read(MANIFEST, LARGEST_MANIFEST))
    except ValidationError as error:
        place = ".".join(map(str, error.errors()[0]["loc"])) or "it"
        raise Failed(f"{MANIFEST} cannot be used: {place[:100]}: {error.errors()[0]['msg'][:200]}") from error
    return f"{bundle.manifest.format} of {bundle.manifest.reimaging_id}"


def check_signature(bundle: Verifier) -> str:
    text = bundle.read(SIGNATURE, LARGEST_SIGNATURE)
    try:
        said = json.loads(text)
        key_id, signature = str(said["key_id"]), base64.b64decode(said["signature"])
    except (ValueError, KeyError, TypeError, RecursionError, binascii.Error) as error:
        raise Failed(f"{SIGNATURE} cannot be read") from error
    if key_id != bundle.signer.key_id:
        raise Failed(f"signed by the key {key_id[:80]!r}, which is unknown here: ask the server that made it")
    if text != signature_text(key_id, signature):  # else one signature could be written in several ways
        raise Failed(f"{SIGNATURE} is not as this service writes it")
    if not bundle.signer.is_signature(signature, bundle.read(MANIFEST, LARGEST_MANIFEST)):
        raise Failed(f"{MANIFEST} was changed after it was signed, or never signed here")
    return f"signed by {key_id}, the key of this server"


def check_files(bundle: Verifier) -> str:
    wanted, found = {*_manifest(bundle).files, MANIFEST, SIGNATURE}, set(bundle.places)
    if missing := wanted - found:
        raise Failed(f"missing: {_some(missing)}")
    if additional := found - wanted:
        raise Failed(f"not in the manifest: {_some(additional)}")
    if list(bundle.places) != in_order(found):
        raise Failed("they are not in the order in which this service writes them: somebody has packed them anew")
    return "none is missing, none was added, in their order"


def check_digests(bundle: Verifier) -> str:
    facts = _manifest(bundle).files
    changed = {
        name
        for name, place in bundle.places.items()
        if not bundle.is_content(name, facts[name].sha256 if name in facts else None)
        or (name in facts and place.member.size != facts[name].bytes)
    }
    if changed:
        raise Failed(f"not what the manifest says, or not their checksum: {_some(changed)}")
    return f"all {len(facts)} files have the digests of the manifest"


def check_proof(bundle: Verifier) -> str:
    proof = _manifest(bundle).proof
    if not proof.equal or proof.uncovered_pixels_in != proof.uncovered_pixels_out:
        raise Failed("the visible pixels of the result are not those of the input")
    return f"visible pixels before and after: {proof.uncovered_pixels_in}"


def check_pixels(bundle: Verifier) -> str:
    """Only pictures that this installation has signed come so far."""
    covering = unpack(bundle.read("covering.png"))
    names = ["input.png", *sorted(name for name in bundle.places if _FINAL.fullmatch(name))]
    expected = _manifest(bundle).proof.uncovered_pixels_in.removeprefix("sha256:")
    for name in names:
        if visible_sha256(unpack(bundle.read(name)), covering) != expected:
            raise Failed(f"the visible pixels of {name} do not have the digest of the proof")
    return f"of {len(names)} pictures, counted anew: their visible pixels have the digest of the proof{_photo(bundle)}"


def _photo(bundle: Verifier) -> str:
    """The same of a whole photo, whose pictures are signed as all files are."""
    if PHOTO_COVERING not in bundle.places:
        return ""
    covering = unpack(bundle.read(PHOTO_COVERING))
    if len({visible_sha256(unpack(bundle.read(name)), covering) for name in PHOTOS}) > 1:
        raise Failed("the visible pixels of {1} are not those of {0}".format(*PHOTOS))
    return "; those of the whole photo are the same before and after"


CHECKS: tuple[tuple[str, tuple[str, ...], Callable[[Verifier], str]], ...] = (
    ("archive", (), check_archive),
    ("manifest", ("archive",), check_manifest),
    ("signature", ("manifest",), check_signature),
    ("files", ("manifest",), check_files),
    ("digests", ("manifest",), check_digests),
    ("proof", ("signature",), check_proof),
    ("pixels", ("signature", "files", "digests"), check_pixels),
)


def _manifest(bundle: Verifier) -> Manifest:
    assert bundle.manifest is not None  # the checks that ask have it among their needs
    return bundle.manifest


def _some(names: set[str]) -> str:
    shown = ", ".join(sorted(names)[:MOST_NAMED])
    return shown if len(names) <= MOST_NAMED else f"{shown}, and {len(names) - MOST_NAMED} more"
