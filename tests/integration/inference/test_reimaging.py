"""Re-imagings from the accepted job to the stored result, on real stores."""

import io

import numpy as np
import pytest
from PIL import ExifTags
from PIL import Image as Pictures
from tests.integration.inference.conftest import TENANT, Inference, add_model, to_png
from tests.unit.api.described import refusals
from tests.unit.inference.made_models import covered_face, make_model

from maskeraid_api.bundles.own_png import NotOurs, unpack
from maskeraid_core.blobs import image_key, sha256_hex
from maskeraid_core.documents.grants import EVERYONE, Grant
from maskeraid_core.documents.models import ModelVersion
from maskeraid_core.documents.own_outputs import OwnOutputs
from maskeraid_core.documents.reimagings import ReimagingSpec
from maskeraid_core.ids import new_id
from maskeraid_core.jobs import Job, JobStatus
from maskeraid_core.repositories.claims import Wishes
from maskeraid_core.repositories.default_models import DefaultModelRepository
from maskeraid_core.repositories.models import ModelRepository
from maskeraid_core.repositories.moves import JobMoves
from maskeraid_core.repositories.own_outputs import OwnOutputRepository
from maskeraid_core.repositories.repository import now
from maskeraid_core.repositories.shares import AdoptionRepository
from maskeraid_core.status_machine import JobAction
from maskeraid_faces.drawing.covered import COVERINGS, TEAL
from maskeraid_faces.drawing.lifelike import draw_lifelike_face
from maskeraid_faces.drawn import draw_faces
from maskeraid_faces.known_faces_file import write_known_faces
from maskeraid_faces.measures import digest_of
from maskeraid_inference import workbench
from maskeraid_inference.registering import outputs_of
from maskeraid_inference.reusing import read_earlier


def names_in(value: object) -> set[str]:
    """Every file that a result names, wherever it does."""
    if isinstance(value, dict):
        return set().union(*(names_in(part) for name, part in value.items() if name != "files"))
    if isinstance(value, list):
        return set().union(*(names_in(part) for part in value))
    return {value} if isinstance(value, str) and value.endswith((".png", ".npy")) else set()


@pytest.fixture(scope="module")
def done(inference: Inference) -> Job:
    return inference.carry_out(inference.accept(covered_face("medium")))


class TestResult:
    def test_is_stored_with_the_job(self, done: Job) -> None:
        assert (done.status, done.error) == (JobStatus.SUCCEEDED, None)
        assert done.result is not None
        assert done.result["selection"]["distribution"][0]["model"] == "faces-medium"

    def test_is_as_the_api_describes_it(self, done: Job) -> None:
        assert done.result is not None
        assert refusals({name: value for name, value in done.result.items() if name != "files"}) == []

    def test_names_only_files_that_are_there(self, inference: Inference, done: Job) -> None:
        assert done.result is not None
        files = done.result["files"]
        assert names_in(done.result) <= set(files)
        for name, file in files.items():
            assert file["key"].startswith(done.attempt_prefix)
            assert len(inference.file(done, name)) == file["bytes"]

    def test_leaves_what_is_visible(self, inference: Inference, done: Job) -> None:
        assert done.result is not None
        covering, final, before = (
            np.asarray(Pictures.open(io.BytesIO(inference.file(done, name))))
            for name in ("covering.png", "final.png", "input.png")
        )
        assert np.array_equal(final[covering == 0], before[covering == 0])
        assert not np.array_equal(final[covering > 0], before[covering > 0])

    def test_a_short_job_tells_no_phases(self, done: Job) -> None:
        assert done.phases == []
        assert done.result is not None
        assert set(done.result["phases_ms"]) == {"reading", "aligning", "covering", "selecting", "generating", "saving"}

    def test_of_a_model_whose_gan_failed_says_which_engine_answered(self, inference: Inference) -> None:
        tenant = new_id("ten")
        add_model(inference.port, "light", tenant, known={"fallback": "R"})
        done = inference.carry_out(inference.accept(covered_face(), tenant))
        assert done.result is not None
        assert (done.result["engine"], done.result["is_fallback"], len(done.result["candidates"])) == ("R", True, 1)
        (warning,) = done.warnings
        assert warning["code"] == "fallback_engine"
        assert "`engine` A shows what the GAN draws" in warning["detail"]


