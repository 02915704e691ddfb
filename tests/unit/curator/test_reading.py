"""Archives read by limited children: rows, images, rejections, and deaths."""

import io
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from tests.unit.curator.zips import Member, build

from maskeraid_core.errors import BadArchive
from maskeraid_core.image_sanitiser import ImageRejected, SanitisedPicture
from maskeraid_core.limited_child import ChildDied, LimitedChild
from maskeraid_curator.reading import BATCH_BYTES, IMAGE_CHILD, Outcome, sanitise_entries, survey
from maskeraid_faces.drawn import draw_faces
from maskeraid_faces.measures import Measures, measure

FACES = draw_faces("faces-light").images
Archive = Callable[..., int]


def png(index: int, size: tuple[int, int] = (32, 32)) -> bytes:
    packed = io.BytesIO()
    Image.fromarray(FACES[index]).resize(size).save(packed, "PNG")
    return packed.getvalue()


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    """Packs members and opens the archive; closed after the test."""
    opened: list[int] = []

    def pack(*members: Member) -> int:
        path = tmp_path / f"{len(opened)}.zip"
        path.write_bytes(build(members))
        opened.append(os.open(path, os.O_RDONLY))
        return opened[-1]

    yield pack
    for descriptor in opened:
        os.close(descriptor)


def outcomes(descriptor: int, **options: Any) -> dict[str, SanitisedPicture | ImageRejected]:  # noqa: ANN401
    found: list[Outcome] = []
    sanitise_entries(descriptor, survey(descriptor).entries, found.extend, **options)
    return {entry.name: outcome for entry, outcome in found}


class FragileChild(LimitedChild):
    """A child that dies of every file whose name begins with `killer`."""

    def ask(
        self, header: dict[str, Any], body: bytes = b"", *, seconds: float
    ) -> Iterator[tuple[dict[str, Any], bytes]]:
        replies = super().ask(header, body, seconds=seconds)
        for entry in header["entries"]:
            if entry.name.startswith("killer"):
                os.kill(self.pid, signal.SIGKILL)
                raise ChildDied("killed")  # small replies may already lie in the pipe
            yield next(replies)
        yield from replies


def start_fragile(descriptor: int) -> LimitedChild:
    return FragileChild(IMAGE_CHILD, descriptors=[descriptor])


class TestSurvey:
    def test_manifest_and_entries(self, archive: Archive) -> None:
        found = survey(
            archive(Member(b"images/a.png", png(0)), Member(b"manifest.csv", b"file,eyes\nimages/a.png,1\n"))
        )
        assert [entry.name for entry in found.entries] == ["images/a.png", "manifest.csv"]
        assert found.manifest_name == "manifest.csv"
        assert found.manifest is not None
        assert found.manifest.rows == [["images/a.png", "1"]]

    def test_manifest_in_the_packed_folder(self, archive: Archive) -> None:
        deeper = Member(b"set/old/manifest.csv", b"file\n")
        assert survey(archive(deeper, Member(b"set/manifest.JSON", b"[]"))).manifest_name == "set/manifest.JSON"

    def test_no_manifest(self, archive: Archive) -> None:
        assert survey(archive(Member(b"a.png", png(0)))).manifest is None

    def test_many_rows_come_in_several_frames(self, archive: Archive) -> None:
        rows = b"".join(b"%05d.png,%d\n" % (number, number) for number in range(5000))
        manifest = survey(archive(Member(b"manifest.csv", b"file,n\n" + rows))).manifest
        assert manifest is not None
        assert manifest.rows[4321] == ["04321.png", "4321"]

    @pytest.mark.parametrize(
        ("reason", "members"),
        [
            ("path", [Member(b"../a.png")]),
            ("manifest", [Member(b"manifest.csv", b"image\n")]),
            ("manifest", [Member(b"manifest.csv", b"file\n"), Member(b"manifest.json", b"[]")]),
        ],
    )
    def test_refusal_names_its_reason(self, reason: str, members: list[Member], archive: Archive) -> None:
        with pytest.raises(BadArchive) as refused:
            survey(archive(*members))
        assert refused.value.facts == {"reason": reason}


