"""What a job was given goes with its end, what crashes left behind goes later, and what is needed stays."""

import asyncio
import io
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image as Pictures
from tests.factories import make_job

from maskeraid_core.documents.datasets import ImportSpec, StoredFile, Upload, UploadPart
from maskeraid_core.documents.models import Model, ModelFile, ModelVersion
from maskeraid_core.documents.own_outputs import OwnOutputs
from maskeraid_core.documents.reimagings import CoveringChoice, ImageSource, ReimagingSpec
from maskeraid_core.ids import new_id, twin_id
from maskeraid_core.jobs import Job, JobKind, JobStatus, OutboxEntry
from maskeraid_core.litter import sweep_litter
from maskeraid_core.measuring import note_measured
from maskeraid_core.outbox import drain
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.claims import Claim, JobClaims
from maskeraid_core.repositories.datasets import UploadRepository
from maskeraid_core.repositories.events import EventLine, EventRepository
from maskeraid_core.repositories.jobs import JobRepository
from maskeraid_core.repositories.models import ModelRepository, ModelVersionRepository
from maskeraid_core.repositories.moves import JobMoves
from maskeraid_core.repositories.own_outputs import OwnOutputRepository
from maskeraid_core.repositories.repository import now
from maskeraid_core.status_machine import Change
from maskeraid_core.sweeper import sweep

TENANT = "ten_1"
AN_HOUR, A_DAY = timedelta(hours=1, minutes=1), timedelta(hours=24, minutes=1)


def inbox(name: str) -> str:
    return f"t/{TENANT}/inbox/{name}"


def stored(*names: str) -> StoredFile:
    return StoredFile(name="face.jpg", bytes=1, keys=[inbox(name) for name in names])


def photograph() -> bytes:
    """A drawn square, with the coordinates of a place in its EXIF."""
    exif, packed = Pictures.Exif(), io.BytesIO()
    exif.get_ifd(0x8825).update({1: "N", 2: (52.0, 31.0, 12.0)})
    Pictures.new("RGB", (16, 16), (200, 150, 120)).save(packed, "JPEG", exif=exif)
    return packed.getvalue()


async def put(stores: Stores, *keys: str, data: bytes = b"x") -> None:
    await stores.blobs.put_all((key, data) for key in keys)


async def left(stores: Stores, keys: Iterable[str]) -> set[str]:
    return {key for key in keys if await stores.blobs.exists(key)}


async def import_of(stores: Stores, *names: str, upload_ids: Iterable[str] = ()) -> Job:
    spec = ImportSpec(dataset_id="ds_1", source="upload", files=[stored(*names)], upload_ids=list(upload_ids))
    return await JobRepository(stores.database, TENANT).accept(make_job(JobKind.IMPORT, spec=spec.model_dump()))


async def claimed(stores: Stores, job: Job) -> Claim:
    claim = await JobClaims(stores.database).claim(job.id, "worker", 3600)
    assert claim is not None
    return claim


async def end(stores: Stores, job: Job, to: JobStatus = JobStatus.SUCCEEDED, outbox: Iterable[OutboxEntry] = ()) -> Job:
    moved = await JobMoves(stores.database).move(job, Change({}, {"status": to}, list(outbox)))
    assert moved is not None
    return moved


async def running(stores: Stores, kind: JobKind) -> Job:
    job = await JobRepository(stores.database, TENANT).accept(make_job(kind))
    return (await claimed(stores, job)).job


async def upload_of(stores: Stores, name: str, *, is_complete: bool, age: timedelta = timedelta()) -> Upload:
    at = now() - age
    upload = Upload(
        id=new_id("upl"), tenant=TENANT, file_name="faces.zip", bytes=1, sha256="0" * 64, part_bytes=1,
        parts={"1": UploadPart(number=1, bytes=1, sha256="0" * 64, key=inbox(name))},
        completed_at=at if is_complete else None, created_at=at,
    )  # fmt: skip
    await put(stores, inbox(name))
    return await UploadRepository(stores.database, TENANT).add(upload)


