"""An inference worker on real servers, with models of drawn faces for it."""

import io
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image as Pictures
from tests.factories import make_job
from tests.unit.inference.made_models import make_model, make_version
from ulid import ULID

from maskeraid_core.blobs import image_key, sha256_hex
from maskeraid_core.documents.datasets import StoredFile
from maskeraid_core.documents.models import Model, ModelFile, ModelVersion
from maskeraid_core.documents.reimagings import ReimagingSpec
from maskeraid_core.ids import new_id
from maskeraid_core.jobs import Job, JobKind, JobStatus
from maskeraid_core.mongo import create_indexes
from maskeraid_core.portal import PortalStores, open_portal
from maskeraid_core.repositories.jobs import JobRepository
from maskeraid_core.repositories.models import ModelRepository, ModelVersionRepository
from maskeraid_core.repositories.moves import JobMoves
from maskeraid_core.repositories.repository import now
from maskeraid_faces.images import Image
from maskeraid_faces.known_faces_file import KNOWN_FACES_FILE
from maskeraid_faces.model_files import model_digest, save_model
from maskeraid_inference.settings import InferenceSettings
from maskeraid_inference.worker import Process

TENANT = "ten_1"
PATIENCE_SECONDS = 60


@dataclass
class Inference:
    """What the worker's process has, without Celery, and what the API would do for it."""

    process: Process
    port: PortalStores

    def accept(self, image: Image, tenant: str = TENANT, **facts: Any) -> Job:  # noqa: ANN401 any field
        """A re-imaging of an image of a dataset, as the API would accept it."""
        png = to_png(image)
        sha256 = sha256_hex(png)
        self.put(image_key(tenant, sha256), png)
        return self.accept_source({"key": image_key(tenant, sha256), "sha256": sha256}, tenant, **facts)

    def accept_upload(self, content: bytes, **facts: Any) -> Job:  # noqa: ANN401 any field
        """A re-imaging of bytes that somebody sent."""
        return self.accept_source({"upload": self.store("face", content)}, **facts)

    def accept_source(self, source: dict[str, Any], tenant: str = TENANT, **facts: Any) -> Job:  # noqa: ANN401 any field
        spec = ReimagingSpec.model_validate({"image": source, "covering": {}, "software": "0.1.0", **facts})
        job = make_job(JobKind.REIMAGING, tenant, spec=spec.model_dump())
        return self.port.call(JobRepository(self.port.stores.database, tenant).accept, job)

    def store(self, name: str, content: bytes) -> StoredFile:
        """A file that came in, in two parts."""
        keys = [f"t/{TENANT}/uploads/{new_id('upl')}/{part}" for part in (1, 2)]
        middle = len(content) // 2
        for key, part in zip(keys, (content[:middle], content[middle:]), strict=True):
            self.put(key, part)
        return StoredFile(name=name, bytes=len(content), keys=keys)

    def put(self, key: str, content: bytes) -> None:
        self.port.call(self.port.stores.blobs.put, key, content)

    def get(self, key: str, sha256: str | None = None) -> bytes:
        return self.port.call(self.port.stores.blobs.get, key, sha256)

    def file(self, job: Job, name: str) -> bytes:
        """A file of a result, read as the API reads it: whole, or its part of an object that holds several."""
        file = (job.result or {})["files"][name]
        begin = file.get("offset", 0)
        blobs = self.port.stores.blobs
        return self.port.call(blobs.get_range, file["key"], begin, begin + file["bytes"], file["sha256"])

    def carry_out(self, job: Job) -> Job:
        """Carry out one attempt, as the task does; the job afterwards."""
        worker = self.process.worker
        claim = worker.claim(job.id)
        assert claim is not None
        with worker.holding(claim) as held:
            held.result = self.process.workbench.carry_out(held)
        return self.look(job)

    def look(self, job: Job) -> Job:
        found = self.port.call(JobMoves(self.port.stores.database).get, job.id)
        assert found is not None
        return found

    def wait_for(self, job: Job, holds: Callable[[Job], bool]) -> Job:
        until = time.monotonic() + PATIENCE_SECONDS
        while not holds(found := self.look(job)):
            assert time.monotonic() < until, found
            time.sleep(0.005)
        return found


def to_png(image: Image) -> bytes:
    buffer = io.BytesIO()
    Pictures.fromarray(image).save(buffer, "PNG")
    return buffer.getvalue()


def is_running(job: Job) -> bool:
    return job.status is JobStatus.RUNNING


def add_model(
    port: PortalStores,
    tone: str,
    tenant: str = TENANT,
    known: Mapping[str, object] | None = None,
    faces: bytes | None = None,
) -> ModelVersion:
    """A model as a training would leave it; `known` are its own facts, `faces` tell near copies of those it knows."""
    contents = save_model(replace(make_model(tone), facts=known or {}))
    model_id = new_id("mdl")
    files = []
    for name, content in contents.items():
        key = f"t/{tenant}/jobs/{model_id}/attempt-1/{name}"
        port.call(port.stores.blobs.put, key, content)
        media_type = "application/octet-stream"
        files.append(
            ModelFile(name=name, key=key, bytes=len(content), sha256=sha256_hex(content), media_type=media_type)
        )
    inner = []
    if faces is not None:
        key = f"t/{tenant}/jobs/{model_id}/attempt-1/{KNOWN_FACES_FILE}"
        port.call(port.stores.blobs.put, key, faces)
        inner = [
            ModelFile(name=KNOWN_FACES_FILE, key=key, bytes=len(faces), sha256=sha256_hex(faces), media_type="x/y")
        ]
    facts = {
        "id": f"{model_id}:1",
        "inner_files": inner,
        "model_id": model_id,
        "digest": model_digest(contents),
        "files": files,
    }
    version = make_version(tone, tenant=tenant, **facts)
    model = Model(
        id=model_id, tenant=tenant, name=version.name, latest_version=1, created_at=now(), updated_at=now()
    )  # fmt: skip
    port.call(ModelVersionRepository(port.stores.database, tenant).add, version)
    port.call(ModelRepository(port.stores.database, tenant).add, model)
    return version


@pytest.fixture(scope="module")
def inference_settings(redis_url: str, mongodb_url: str, tmp_path_factory: pytest.TempPathFactory) -> InferenceSettings:
    folder = tmp_path_factory.mktemp("inference")
    return InferenceSettings(
        environment="test", mongodb_url=mongodb_url, mongodb_database=f"test-{ULID()}", redis_url=redis_url,
        blobs_url=f"file://{folder}/blobs", scratch_folder=Path(folder), lease_seconds=2, heartbeat_seconds=0.4,
        crash_delay_seconds=0, log_level="warning",
    )  # fmt: skip


@pytest.fixture(scope="module")
def inference(inference_settings: InferenceSettings) -> Iterator[Inference]:
    """A worker that is open and warm, and three models of the tenant's."""
    with open_portal(inference_settings) as port:
        port.call(create_indexes, port.stores.database)
        for tone in ("light", "medium", "dark"):
            add_model(port, tone)
        process = Process(inference_settings)
        process.open()
        yield Inference(process, port)
        process.close()
        port.call(port.stores.database.client.drop_database, inference_settings.mongodb_database)
