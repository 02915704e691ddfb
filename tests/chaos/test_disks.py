"""A disk that is full: it is said truly, nothing half is shown, and work goes on when there is room again."""

import io
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from PIL import Image

from maskeraid import Client
from maskeraid.objects import Job
from tests.chaos.auditor import Auditor
from tests.chaos.environment import Environment
from tests.chaos.fixtures import WORKERS, Note
from tests.chaos.wanted import Wanted
from tests.chaos.workload import Workload

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(900)]

DISK = "64m"
PIECE_BYTES = 64 * 1024
MEANT = ("[storage_full]", "[store_unavailable]")


@pytest.fixture(params=["blobs", "scratch", "redis"])
def small_disk(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    """One of the stack's folders on a disk of its own; only root may make that."""
    folder: Path = tmp_path / request.param
    folder.mkdir(parents=True)
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", folder], capture_output=True)
    if mounted.returncode:
        pytest.skip(f"no disk of its own: {mounted.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", folder], check=True)


@pytest.mark.row("R14", "64 MiB disk full, for the store, the scratch folder, Redis: 507/503, nothing half, recovers")
def test_a_full_disk_is_told_and_survived(small_disk: Path, measured: Note) -> None:
    with Environment(small_disk.parent, Wanted(WORKERS)) as environment, environment.client(repeats=0) as client:
        workload, auditor = Workload(environment).prepare(), Auditor(environment, client)
        picture = client.images.content(workload.image_id)

        def send_picture(client: Client, number: int) -> Job:
            return client.reimagings.create(
                picture, wait_seconds=0, covering=workload.covering, until="covering", seed=number
            )

        places = [workload.look_for_covering, send_picture, workload.draw_faces] * 4
        with full(small_disk), workload.ordering(places, repeats=0) as orders:
            pass
        later = Workload(environment, "there is room again").prepare()
        with later.ordering([later.look_for_covering, send_picture, later.draw_faces] * 4) as afterwards:
            pass
        auditor.settle(limit_seconds=120)
        audit = auditor.audit([*orders.accepted, *afterwards.accepted])
        pictures = [file for job_id in orders.accepted for file in pictures_of(client, job_id)]
    measured(f"{small_disk.name}: {len(orders.refused)} refused; {audit}; {len(pictures)} pictures whole")
    assert [reason for reason in orders.refused if not any(code in reason for code in MEANT)] == []
    assert afterwards.refused == []
    assert audit.faults == {}
    assert audit.statuses.keys() == {"succeeded"}
    for content in pictures:
        Image.open(io.BytesIO(content)).load()


@contextmanager
def full(disk: Path) -> Iterator[None]:
    """With no byte left on it."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(PIECE_BYTES))
    assert shutil.disk_usage(disk).free == 0
    yield
    filler.unlink()


def pictures_of(client: Client, job_id: str) -> list[bytes]:
    """Every picture that the API shows of a job."""
    if not job_id.startswith("rim_"):
        return []
    reimaging = client.reimagings.get(job_id)
    return [reimaging.file(name) for name in reimaging.files if name.endswith(".png")]