class TestInputs:
    async def ended_import(self, stores: Stores, to: JobStatus) -> None:
        await put(stores, inbox("a"), inbox("b"), data=photograph())
        job = (await claimed(stores, await import_of(stores, "a", "b"))).job
        await drain(stores, job)
        assert len(await stores.blobs.keys(f"t/{TENANT}/inbox")) == 2
        await drain(stores, await end(stores, job, to))

    async def test_of_an_import_go_with_its_end(self, stores: Stores) -> None:
        await self.ended_import(stores, JobStatus.SUCCEEDED)
        assert await stores.blobs.keys(f"t/{TENANT}/inbox") == []

    @pytest.mark.parametrize("to", [JobStatus.FAILED, JobStatus.CANCELLED])
    async def test_of_what_can_be_retried_go_after_a_day(self, stores: Stores, to: JobStatus) -> None:
        await self.ended_import(stores, to)
        await sweep_litter(stores, now())
        assert len(await stores.blobs.keys(f"t/{TENANT}/inbox")) == 2
        await sweep_litter(stores, now() + A_DAY)
        assert await stores.blobs.keys(f"t/{TENANT}/inbox") == []

    async def test_of_a_reimaging_go_with_its_end(self, stores: Stores) -> None:
        await put(stores, inbox("face"), inbox("map"), data=photograph())
        kept = f"t/{TENANT}/images/clean.png"
        await put(stores, kept)
        spec = ReimagingSpec(
            image=ImageSource(upload=stored("face")), covering=CoveringChoice(upload=stored("map")), software="1"
        )
        job = await JobRepository(stores.database, TENANT).accept(make_job(spec=spec.model_dump()))
        await drain(stores, await end(stores, job))
        assert await stores.blobs.keys(f"t/{TENANT}/") == [kept]

    async def test_go_although_the_worker_died_before_it_could_delete_them(self, stores: Stores) -> None:
        await put(stores, inbox("a"))
        await end(stores, await import_of(stores, "a"))
        await asyncio.sleep(stores.settings.sweep_seconds / 2)  # so long its mover may be at it
        await sweep(stores)
        assert not await stores.blobs.exists(inbox("a"))

    async def test_of_two_imports_of_one_upload_go_with_the_second(self, stores: Stores) -> None:
        upload = await upload_of(stores, "zip", is_complete=True)
        first, second = [await import_of(stores, "zip", upload_ids=[upload.id]) for _ in range(2)]
        await drain(stores, await end(stores, first))
        assert await stores.blobs.exists(inbox("zip"))
        assert await UploadRepository(stores.database, TENANT).get(upload.id) is None
        await drain(stores, await end(stores, second))
        assert not await stores.blobs.exists(inbox("zip"))


class TestIncoming:
    @pytest.mark.parametrize("is_complete", [False, True])
    async def test_old_upload_goes_and_a_young_one_stays(self, stores: Stores, is_complete: bool) -> None:
        old = await upload_of(stores, "old", is_complete=is_complete, age=A_DAY)
        young = await upload_of(stores, "young", is_complete=is_complete)
        await sweep_litter(stores, now())
        uploads = UploadRepository(stores.database, TENANT)
        assert (await uploads.get(old.id), await uploads.get(young.id)) == (None, young)
        assert await left(stores, [inbox("old"), inbox("young")]) == {inbox("young")}

    async def test_upload_that_a_waiting_import_needs_keeps_its_bytes(self, stores: Stores) -> None:
        upload = await upload_of(stores, "zip", is_complete=True, age=A_DAY)
        await import_of(stores, "zip", upload_ids=[upload.id])
        await sweep_litter(stores, now() + A_DAY)
        assert await stores.blobs.exists(inbox("zip"))

    async def test_bytes_that_never_got_a_job_go_after_a_day(self, stores: Stores) -> None:
        await put(stores, inbox("lost"), inbox("waits"))
        await import_of(stores, "waits")
        await sweep_litter(stores, now())
        assert await left(stores, [inbox("lost"), inbox("waits")]) == {inbox("lost"), inbox("waits")}
        await sweep_litter(stores, now() + A_DAY)
        assert await left(stores, [inbox("lost"), inbox("waits")]) == {inbox("waits")}


