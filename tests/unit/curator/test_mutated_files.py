"""Mutated archives and images in the children that read strangers' files: the parent lives, what is accepted decodes.

MASKERAID_TEST_EXAMPLES asks for more files than the everyday 300.
"""

import io
import os
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from PIL import Image
from tests.benchmarks.watching import megabytes_at_most
from tests.chaos.fixtures import Note, measured
from tests.unit.curator.test_archives import HOSTILE, PLAIN
from tests.unit.curator.zips import Member, build, described
from tests.unit.faces import odd_images

from maskeraid_core.errors import BadArchive
from maskeraid_core.image_sanitiser import ImageRejected, SanitisedPicture
from maskeraid_core.limited_child import LimitedChild
from maskeraid_curator import reading
from maskeraid_curator.reading import IMAGE_CHILD, Outcome, sanitise_entries, survey

EXAMPLES = int(os.environ.get("MASKERAID_TEST_EXAMPLES", "300"))
__all__ = ["measured"]
IMAGES_AN_ARCHIVE = 50
MOST_MEMORY = 300  # MiB, of a child
ODD = [make() for make in odd_images.ODD.values()]
MANIFEST = b"file,eyes\na.png,1\nb.jpg,2\n"


class WatchedChild(LimitedChild):
    """A child that tells, at its end, how much memory it ever had."""

    peaks: list[float]

    def _kill(self) -> None:
        if self._process.poll() is None:
            self.peaks.append(megabytes_at_most(self.pid))
        super()._kill()


@pytest.fixture
def peaks(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The most memory of each child that did not die by itself, in MiB."""
    WatchedChild.peaks = []
    monkeypatch.setattr(reading, "LimitedChild", WatchedChild)
    return WatchedChild.peaks


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The only folder for temporary files; nothing is left in it at the end."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    yield tmp_path
    assert not list(tmp_path.iterdir())


def opened(data: bytes, open_files: ExitStack) -> int:
    """A descriptor of a nameless file with these bytes."""
    file = open_files.enter_context(tempfile.TemporaryFile())  # noqa: SIM115  closed by the stack
    file.write(data)
    file.flush()
    return file.fileno()


def outcomes_of(data: bytes) -> list[Outcome]:
    """What becomes of the images of an archive, which is surveyed first. Raises: BadArchive."""
    found: list[Outcome] = []
    with ExitStack() as open_files:
        archive = opened(data, open_files)
        surveyed = survey(archive)
        images = [entry for entry in surveyed.entries if entry.name != surveyed.manifest_name]
        sanitise_entries(archive, images, found.extend, start=start_watched)
    return found


def start_watched(archive: int) -> LimitedChild:
    return WatchedChild(IMAGE_CHILD, descriptors=[archive])


def check_picture(picture: SanitisedPicture) -> None:
    """It decodes to what was said of it, and nothing travels along."""
    decoded = Image.open(io.BytesIO(picture.png))
    decoded.load()
    assert (decoded.format, decoded.mode, decoded.size) == ("PNG", "RGB", (picture.width, picture.height))
    assert decoded.info == {}
    assert odd_images.CANARY not in picture.png


class TestHostileArchives:
    def test_end_in_their_reason_within_the_limits(self, place: Path, peaks: list[float]) -> None:
        """Each in a child, as an import reads it; those that lie about an entry are found out when it is inflated."""
        told: dict[str, object] = {}
        for title, (_, data) in HOSTILE.items():
            try:
                told[title] = outcomes_of(data)
            except BadArchive as refused:
                told[title] = refused.facts["reason"]
        assert told == {title: reason for title, (reason, _) in HOSTILE.items()}
        assert len(peaks) >= len(HOSTILE)
        assert max(peaks) <= MOST_MEMORY


class TestHostileImages:
    def test_end_as_refused_rows_within_the_limits(self, place: Path, peaks: list[float]) -> None:
        makers = {
            title: make for title, (_, make) in odd_images.HOSTILE.items() if title != "zip"
        }  # refused as a whole
        images = [Member(title.encode(), make()) for title, make in makers.items()]
        found = {entry.name: outcome for entry, outcome in outcomes_of(build(images))}
        accepted = [title for title, outcome in found.items() if not isinstance(outcome, ImageRejected)]
        assert found.keys() == makers.keys()
        assert not accepted
        assert all(str(outcome) for outcome in found.values())
        assert max(peaks) <= MOST_MEMORY


def archives() -> list[bytes]:
    """Good ones of several kinds."""
    picture, photograph = odd_images.packed(odd_images.FACE, "PNG"), odd_images.packed(odd_images.FACE, "JPEG")
    files = [Member(b"a.png", picture), Member(b"b.jpg", photograph, method=8), Member(b"manifest.csv", MANIFEST)]
    streamed = [described(Member(b"a.png", picture, method=8)), described(Member(b"b.jpg", photograph))]
    return [PLAIN, build(files), build(streamed)]


@pytest.mark.timeout(7200)  # ten thousand are many minutes
@pytest.mark.row("S4", "mutated archives (10,000): the parent lives, a named reason or images that decode, <= 300 MiB")
def test_mutated_archives(place: Path, peaks: list[float], measured: Note) -> None:
    sources, ends = archives(), Counter[str]()
    for seed in range(EXAMPLES // 3):
        try:
            for _, outcome in outcomes_of(odd_images.mutated(sources[seed % len(sources)], seed)):
                if isinstance(outcome, SanitisedPicture):
                    check_picture(outcome)
            ends["read"] += 1
        except BadArchive as refused:
            ends[str(refused.facts["reason"])] += 1
    measured(f"{sum(ends.values())} files: {dict(ends.most_common())}; {max(peaks):.0f} MiB")
    assert all(outcomes_of(source) for source in sources)
    assert len(ends) > 5
    assert "hostile" not in ends
    assert max(peaks) <= MOST_MEMORY


@pytest.mark.timeout(7200)
@pytest.mark.row("S5", "mutated images (10,000): the parent lives, no metadata, output decodes, <= 300 MiB")
def test_mutated_images(place: Path, peaks: list[float], measured: Note) -> None:
    ends = Counter[str]()
    for first in range(0, EXAMPLES, IMAGES_AN_ARCHIVE):
        seeds = range(first, min(first + IMAGES_AN_ARCHIVE, EXAMPLES))
        images = [Member(b"%d" % seed, odd_images.mutated(ODD[seed % len(ODD)], seed)) for seed in seeds]
        for _, outcome in outcomes_of(build(images)):
            ends[outcome.code if isinstance(outcome, ImageRejected) else "accepted"] += 1
            if isinstance(outcome, SanitisedPicture):
                check_picture(outcome)
    measured(f"{ends.total()} files: {dict(ends.most_common())}; {max(peaks):.0f} MiB")
    assert ends.total() == EXAMPLES
    assert ends["accepted"]
    assert ends["unreadable_image"]
    assert max(peaks) <= MOST_MEMORY
