"""A trainer on real servers, and datasets of drawn faces for it."""

import io
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as PillowImage
from tests.factories import make_job
from ulid import ULID

from maskeraid_core.blobs import image_key, sha256_hex
from maskeraid_core.documents.datasets import Attribute, DataPart, DatasetVersion, Role
from maskeraid_core.documents.trainings import TrainingSpec
from maskeraid_core.ids import image_id, new_id, twin_id
from maskeraid_core.jobs import Job, JobKind, JobStatus, QueueName
from maskeraid_core.manifests import PREFIX, write_manifest
from maskeraid_core.mongo import create_indexes
from maskeraid_core.news import wish_subject
from maskeraid_core.portal import PortalStores, open_portal
from maskeraid_core.repositories.datasets import DatasetVersionRepository
from maskeraid_core.repositories.events import EventRepository
from maskeraid_core.repositories.jobs import JobRepository
from maskeraid_core.repositories.moves import JobMoves
from maskeraid_core.repositories.repository import now
from maskeraid_core.status_machine import JobAction
from maskeraid_core.worker import Worker
from maskeraid_faces.drawn import draw_faces
from maskeraid_trainer.settings import TrainerSettings
from maskeraid_trainer.supervision import supervise

TENANT = "ten_1"
PATIENCE_SECONDS = 120
CHILD = (sys.executable, "-m", "maskeraid_trainer.run")


@dataclass
class Trainer:
    """What the trainer's process has, without Celery."""

    port: PortalStores
    settings: TrainerSettings
    dataset: DataPart

    def accept(self, **facts: Any) -> Job:  # noqa: ANN401 any field of the specification
        """A training as the API would accept it."""
        job_id = new_id("trn")
        spec = {
            "name": "faces-light", "data": [self.dataset], "model_id": twin_id("mdl", job_id), "seed": 7,
            "software": "0.1.0", **facts,
        }  # fmt: skip
        job = make_job(
            JobKind.TRAINING, TENANT, id=job_id, spec=TrainingSpec.model_validate(spec).model_dump(),
            spec_digest=sha256_hex(repr(facts).encode()),
        )  # fmt: skip
        return self.port.call(JobRepository(self.port.stores.database, TENANT).accept, job)

    def carry_out(
        self, job: Job, meanwhile: Callable[[Job], object] = lambda job: None, command: Sequence[str] = CHILD
    ) -> Job:
        """Carry out one attempt, as the task does; `meanwhile` runs beside it. The job afterwards."""
        worker = Worker(self.port, QueueName.TRAINER)
        beside = threading.Thread(target=meanwhile, args=(job,))
        try:
            claim = worker.claim(job.id)
            assert claim is not None
            beside.start()
            with worker.holding(claim) as held:
                supervise(held, self.port, worker.is_leaving, self.settings, command)
        finally:
            beside.join(PATIENCE_SECONDS)
            worker.close()
        return self.look(job)

    def carry_out_until(self, last: Job, commands: Mapping[str, Sequence[str]]) -> list[str]:
        """Carry out whatever is next, as the task does, until a job has ended; the ids in the order of the attempts.

        `commands` has the command of each job that may come; the bell of the first one rings.
        """
        worker, until, carried_out = Worker(self.port, QueueName.TRAINER), time.monotonic() + PATIENCE_SECONDS, []
        try:
            while not self.look(last).status.is_terminal:
                assert time.monotonic() < until, carried_out
                for claim in worker.claims(next(iter(commands))):
                    carried_out.append(claim.job.id)
                    with worker.holding(claim) as held:
                        supervise(held, self.port, worker.is_leaving, self.settings, commands[claim.job.id])
        finally:
            worker.close()
        return carried_out

    def look(self, job: Job) -> Job:
        found = self.port.call(JobMoves(self.port.stores.database).get, job.id)
        assert found is not None
        return found

    def ask(self, job: Job, action: JobAction) -> Job:
        """Ask something of a job as its owner does, and wake its worker."""
        asked = self.port.call(JobMoves(self.port.stores.database).ask, job, action)
        self.port.call(self.port.stores.news.publish, wish_subject(job.id))
        return asked

    def wait_for(self, job: Job, holds: Callable[[Job], bool]) -> Job:
        """Wait until the job's document is so."""
        until = time.monotonic() + PATIENCE_SECONDS
        while not holds(found := self.look(job)):
            assert time.monotonic() < until, found
            assert not found.status.is_terminal, found
            time.sleep(0.02)
        return found

    def events(self, job: Job) -> list[tuple[str, dict[str, Any]]]:
        return [(kind, data) for _, kind, data in self.told(job)]

    def told(self, job: Job) -> list[tuple[int, str, dict[str, Any]]]:
        """The job's history: attempt, type, and data of each event."""
        found = self.port.call(EventRepository(self.port.stores.database).after, job.id, 0)
        return [(event.fence, event.type, event.data) for event in found]

    def child_pid(self) -> int:
        """The process that trains, a child of this one."""
        me = Path("/proc/self/task")
        children = [pid for task in me.iterdir() for pid in (task / "children").read_text().split()]
        (pid,) = [int(pid) for pid in children if b"maskeraid_trainer.run" in Path(f"/proc/{pid}/cmdline").read_bytes()]
        return pid