class TestCovering:
    MOST = np.arange(32)[:, None] < 24 + np.zeros(32, np.int_)  # three quarters, as if the whole head were taken

    def carried_out(self, inference: Inference, **covering: object) -> Job:
        face = covered_face()
        face[self.MOST] = TEAL
        return inference.carry_out(inference.accept(face, until="covering", covering=covering))

    def test_that_takes_most_of_a_face_is_told_with_what_helps(self, inference: Inference) -> None:
        (warning,) = self.carried_out(inference, colours=[TEAL], method="colour").warnings
        assert warning["code"] == "much_covered"
        assert "paint the covering yourself" in warning["detail"]

    def test_that_was_painted_is_meant_so(self, inference: Inference) -> None:
        drawn = np.repeat(self.MOST[..., None], 3, axis=2).astype(np.uint8) * np.uint8(255)
        upload = inference.store("map", to_png(drawn)).model_dump()
        done = self.carried_out(inference, upload=upload)
        assert (done.status, done.warnings) == (JobStatus.SUCCEEDED, [])


class TestRegister:
    """What was made is noted, so that it is recognised when it comes back as training data."""

    def entry(self, inference: Inference, job: Job) -> OwnOutputs | None:
        inference.process.workbench.port.call(inference.process.workbench.register.finish)
        register = inference.port.stores.database[OwnOutputRepository.collection_name]
        found = inference.port.call(register.find_one, {"_id": job.id})
        return OwnOutputs.of(found) if found else None

    def test_has_every_candidate(self, inference: Inference, done: Job) -> None:
        entry = self.entry(inference, done)
        assert entry is not None
        assert done.result is not None
        names = [f"{index}-final.png" for index in range(len(done.result["candidates"]))]
        finals = [np.asarray(Pictures.open(io.BytesIO(inference.file(done, name))).convert("RGB")) for name in names]
        assert entry.digests == list(dict.fromkeys(digest_of(final) for final in finals))
        assert (entry.tenant, entry.hashes, entry.parts) == (TENANT, b"", [])  # drawn ones are told by pixels alone

    def test_has_the_whole_photograph_too(self, inference: Inference, done: Job) -> None:
        photo = np.full((260, 320, 3), (90, 110, 120), np.uint8)
        photo[50:210, 80:240] = draw_lifelike_face(160, np.random.default_rng(6))
        photo[155:185, 130:190] = TEAL
        covering = {"colours": [TEAL], "method": "colour"}
        assert done.result is not None
        model = {"model_id": done.result["selection"]["model_id"], "version": 1}
        asked = inference.accept_upload(to_png(photo), covering=covering, candidates=1, model=model)
        job = inference.carry_out(asked)
        assert job.error is None
        entry = self.entry(inference, job)
        assert entry is not None
        final = np.asarray(Pictures.open(io.BytesIO(inference.file(job, "photo.png"))).convert("RGB"))
        assert digest_of(final) in entry.digests
        labelled = np.asarray(Pictures.open(io.BytesIO(inference.file(job, "photo-labelled.png"))).convert("RGB"))
        assert digest_of(labelled) in entry.digests
        assert len(entry.hashes) // 8 <= 2, "the candidate and the photograph alone are told by their looks"
        assert len(entry.hashes) == 8 * len(entry.parts) > 0

    def test_has_nothing_where_nothing_was_filled(self, inference: Inference) -> None:
        job = inference.carry_out(inference.accept(covered_face(), until="covering"))
        assert self.entry(inference, job) is None

    def test_keeps_nothing_of_what_was_deleted_meanwhile(self, inference: Inference, done: Job) -> None:
        gone = done.model_copy(update={"id": new_id("rim")})
        outputs = outputs_of(gone, [(covered_face(), np.ones((32, 32), np.bool_))])
        self.enter(inference, outputs)
        assert self.entry(inference, gone) is None

    def test_has_those_that_came_together_and_the_first_of_two_attempts(self, inference: Inference, done: Job) -> None:
        other = inference.carry_out(inference.accept(covered_face()))
        first = self.entry(inference, done)
        inference.port.call(OwnOutputRepository(inference.port.stores.database).delete, [other.id])
        gone = done.model_copy(update={"id": new_id("rim")})
        everywhere = np.ones((32, 32), np.bool_)
        self.enter(inference, *(outputs_of(job, [(covered_face(), everywhere)]) for job in (done, other, gone)))
        entry = self.entry(inference, other)
        assert entry is not None
        assert entry.digests == [digest_of(covered_face())]
        assert self.entry(inference, done) == first
        assert self.entry(inference, gone) is None

    def enter(self, inference: Inference, *outputs: OwnOutputs) -> None:
        for one in outputs:
            inference.process.workbench.port.call(inference.process.workbench.register.add, one)

    def test_that_fails_changes_nothing_of_the_job(self, inference: Inference, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(*_: object) -> None:
            raise ValueError("no entry")

        monkeypatch.setattr(workbench, "outputs_of", fail)
        job = inference.carry_out(inference.accept(covered_face()))
        assert (job.status, self.entry(inference, job)) == (JobStatus.SUCCEEDED, None)


class TestReuse:
    def again(self, inference: Inference, done: Job, candidate: int | None = None, **facts: object) -> Job:
        reuse = {"reimaging_id": done.id, "candidate": candidate}
        return inference.carry_out(inference.accept_source({}, reuse=reuse, **facts))

    def pixels(self, inference: Inference, job: Job, name: str) -> np.ndarray:
        return np.asarray(Pictures.open(io.BytesIO(inference.file(job, name))))

    def test_without_a_change_gives_the_same_pictures(self, inference: Inference, done: Job) -> None:
        again = self.again(inference, done)
        assert done.result is not None
        assert again.result is not None
        for name in done.result["files"]:
            if name.endswith(".png"):
                assert np.array_equal(self.pixels(inference, again, name), self.pixels(inference, done, name)), name
        told = ("candidates", "selection", "visible", "covering", "combinations", "proof", "seam", "provenance",
                "uncertainty")  # fmt: skip
        assert {name: again.result[name] for name in told} == {name: done.result[name] for name in told}
        assert set(again.result["phases_ms"]) == {"reading", "generating", "saving"}

    def test_smooths_the_same_faces_in_fewer_colours(self, inference: Inference, done: Job) -> None:
        again = self.again(inference, done, smoothing_k=2)
        assert np.array_equal(
            self.pixels(inference, again, "generated.png"), self.pixels(inference, done, "generated.png")
        )
        smoothed = self.pixels(inference, again, "smoothed.png")
        assert len(np.unique(smoothed.reshape(-1, 3), axis=0)) == 2
        covering, before = (self.pixels(inference, done, name) for name in ("covering.png", "input.png"))
        assert np.array_equal(self.pixels(inference, again, "final.png")[covering == 0], before[covering == 0])

    @pytest.mark.parametrize("clusters", [0, 1])
    def test_leaves_the_faces_as_drawn_without_smoothing(self, inference: Inference, done: Job, clusters: int) -> None:
        again = self.again(inference, done, smoothing_k=clusters)
        drawn, smoothed = (self.pixels(inference, again, f"{name}.png") for name in ("generated", "smoothed"))
        assert np.array_equal(smoothed, drawn) is (clusters == 0)
        assert clusters == 0 or len(np.unique(smoothed.reshape(-1, 3), axis=0)) == 1

    def test_of_one_candidate(self, inference: Inference, done: Job) -> None:
        again = self.again(inference, done, 2)
        assert done.result is not None
        assert again.result is not None
        (one,) = again.result["candidates"]
        assert one["weight"] == done.result["candidates"][2]["weight"]
        assert np.array_equal(self.pixels(inference, again, "0-final.png"), self.pixels(inference, done, "2-final.png"))

    def test_of_what_was_used_again(self, inference: Inference, done: Job) -> None:
        twice = self.again(inference, self.again(inference, done, smoothing_k=2))
        assert np.array_equal(self.pixels(inference, twice, "final.png"), self.pixels(inference, done, "final.png"))

    def test_of_one_that_is_gone_fails(self, inference: Inference, done: Job) -> None:
        gone = done.model_copy(update={"id": new_id("rim")})
        failed = self.again(inference, gone)
        assert failed.error is not None
        assert failed.error.code == "input_gone"

    def test_of_a_model_that_went_after_the_order_fails(self, inference: Inference) -> None:
        version = add_model(inference.port, "light", tenant := new_id("ten"))
        done = inference.carry_out(inference.accept(covered_face(), tenant, covering={"colours": [TEAL]}))
        again = inference.accept_source({}, tenant, reuse={"reimaging_id": done.id})
        models = ModelRepository(inference.port.stores.database, tenant)
        assert inference.port.call(models.delete, version.model_id)
        failed = inference.carry_out(again)
        assert failed.error is not None
        assert failed.error.code == "input_gone"

    def test_of_files_that_changed_fails(self, inference: Inference) -> None:
        done = inference.carry_out(inference.accept(covered_face("medium")))
        assert done.result is not None
        file = done.result["files"]["input.png"]
        content = bytearray(inference.get(file["key"]))
        content[file["offset"] + file["bytes"] - 20] ^= 1
        inference.put(file["key"], bytes(content))
        failed = self.again(inference, done)
        assert failed.error is not None
        assert failed.error.code == "artifact_corrupt"

    def test_reads_no_more_than_it_needs(self, inference: Inference, done: Job) -> None:
        assert done.result is not None
        used = ReimagingSpec.model_validate({**done.spec, "reuse": {"reimaging_id": done.id, "candidate": 1}})
        earlier = read_earlier(inference.port, done, used)
        assert set(earlier.pictures) == {
            "input.png", "covering.png", "uncertainty.png", "interval-low.png", "interval-high.png", "1-generated.png",
        }  # fmt: skip

    def test_of_another_tenant_fails(self, inference: Inference, done: Job) -> None:
        job = inference.accept_source({}, new_id("ten"), reuse={"reimaging_id": done.id})
        failed = inference.carry_out(job)
        assert failed.error is not None
        assert failed.error.code == "input_gone"


class TestInput:
    def test_of_a_stranger_is_sanitised(self, inference: Inference) -> None:
        buffer, exif = io.BytesIO(), Pictures.Exif()
        exif[ExifTags.Base.ImageDescription] = "secret"
        Pictures.fromarray(covered_face()).save(buffer, "WEBP", lossless=True, exif=exif)
        done = inference.carry_out(inference.accept_upload(buffer.getvalue()))
        assert done.result is not None
        stored = inference.file(done, "input.png")
        assert np.array_equal(np.asarray(Pictures.open(io.BytesIO(stored))), covered_face())
        assert b"secret" in buffer.getvalue()
        assert b"secret" not in stored

    def test_of_a_dataset_is_packed_as_verifications_unpack_it(self, inference: Inference) -> None:
        """Drawn faces, and images of earlier releases, lie there as another library packs them."""
        with pytest.raises(NotOurs):
            unpack(to_png(covered_face()))
        done = inference.carry_out(inference.accept(covered_face()))
        assert unpack(inference.file(done, "input.png")).data == covered_face().tobytes()

    def test_that_is_no_image_fails_the_job(self, inference: Inference) -> None:
        failed = inference.carry_out(inference.accept_upload(b"GIF89a, or so it says"))
        assert failed.status is JobStatus.FAILED
        assert failed.error is not None
        assert (failed.error.code, failed.crashes) == ("unreadable_image", 0)
        assert failed.error.message.startswith("face: not a JPEG, PNG, or WebP")

    def test_that_is_gone_fails_the_job(self, inference: Inference) -> None:
        failed = inference.carry_out(inference.accept_source({"key": image_key(TENANT, "0" * 64)}))
        assert failed.error is not None
        assert failed.error.code == "input_gone"

    def test_that_changed_fails_the_job(self, inference: Inference) -> None:
        key, digest = f"t/{TENANT}/images/changed.png", sha256_hex(b"before")
        inference.put(key, to_png(covered_face()))
        failed = inference.carry_out(inference.accept_source({"key": key, "sha256": digest}))
        assert failed.error is not None
        assert failed.error.code == "artifact_corrupt"

    @pytest.mark.parametrize("part", ["image", "covering"])
    def test_an_upload_that_changed_fails_the_job(self, inference: Inference, part: str) -> None:
        changed = inference.store(part, to_png(covered_face())).model_copy(update={"sha256": sha256_hex(b"before")})
        sources = {"image": {"upload": inference.store("face", to_png(covered_face()))}} | {part: {"upload": changed}}
        failed = inference.carry_out(inference.accept_source(sources.pop("image"), **sources))
        assert failed.error is not None
        assert failed.error.code == "artifact_corrupt"

    def test_a_map_of_the_covering_is_sanitised_too(self, inference: Inference) -> None:
        drawn = np.repeat(COVERINGS["mask"][..., None], 3, axis=2).astype(np.uint8) * np.uint8(255)
        upload = inference.store("map", to_png(drawn)).model_dump()
        done = inference.carry_out(inference.accept(covered_face(), covering={"upload": upload}))
        assert done.result is not None
        assert done.result["covering"]["by"] == "map"
        assert done.result["covering"]["share"] == pytest.approx(COVERINGS["mask"].mean(), abs=1e-4)


class TestModels:
    def test_of_other_tenants_do_not_exist(self, inference: Inference) -> None:
        failed = inference.carry_out(inference.accept(covered_face(), "ten_2", covering={"colours": [TEAL]}))
        assert failed.error is not None
        assert (failed.error.code, failed.error.facts) == ("no_suitable_model", {"nearest": [], "collect": []})

    def test_that_were_deleted_are_gone(self, inference: Inference) -> None:
        version = add_model(inference.port, "light", "ten_3")
        model = {"model_id": version.model_id, "version": 1}
        models = ModelRepository(inference.port.stores.database, "ten_3")
        assert inference.carry_out(inference.accept(covered_face(), "ten_3", model=model)).error is None
        assert inference.port.call(models.delete, version.model_id)
        failed = inference.carry_out(inference.accept(covered_face(), "ten_3", model=model))
        assert failed.error is not None
        assert failed.error.code == "input_gone"

    def test_with_a_broken_file_are_said_to_be(self, inference: Inference) -> None:
        version = add_model(inference.port, "dark", "ten_4")
        (basis,) = [file for file in version.files if file.name == "basis.safetensors"]
        content = inference.get(basis.key)
        inference.put(basis.key, content[:-1] + bytes([content[-1] ^ 1]))
        changed = version.model_copy(update={"digest": "sha256:not-in-memory"})
        inference.port.call(
            inference.port.stores.database["model_versions"].replace_one, {"_id": version.id}, changed.to_mongo()
        )
        failed = inference.carry_out(inference.accept(covered_face("dark"), "ten_4", covering={"colours": [TEAL]}))
        assert failed.error is not None
        assert failed.error.code == "artifact_corrupt"


class TestSharedModels:
    def share(self, inference: Inference, version: ModelVersion, *readers: str) -> None:
        grants = [Grant(reader=reader, given_at=now()).model_dump() for reader in readers]
        models = ModelRepository(inference.port.stores.database, version.tenant)
        assert inference.port.call(models.change, version.model_id, {"grants": grants})

    def test_are_tried_until_the_share_ends_though_they_stay_in_memory(self, inference: Inference) -> None:
        version = add_model(inference.port, "light", "ten_5")
        model = {"model_id": version.model_id, "version": 1}
        self.share(inference, version, "ten_6")
        done = inference.carry_out(inference.accept(covered_face(), "ten_6", model=model))
        assert done.result is not None
        assert done.result["provenance"]["data"] == []  # where its owner's faces lie is no reader's business
        self.share(inference, version)
        failed = inference.carry_out(inference.accept(covered_face(), "ten_6", model=model))
        assert failed.error is not None
        assert failed.error.code == "input_gone"

    def test_tell_a_near_copy_to_readers_and_its_image_to_their_owner(self, inference: Inference) -> None:
        """The model draws the faces that it knows; as if they were photographs of people."""
        drawn = draw_faces("faces-light")
        names = [f"img_{row}" for row in range(len(drawn.images))]
        hidden = [f"{has['nose']} {has['mouth']}" for has in drawn.attributes]  # which faces share
        faces = write_known_faces(drawn.images, names, hidden, make_model(), is_mirrored=False, seed=0)
        version = add_model(inference.port, "light", "ten_15", faces=faces)
        self.share(inference, version, "ten_16")
        told = {}
        for tenant in ("ten_15", "ten_16"):
            job = inference.accept(
                covered_face(), tenant, model={"model_id": version.model_id, "version": 1}, pick="random"
            )
            done = inference.carry_out(job)
            again = inference.carry_out(inference.accept_source({}, tenant, reuse={"reimaging_id": done.id}))
            assert done.result is not None
            assert again.result is not None
            assert done.result["near_copies"] == again.result["near_copies"] == {"faces": 125, "of": 125}
            told[tenant] = [(one["near_copy"], one["near_copy_of"]) for one in done.result["candidates"]]
            assert told[tenant] == [(one["near_copy"], one["near_copy_of"]) for one in again.result["candidates"]]
        assert {flag for flag, _ in told["ten_15"]} == {flag for flag, _ in told["ten_16"]} == {True}
        assert {image in names for _, image in told["ten_15"]} == {True}
        assert {image for _, image in told["ten_16"]} == {None}

    def test_take_part_in_selection_while_adopted_and_shared(self, inference: Inference) -> None:
        version = add_model(inference.port, "light", "ten_7")

        def chosen() -> str:
            job = inference.carry_out(inference.accept(covered_face(), "ten_8", covering={"colours": [TEAL]}))
            return job.result["selection"]["model_id"] if job.result else job.error.code  # type: ignore[union-attr]

        self.share(inference, version, EVERYONE)
        assert chosen() == "no_suitable_model"
        adoptions = AdoptionRepository(inference.port.stores.database, "ten_8")
        inference.port.call(adoptions.adopt, version.model_id)
        assert chosen() == version.model_id
        self.share(inference, version)
        assert chosen() == "no_suitable_model"


class TestDefaultModel:
    def test_serves_a_tenant_that_has_none_while_it_is_public(self, inference: Inference) -> None:
        version, port = add_model(inference.port, "light", "ten_9"), inference.port
        owner = ModelRepository(port.stores.database, "ten_9")
        default = DefaultModelRepository(port.stores.database)

        def carried_out(tenant: str) -> Job:
            return inference.carry_out(inference.accept(covered_face(), tenant, covering={"colours": [TEAL]}))

        def grant(*readers: str) -> None:
            grants = [Grant(reader=reader, given_at=now()).model_dump() for reader in readers]
            assert port.call(owner.change, version.model_id, {"grants": grants})

        def code_of(job: Job) -> str | None:
            return job.error.code if job.error else None

        grant(EVERYONE)
        assert code_of(carried_out("ten_10")) == "no_suitable_model"
        port.call(default.choose, version.model_id)
        done = carried_out("ten_10")
        assert done.result is not None
        selection = done.result["selection"]
        assert (selection["model_id"], selection["by"]) == (version.model_id, "default")
        assert selection["reason"] == "the service's default model, for you have none of your own"
        assert done.result["provenance"]["data"] == []  # where its owner's faces lie is no reader's business
        own = carried_out(TENANT)
        assert own.result is not None
        assert (own.result["selection"]["by"], own.result["selection"]["model_id"] != version.model_id) == (
            "attributes", True,
        )  # fmt: skip
        grant("ten_10")
        assert code_of(carried_out("ten_10")) == "no_suitable_model"


def test_a_cancelled_job_has_no_result(inference: Inference) -> None:
    job = inference.accept(covered_face())
    worker = inference.process.worker
    claim = worker.claim(job.id)
    assert claim is not None
    with worker.holding(claim) as held:
        inference.port.call(JobMoves(inference.port.stores.database).ask, claim.job, JobAction.CANCEL)
        held.learn(Wishes(cancel=True, pause=False, stop=False))  # as the next heartbeat would
        held.result = inference.process.workbench.carry_out(held)
    found = inference.look(job)
    assert (found.status, found.result) == (JobStatus.CANCELLED, None)