class TestAttempts:
    async def test_running_jobs_keep_every_attempt(self, stores: Stores) -> None:
        job = await running(stores, JobKind.TRAINING)
        keys = [f"t/{TENANT}/jobs/{job.id}/attempt-{n}/checkpoint-1/state.json" for n in (0, 1)]
        await put(stores, *keys)
        await sweep_litter(stores, now() + AN_HOUR)
        assert await left(stores, keys) == set(keys)

    async def test_result_stays_and_earlier_attempts_go(self, stores: Stores) -> None:
        job = await running(stores, JobKind.REIMAGING)
        lost, kept = f"t/{TENANT}/jobs/{job.id}/attempt-0/pictures", job.attempt_prefix + "pictures"
        await put(stores, lost, kept)
        await drain(stores, await end(stores, job))
        await sweep_litter(stores, now())
        assert await left(stores, [lost, kept]) == {lost, kept}
        await sweep_litter(stores, now() + AN_HOUR)
        assert await left(stores, [lost, kept]) == {kept}

    @pytest.mark.parametrize("to", [JobStatus.FAILED, JobStatus.CANCELLED])
    async def test_of_a_job_without_a_result_go(self, stores: Stores, to: JobStatus) -> None:
        job = await running(stores, JobKind.TRAINING)
        key, sheet = job.attempt_prefix + "checkpoint-1/state.json", job.attempt_prefix + "samples-000001.png"
        await put(stores, key, sheet)
        shown = EventLine("sample:1", "job.sample", {"step": 1, "key": sheet})
        await EventRepository(stores.database).append(job.id, TENANT, 1, now(), shown)
        await drain(stores, await end(stores, job, to))
        await sweep_litter(stores, now() + AN_HOUR)
        assert await left(stores, [key, sheet]) == {sheet}  # the training's history shows it

    async def test_of_an_object_that_was_being_written_when_its_writer_died_go(self, stores: Stores) -> None:
        job = await running(stores, JobKind.EXPORT)
        folder = Path(stores.settings.blobs_url.removeprefix("file://")) / job.attempt_prefix
        folder.mkdir(parents=True)
        (folder / "content.zip#1").write_bytes(b"faces")
        await sweep_litter(stores, now())
        assert [path.name for path in folder.iterdir()] == ["content.zip#1"]
        await sweep_litter(stores, now() + AN_HOUR)
        assert list(folder.iterdir()) == []

    async def test_of_a_forgotten_job_go(self, stores: Stores) -> None:
        key = f"t/{TENANT}/jobs/{new_id('rim')}/attempt-1/pictures"
        await put(stores, key)
        await sweep_litter(stores, now() + AN_HOUR)
        assert not await stores.blobs.exists(key)

    async def test_another_tenants_objects_are_judged_by_its_own_documents(self, stores: Stores) -> None:
        job = await running(stores, JobKind.REIMAGING)
        key = f"t/ten_2/jobs/{job.id}/attempt-1/pictures"
        await put(stores, key)
        await sweep_litter(stores, now() + AN_HOUR)
        assert not await stores.blobs.exists(key)


class TestTheRegisterOfOwnOutputs:
    async def test_keeps_nothing_of_what_was_deleted_before_its_worker_died(self, stores: Stores) -> None:
        register, kept = OwnOutputRepository(stores.database), await running(stores, JobKind.REIMAGING)
        for job_id in (kept.id, new_id("rim")):
            await register.add(OwnOutputs(id=job_id, tenant=TENANT, digests=[job_id.encode()], created_at=now()))
        await sweep_litter(stores, now() + AN_HOUR)
        assert [row["_id"] async for row in stores.database["own_outputs"].find({})] == [kept.id]


