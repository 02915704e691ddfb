"""Results of this service that come back as training data: what is recognised, and what is left alone."""

import io
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pictures
from tests.factories import make_job
from tests.unit.faces.jittered import COPIES

from maskeraid_core.jobs import JobKind
from maskeraid_core.portal import PortalStores
from maskeraid_core.repositories.own_outputs import OwnOutputRepository
from maskeraid_curator import own_outputs
from maskeraid_faces.coverings.shapes import lower_face
from maskeraid_faces.drawing.lifelike import draw_lifelike_face
from maskeraid_faces.images import Covering, Image
from maskeraid_inference.registering import outputs_of

from .test_importing import TENANT, Curator, packed, photograph, png

SIDE = 64
COVERING = lower_face(SIDE)
FACE = draw_lifelike_face(SIDE, np.random.default_rng(1))
FINAL = np.where(COVERING[..., None], draw_lifelike_face(SIDE, np.random.default_rng(2)), FACE)


@pytest.fixture
def curator(port: PortalStores) -> Iterator[Curator]:
    opened = Curator(port)
    yield opened
    opened.worker.close()


@pytest.fixture(autouse=True)
def empty_register(port: PortalStores) -> None:
    port.call(port.stores.database[OwnOutputRepository.collection_name].delete_many, {})


def note(port: PortalStores, picture: Image, covering: Covering = COVERING, tenant: str = "ten_other") -> str:
    """Enter a result, of another tenant's as a rule."""
    job = make_job(JobKind.REIMAGING, tenant)
    port.call(OwnOutputRepository(port.stores.database).add, outputs_of(job, [(picture, covering)]))
    return job.id


def refused(curator: Curator, *contents: bytes, **options: Any) -> list[str]:  # noqa: ANN401 of an import
    """Files of an import that were refused as generated; a face that nobody made is with them."""
    files = [curator.store(f"{number}.png", content) for number, content in enumerate(contents)]
    files.append(curator.store("other.png", packed(draw_lifelike_face(SIDE, np.random.default_rng(9)))))
    job = curator.imported(curator.add_dataset(), *files, **options)
    assert job.result is not None, job.error
    return [row["file"] for row in job.result["rejected_rows"] if row["code"] == "generated_image"]


def pixels_of(content: bytes) -> Image:
    return np.asarray(Pictures.open(io.BytesIO(content)).convert("RGB"))


class TestRecognised:
    def test_as_it_is_resized_and_packed_again(self, curator: Curator, port: PortalStores) -> None:
        note(port, FINAL)
        copies = packed(FINAL), packed(COPIES["resized"](FINAL)), packed(FINAL, "JPEG", quality=80)
        assert refused(curator, *copies) == ["0.png", "1.png", "2.png"]

    def test_a_step_on_the_way_to_it_as_it_is(self, curator: Curator, port: PortalStores) -> None:
        generated, job = draw_lifelike_face(SIDE, np.random.default_rng(5)), make_job(JobKind.REIMAGING, "ten_other")
        entry = outputs_of(job, [(FINAL, COVERING)], [generated])
        port.call(OwnOutputRepository(port.stores.database).add, entry)
        assert refused(curator, packed(generated), packed(FACE)) == ["0.png"]

    def test_the_face_before_it_was_covered_is_not(self, curator: Curator, port: PortalStores) -> None:
        note(port, FINAL)
        assert refused(curator, packed(FACE), packed(FACE, "JPEG", quality=80)) == []

    def test_a_photograph_of_which_faces_are_cut_out(self, curator: Curator, port: PortalStores) -> None:
        photo = photograph(160)
        covering = np.zeros(photo.shape[:2], np.bool_)
        covering[130:190, 100:180] = True
        final = np.where(covering[..., None], photo[::-1, ::-1], photo)
        note(port, final, covering)
        copies = packed(final), packed(final, "JPEG", quality=80), packed(photo)
        assert refused(curator, *copies, detect_faces=True) == ["0.png", "1.png"]

    def test_more_pictures_than_are_asked_for_at_once(
        self, curator: Curator, port: PortalStores, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(own_outputs, "ASKED_AT_ONCE", 1)
        note(port, draw_lifelike_face(SIDE, np.random.default_rng(3)))
        note(port, FINAL)
        assert refused(curator, packed(FACE), packed(FINAL), packed(COPIES["repacked"](FINAL))) == ["1.png", "2.png"]

    def test_nothing_is_left_of_what_was_deleted(self, curator: Curator, port: PortalStores) -> None:
        port.call(OwnOutputRepository(port.stores.database).delete, [note(port, FINAL)])
        assert refused(curator, packed(FINAL), packed(FINAL, "JPEG", quality=80)) == []


class TestDrawn:
    """Two drawn faces that differ by a nose look the same, and a fill may be the very face: pixels alone tell."""

    DRAWN = lower_face(32)

    def test_is_recognised_by_its_pixels(self, curator: Curator, port: PortalStores) -> None:
        note(port, pixels_of(png(1)), self.DRAWN, TENANT)
        assert refused(curator, png(1), png(2)) == ["0.png"]

    def test_a_face_that_the_tenant_has_already_is_none(self, curator: Curator, port: PortalStores) -> None:
        curator.imported(curator.add_dataset("before"), curator.store("3.png", png(3)))
        note(port, pixels_of(png(3)), self.DRAWN, TENANT)
        assert refused(curator, png(3)) == []

    def test_one_that_another_tenant_made_is_none(self, curator: Curator, port: PortalStores) -> None:
        note(port, pixels_of(png(4)), self.DRAWN)
        assert refused(curator, png(4)) == []


class TestAllowed:
    def test_marks_row_and_version_and_names_nobody(self, curator: Curator, port: PortalStores) -> None:
        reimaging = note(port, FINAL)
        dataset = curator.add_dataset()
        files = curator.store("a.png", packed(FACE)), curator.store("b.png", packed(FINAL))
        job = curator.imported(dataset, *files, allow_generated=True)
        _, version, rows = curator.latest(dataset)
        assert ([row["generated"] for row in rows], version.generated) == ([None, True], 1)
        assert [one["code"] for one in job.warnings if one["code"] == "generated_images"] == ["generated_images"]
        told = job.model_dump_json() + str(curator.report(job))
        assert reimaging not in told
        assert "ten_other" not in told
