"""What a release leaves behind for the next: `python -m tests.chaos.release` writes tests/chaos/releases/VERSION.zip.

It holds the documents and objects of a stack that was killed with jobs in its queues and a training behind checkpoints.
"""

import io
import sys
import tempfile
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import bson
from PIL import Image

from maskeraid import Client, attest
from maskeraid_core import VERSION
from maskeraid_core.first_account import add_key
from maskeraid_core.portal import Stores
from maskeraid_faces.drawn import draw_faces
from tests.chaos.environment import Environment
from tests.chaos.nemesis import Nemesis, wait_until
from tests.chaos.reading import history
from tests.chaos.workload import Workload

FOLDER = Path(__file__).with_name("releases")
FACES, STEPS = 16, 6_000
OF_ITS_OWN = {"api_keys", "idempotency", "workers"}  # of a running stack, and of nobody else
OLDER = "checkpoint-1"  # a megabyte that only a broken newer one would want
WORKERS = ("curator", "trainer", "inference")
PATIENCE_SECONDS = 120.0


def write_release(file: Path) -> None:
    """Order one of everything, kill the workers when a training has two checkpoints, and keep what there is."""
    with tempfile.TemporaryDirectory() as data, Environment(Path(data)) as environment, environment.client() as client:
        dataset = client.datasets.create("faces of the release", attestation=attest("generated")).id
        zipped = Path(data) / "faces.zip"
        zipped.write_bytes(zip_of_faces())
        client.imports.upload(dataset, zipped).wait()
        going = client.trainings.create("interrupted", [dataset], seed=1, hyperparameters=steps(STEPS))
        wait_until(lambda: checkpoints_of(client, going.id) >= 2, PATIENCE_SECONDS, "two checkpoints")
        with Nemesis(environment, seed=18).down(*WORKERS):
            client.trainings.create("queued", [dataset], seed=2, hyperparameters=steps(40))
            client.imports.generate(client.datasets.create("to be drawn").id, "faces-light")
            image = client.images.of_dataset(dataset, limit=1)[0]
            for seed in range(3):
                client.reimagings.create(
                    image_id=image.id, wait_seconds=0, seed=seed, until="covering", covering=COVERING
                )
            keep(environment, file)


COVERING: dict[str, Any] = {**Workload.covering, "colours": [[255, 224, 189]], "tolerance": 60}


def steps(count: int) -> dict[str, float]:
    return {"steps": count, "max_seconds": 600, "target_quality": 1.0}


def checkpoints_of(client: Client, job_id: str) -> int:
    return [event["type"] for event in history(client, job_id)].count("job.checkpoint")


def zip_of_faces() -> bytes:
    """A few drawn faces with a manifest."""
    drawn, whole = draw_faces("faces-light"), io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        rows = ["file"]
        for name, image in list(zip(drawn.names, drawn.images, strict=True))[:FACES]:
            picture = io.BytesIO()
            Image.fromarray(image).save(picture, "PNG")
            archive.writestr(name, picture.getvalue())
            rows.append(name)
        archive.writestr("manifest.csv", "\n".join(rows) + "\n")
    return whole.getvalue()


def keep(environment: Environment, file: Path) -> None:
    """Every document as BSON, every object as it is."""
    with environment.stores() as port, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in port.call(_documents, port.stores).items():
            archive.writestr(f"documents/{name}.bson", content)
        for path in environment.blobs.rglob("*"):
            if path.is_file() and OLDER not in path.parts:
                archive.write(path, f"blobs/{path.relative_to(environment.blobs)}")


def restore(environment: Environment, file: Path) -> str:
    """Put a release's documents and objects into a running stack; a key of the tenant they belong to."""
    with zipfile.ZipFile(file) as archive, environment.stores() as port:
        for name in archive.namelist():
            if name.startswith("blobs/"):
                archive.extract(name, environment.options.data)
        documents = {
            Path(name).stem: bson.decode_all(archive.read(name))
            for name in archive.namelist()
            if name.startswith("documents/")
        }
        port.call(_insert, port.stores, documents)
        (tenant,) = documents["tenants"]
        return port.call(add_key, port.stores.database, tenant["_id"], "after the upgrade", "local", days=1)


async def _documents(stores: Stores) -> dict[str, bytes]:
    names = set(await stores.database.list_collection_names()) - OF_ITS_OWN
    return {
        name: b"".join([bson.encode(document) async for document in stores.database[name].find()]) for name in names
    }


async def _insert(stores: Stores, documents: dict[str, list[dict[str, Any]]]) -> None:
    """Jobs last: when a worker sees one, all that it needs is there. None is past its deadline by having been kept."""
    kept = datetime.now(UTC).replace(tzinfo=None) - max(job["updated_at"] for job in documents["jobs"])
    for job in documents["jobs"]:
        job["deadline"] = job["deadline"] and job["deadline"] + kept
    await stores.database["tenants"].update_many({}, {"$set": {"name": "of the newer release"}})
    for name in sorted(documents, key=lambda name: name == "jobs"):
        if documents[name]:
            await stores.database[name].insert_many(documents[name])


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    write_release(FOLDER / f"{VERSION}.zip")
    sys.stdout.write(f"{FOLDER / VERSION}.zip\n")