class TestSanitising:
    def test_each_entry_has_its_outcome(self, archive: Archive) -> None:
        descriptor = archive(
            Member(b"good.png", png(0)),
            Member(b"wide.png", png(0, (64, 32))),
            Member(b"tiny.png", png(0, (8, 8))),
            Member(b"odd.png", png(0, (33, 33))),
            Member(b"text.png", b"hello"),
            Member(b"huge.png", b"\x89PNG\r\n\x1a\n" + bytes(25 * 2**20)),
        )
        found = outcomes(descriptor)
        codes = {name: outcome.code for name, outcome in found.items() if isinstance(outcome, ImageRejected)}
        assert codes == {
            "wide.png": "resolution_not_supported", "tiny.png": "too_small", "odd.png": "resolution_not_supported",
            "text.png": "unreadable_image", "huge.png": "too_large",
        }  # fmt: skip
        good = found["good.png"]
        assert isinstance(good, SanitisedPicture)
        assert Image.open(io.BytesIO(good.png)).tobytes() == FACES[0].tobytes()
        assert good.measures is not None
        assert Measures.from_dict(good.measures) == measure(FACES[0])

    def test_more_images_than_a_batch(self, archive: Archive) -> None:
        names = [b"%03d.png" % index for index in range(len(FACES))]
        found = outcomes(archive(*(Member(name, png(index)) for index, name in enumerate(names))))
        digests = {outcome.sha256 for outcome in found.values() if isinstance(outcome, SanitisedPicture)}
        assert len(digests) == len(FACES)

    def test_large_files_come_in_small_batches(self, archive: Archive) -> None:
        """So many images at once are held in memory, of two children."""
        noise = os.urandom(BATCH_BYTES // 4)
        descriptor = archive(*(Member(b"%d.png" % index, noise) for index in range(6)))
        batches: list[list[Outcome]] = []
        sanitise_entries(descriptor, survey(descriptor).entries, batches.append)
        assert sorted(map(len, batches)) == [2, 4]

    def test_a_lie_in_one_entry_refuses_the_archive(self, archive: Archive) -> None:
        descriptor = archive(Member(b"a.png", png(0)), Member(b"b.png", png(1), crc=1))
        with pytest.raises(BadArchive) as refused:
            outcomes(descriptor)
        assert refused.value.facts["reason"] == "crc"

    def test_what_the_keeper_raises_ends_the_work(self, archive: Archive) -> None:
        descriptor = archive(*(Member(b"%03d.png" % index, png(index)) for index in range(100)))
        kept: list[list[Outcome]] = []

        def keep(batch: list[Outcome]) -> None:
            kept.append(batch)
            raise TimeoutError("cancelled")

        with pytest.raises(TimeoutError):
            sanitise_entries(descriptor, survey(descriptor).entries, keep)
        assert len(kept) <= 2

    def test_nothing_to_do(self, archive: Archive) -> None:
        assert outcomes(archive()) == {}


class TestDeaths:
    def test_the_image_at_hand_is_rejected_and_the_rest_goes_on(self, archive: Archive) -> None:
        members = [Member(b"%02d.png" % index, png(index)) for index in range(10)]
        members.insert(3, Member(b"killer-1.png", png(20)))
        members.insert(7, Member(b"killer-2.png", png(21)))
        found = outcomes(archive(*members), start=start_fragile)
        rejected = {name: outcome.code for name, outcome in found.items() if isinstance(outcome, ImageRejected)}
        assert rejected == {"killer-1.png": "unreadable_image", "killer-2.png": "unreadable_image"}
        assert len(found) == 12

    def test_three_deaths_refuse_the_archive(self, archive: Archive) -> None:
        members = [Member(b"killer-%d.png" % index, png(index)) for index in range(3)]
        with pytest.raises(BadArchive) as refused:
            outcomes(archive(*members), start=start_fragile)
        assert refused.value.facts["reason"] == "hostile"