class TestModels:
    async def trained(self, stores: Stores) -> tuple[str, list[str], str]:
        """A model; the keys of its files, one from an earlier attempt; the key of a checkpoint."""
        job = await running(stores, JobKind.TRAINING)
        model_id, prefix = twin_id("mdl", job.id), f"t/{TENANT}/jobs/{job.id}/"
        keys = [prefix + "attempt-0/samples-000001.png", job.attempt_prefix + "generator.safetensors"]
        keys.append(job.attempt_prefix + "known-faces.safetensors")  # which nobody is shown
        checkpoint = job.attempt_prefix + "checkpoint-9/weights.safetensors"
        await put(stores, *keys, checkpoint)
        files = [ModelFile(name=str(n), key=key, bytes=1, sha256="0", media_type="x/y") for n, key in enumerate(keys)]
        version = ModelVersion(
            id=ModelVersionRepository.key(model_id, 1), tenant=TENANT, model_id=model_id, name="m", version=1,
            digest="sha256:0", architecture="eigen", kind="drawn", resolution=20, files=files[:2],
            inner_files=files[2:], prototypes=[], created_at=now(),
        )  # fmt: skip
        effect = OutboxEntry(key="m", kind="effect", type="publish_model", data=version.to_mongo())
        ended = await end(stores, job, outbox=[effect])
        await sweep_litter(stores, now() + AN_HOUR)  # between the training's success and its model's appearance
        assert await left(stores, [*keys, checkpoint]) == {*keys, checkpoint}
        await drain(stores, ended)
        return model_id, keys, checkpoint

    async def test_files_stay_and_checkpoints_go(self, stores: Stores) -> None:
        _, keys, checkpoint = await self.trained(stores)
        await sweep_litter(stores, now() + AN_HOUR)
        assert await left(stores, [*keys, checkpoint]) == set(keys)

    async def test_deleted_models_files_go_after_an_hour(self, stores: Stores) -> None:
        model_id, keys, _ = await self.trained(stores)
        models = ModelRepository(stores.database, TENANT)
        assert isinstance(await models.get(model_id), Model)
        await models.delete(model_id)
        await sweep_litter(stores, now() + timedelta(minutes=59))
        assert await left(stores, keys) == set(keys)
        await sweep_litter(stores, now() + AN_HOUR)
        assert await left(stores, keys) == set()

    async def test_cards_that_were_replaced_go_and_the_last_ones_go_with_the_model(self, stores: Stores) -> None:
        model_id, _, _ = await self.trained(stores)
        measured = {"model_id": model_id, "version": 1}
        versions, seen = ModelVersionRepository(stores.database, TENANT), []
        for verdict in ("cannot_tell", "healthy"):
            card = {"memorisation": {"verdict": verdict, "reason": "so", "gate": "blocks"}}
            await note_measured(stores, make_job(JobKind.EVALUATION, TENANT), {**measured, "card": card})
            version = await versions.of_model(model_id, 1)
            assert version is not None
            seen.append({file.key for file in version.files if file.name.startswith("card")})
        assert await left(stores, seen[0] | seen[1]) == seen[0] | seen[1]
        await sweep_litter(stores, now() + AN_HOUR)
        assert await left(stores, seen[0] | seen[1]) == seen[1]
        await ModelRepository(stores.database, TENANT).delete(model_id)
        await sweep_litter(stores, now() + timedelta(minutes=59))
        assert await left(stores, seen[1]) == seen[1]
        await sweep_litter(stores, now() + AN_HOUR)
        assert await left(stores, seen[1]) == set()


class TestDryRuns:
    async def test_are_forgotten_with_their_histories_after_a_day(self, stores: Stores) -> None:
        await put(stores, f"t/{TENANT}/images/a.png")
        for spec in ({"dry_run": True}, {"dry_run": False}, {}):
            job = await JobRepository(stores.database, TENANT).accept(make_job(JobKind.TRAINING, spec=spec))
            await drain(stores, await end(stores, (await claimed(stores, job)).job))
        waiting = await JobRepository(stores.database, TENANT).accept(
            make_job(JobKind.TRAINING, spec={"dry_run": True})
        )
        await sweep_litter(stores, now() + timedelta(hours=23))
        assert await stores.database["jobs"].count_documents({}) == 4
        await sweep_litter(stores, now() + A_DAY)
        left = [row async for row in stores.database["jobs"].find({})]
        assert {row["_id"] for row in left if row["spec"].get("dry_run")} == {waiting.id}
        assert len(left) == 3
        assert {row["job"] async for row in stores.database["job_events"].find({})} <= {row["_id"] for row in left}
