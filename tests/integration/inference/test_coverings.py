"""Maps of coverings on a real worker and real stores: read when they come, and used by re-imagings."""

import io

import numpy as np
import pytest
from PIL import ExifTags
from PIL import Image as Pictures
from tests.factories import make_job
from tests.integration.inference.conftest import TENANT, Inference, to_png
from tests.unit.inference.made_models import covered_face

from maskeraid_core.documents.coverings import Covering, CoveringSpec, SentMap
from maskeraid_core.jobs import Job, JobKind, JobStatus
from maskeraid_core.repositories.coverings import CoveringRepository
from maskeraid_core.repositories.jobs import JobRepository
from maskeraid_faces.coverings.grow import grow
from maskeraid_faces.drawing.covered import COVERINGS, TEAL

MASK = COVERINGS["mask"]
DRAWN = np.repeat(MASK[..., None], 3, axis=2).astype(np.uint8) * np.uint8(255)


def send(inference: Inference, content: bytes) -> Job:
    """As the API accepts it; read."""
    spec = CoveringSpec(covering=SentMap(upload=inference.store("map.png", content)))
    job = make_job(JobKind.COVERING, TENANT, spec=spec.model_dump())
    return inference.carry_out(inference.port.call(jobs_of(inference).accept, job))


def jobs_of(inference: Inference) -> JobRepository:
    return JobRepository(inference.port.stores.database, TENANT)


def choose(inference: Inference, covering_id: str, **facts: object) -> dict[str, object]:
    """What the API makes of a re-imaging's `covering_id`."""
    found = inference.port.call(CoveringRepository(jobs_of(inference)).require, covering_id)
    assert found.file is not None
    return {"covering": {"covering_id": found.id, "stored": found.file.model_dump(), **facts}}


def pixels(inference: Inference, job: Job, name: str) -> np.ndarray:
    return np.asarray(Pictures.open(io.BytesIO(inference.file(job, name))))


class TestReading:
    @pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
    def test_makes_a_clean_png_of_any_picture(self, inference: Inference, form: str) -> None:
        buffer, exif = io.BytesIO(), Pictures.Exif()
        exif[ExifTags.Base.ImageDescription] = "secret"
        large = np.kron(DRAWN, np.ones((8, 4, 1), np.uint8))
        Pictures.fromarray(large).save(buffer, form, exif=exif, quality=95)
        assert b"secret" in buffer.getvalue()
        done = send(inference, buffer.getvalue())
        assert (done.status, done.error) == (JobStatus.SUCCEEDED, None)
        stored = inference.file(done, "covering.png")
        assert stored.startswith(b"\x89PNG")
        assert b"secret" not in stored
        map_ = Pictures.open(io.BytesIO(stored))
        assert (map_.mode, map_.size) == ("L", (128, 256))
        assert np.array_equal(np.asarray(map_), large[..., 0])
        covering = Covering.of(done)
        assert (covering.by, covering.width, covering.height) == ("map", 128, 256)
        assert covering.share == pytest.approx(MASK.mean(), abs=1e-4)

    def test_grey_levels_become_black_and_white(self, inference: Inference) -> None:
        grey = np.linspace(0, 255, 256).astype(np.uint8).reshape(16, 16)
        stored = pixels(inference, send(inference, to_png(np.repeat(grey[..., None], 3, axis=2))), "covering.png")
        assert np.array_equal(stored > 0, grey > 127)
        assert set(np.unique(stored)) == {0, 255}

    def test_of_what_is_no_picture_fails(self, inference: Inference) -> None:
        failed = send(inference, b"\x89PNG\r\n\x1a\n, or so it says")
        assert failed.error is not None
        assert (failed.status, failed.error.code, failed.crashes) == (JobStatus.FAILED, "unreadable_image", 0)

    @pytest.mark.parametrize(
        ("value", "code", "remedy"),
        [(0, "nothing_covered", "paint what is covered white"), (255, "too_much_covered", "black and white swapped")],
    )
    def test_of_an_even_map_fails(self, inference: Inference, value: int, code: str, remedy: str) -> None:
        failed = send(inference, to_png(np.full((40, 30, 3), value, np.uint8)))
        assert failed.error is not None
        assert failed.error.code == code
        assert remedy in failed.error.message

    def test_of_one_with_too_many_pixels_fails_before_they_are_decoded(self, inference: Inference) -> None:
        failed = send(inference, to_png(np.zeros((1, 4097, 3), np.uint8)))
        assert failed.error is not None
        assert "4096" in failed.error.message