@contextmanager
def open_trainer(settings: TrainerSettings) -> Iterator[Trainer]:
    """A trainer on a database of its own, with a dataset of 25 drawn faces that all smile."""
    with open_portal(settings) as port:
        port.call(create_indexes, port.stores.database)
        yield Trainer(port, settings, add_dataset(port))
        port.call(port.stores.database.client.drop_database, settings.mongodb_database)


def add_dataset(
    port: PortalStores,
    *,
    side: int = 32,
    persons: Sequence[str] | None = None,
    noise: int | None = None,
    images: Sequence[np.ndarray] | None = None,
) -> DataPart:
    """`faces-light` as an import would leave it; the part where the mouth is 2.

    With `noise`, a seed, they pass for photographs; `persons` names whom each shows; other `images` take their places.
    """
    drawn, rows = draw_faces("faces-light"), []
    images = faces_of(drawn.images, side, noise) if images is None else images
    for index, (image, name, attributes) in enumerate(zip(images, drawn.names, drawn.attributes, strict=True)):
        attributes = {**attributes, **({"person": persons[index]} if persons else {})}
        buffer = io.BytesIO()
        PillowImage.fromarray(image).save(buffer, "png")
        digest = sha256_hex(buffer.getvalue())
        port.call(port.stores.blobs.put, image_key(TENANT, digest), buffer.getvalue())
        attribute_columns = {PREFIX + attribute: value for attribute, value in attributes.items()}
        rows.append({"row": index, "file": name, "sha256": digest, "width": side, **attribute_columns})
    dataset_id = new_id("ds")
    manifest = write_manifest([{"id": image_id(dataset_id, row["row"]), **row} for row in rows])
    key, digest = port.call(port.stores.blobs.put_content, f"t/{TENANT}/manifests", manifest, ".parquet")
    version = DatasetVersion(
        id=DatasetVersionRepository.key(dataset_id, 1), tenant=TENANT, dataset_id=dataset_id, version=1,
        parent_version=0, import_id=new_id("imp"), role=Role.TRAIN, image_count=len(rows), sides=[32],
        manifest_key=key, manifest_sha256=digest, bytes=0, created_at=now(),
        attributes=dict.fromkeys(drawn.attributes[0], Attribute(type="enum")),
    )  # fmt: skip
    port.call(DatasetVersionRepository(port.stores.database, TENANT).put, version)
    return DataPart(dataset_id=dataset_id, version=1, where=["mouth:2"])


def faces_of(images: np.ndarray, side: int, noise: int | None) -> np.ndarray:
    if side < images.shape[1]:
        images = images[:, :: images.shape[1] // side, :: images.shape[1] // side]
    images = images.repeat(max(1, side // images.shape[1]), 1).repeat(max(1, side // images.shape[2]), 2)
    if noise is None:
        return images
    added = np.random.default_rng(noise).integers(-20, 21, images.shape)
    return np.clip(images.astype(int) + added, 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def trainer(redis_url: str, mongodb_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trainer]:
    folder = tmp_path_factory.mktemp("trainer")
    settings = TrainerSettings(
        environment="test", mongodb_url=mongodb_url, mongodb_database=f"test-{ULID()}", redis_url=redis_url,
        blobs_url=f"file://{folder}/blobs", scratch_folder=folder, lease_seconds=5, heartbeat_seconds=0.5,
        crash_delay_seconds=0, checkpoint_seconds=0.2, log_level="warning",
        images_in_memory_bytes=10_000,  # 25 faces have 77 kB: they lie in a file
    )  # fmt: skip
    with open_trainer(settings) as opened:
        yield opened


@pytest.fixture(scope="module")
def steps() -> dict[str, int]:
    """A tiny training, of many calls, so that there is a middle in which to disturb it; its steps alone end it."""
    return {"steps": 1200, "batch": 32, "max_seconds": 3600}


@pytest.fixture(scope="module")
def unbroken(trainer: Trainer, steps: dict[str, int]) -> Job:
    """A training that nothing disturbed."""
    job = trainer.carry_out(trainer.accept(hyperparameters={**steps, "target_quality": 1.0}))
    assert job.status is JobStatus.SUCCEEDED, job.error
    return job