class TestUse:
    def test_of_a_sent_one_wins_over_colours(self, inference: Inference) -> None:
        lower = np.zeros((64, 64, 3), np.uint8)
        lower[40:] = 255
        sent = send(inference, to_png(lower))
        facts = choose(inference, sent.id, colours=[TEAL])
        done = inference.carry_out(inference.accept(covered_face("light"), until="covering", **facts))
        assert done.result is not None
        assert done.result["covering"]["by"] == "map"
        seen = pixels(inference, done, "covering.png") > 0
        assert seen[20:].all()
        assert not seen[:20].any()

    def test_of_one_that_another_reimaging_found(self, inference: Inference) -> None:
        found = inference.carry_out(
            inference.accept(covered_face("medium"), until="covering", covering={"colours": [TEAL]})
        )
        covering_id = found.id.replace("rim_", "cov_")
        done = inference.carry_out(inference.accept(covered_face("dark"), **choose(inference, covering_id)))
        assert done.error is None
        used, before = pixels(inference, done, "covering.png"), pixels(inference, found, "covering.png")
        assert np.array_equal(used, before), "what was found has grown already"
        assert np.array_equal(used > 0, grow(MASK, 1))
        final, image = pixels(inference, done, "final.png"), pixels(inference, done, "input.png")
        assert np.array_equal(final[used == 0], image[used == 0])

    def test_of_one_that_is_gone_fails(self, inference: Inference) -> None:
        sent = send(inference, to_png(DRAWN))
        facts = choose(inference, sent.id)
        assert Covering.of(sent).file is not None
        blobs = inference.port.stores.blobs
        inference.port.call(blobs.delete, [Covering.of(sent).file.key])  # type: ignore[union-attr]
        failed = inference.carry_out(inference.accept(covered_face(), **facts))
        assert failed.error is not None
        assert (failed.error.code, failed.error.message) == ("input_gone", f"the covering {sent.id} is gone")

    def test_of_one_that_has_changed_fails(self, inference: Inference) -> None:
        sent = send(inference, to_png(DRAWN))
        facts, file = choose(inference, sent.id), Covering.of(sent).file
        assert file is not None
        inference.put(file.key, inference.get(file.key)[:-1] + b"x")
        failed = inference.carry_out(inference.accept(covered_face(), **facts))
        assert failed.error is not None
        assert failed.error.code == "artifact_corrupt"


class TestShape:
    def test_of_another_one_fails_the_job_with_both_sizes(self, inference: Inference) -> None:
        upload = inference.store("map", to_png(DRAWN[:24])).model_dump()
        failed = inference.carry_out(inference.accept(covered_face(), covering={"upload": upload}))
        assert failed.error is not None
        assert failed.error.code == "bad_covering"
        assert failed.error.facts == {"map": [32, 24], "image": [32, 32]}


class TestFeather:
    def test_changes_no_visible_pixel_and_is_kept_when_faces_are_used_again(self, inference: Inference) -> None:
        upload = inference.store("map", to_png(DRAWN)).model_dump()
        face, seed = covered_face("dark"), {"seed": 7, "tone_match": "off"}
        plain, soft = (
            inference.carry_out(inference.accept(face, covering={"upload": upload, "feather": feather}, **seed))
            for feather in (0, 2)
        )
        covering, image = pixels(inference, soft, "covering.png"), pixels(inference, soft, "input.png")
        final = pixels(inference, soft, "final.png")
        assert np.array_equal(final[covering == 0], image[covering == 0])
        assert not np.array_equal(final, pixels(inference, plain, "final.png"))
        assert soft.result is not None
        assert soft.result["proof"]["equal"] is True
        again = inference.carry_out(inference.accept_source({}, reuse={"reimaging_id": soft.id}, tone_match="off"))
        assert np.array_equal(pixels(inference, again, "final.png"), final)
