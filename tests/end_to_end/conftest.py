"""The whole stack as real processes, started once, with lease times that a test can wait for."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from maskeraid import Client
from maskeraid.objects import Model
from maskeraid_faces.drawn import draw_faces
from maskeraid_local.ports import free_port
from maskeraid_local.stack import Stack, StackOptions

IMPATIENT = {
    "MASKERAID_LEASE_SECONDS": "4",
    "MASKERAID_HEARTBEAT_SECONDS": "0.5",
    "MASKERAID_SWEEP_SECONDS": "1",
    "MASKERAID_RING_AGAIN_SECONDS": "2",
    "MASKERAID_CRASH_DELAY_SECONDS": "0.2",
    "MASKERAID_CHECKPOINT_SECONDS": "0.5",
    "MASKERAID_EVENT_POLL_SECONDS": "1",
}


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Every server and service; its log is in the folder that pytest keeps."""
    data = tmp_path_factory.mktemp("stack")
    log = (data / "stack.log").open("w")

    def write_line(name: str, line: str) -> None:
        log.write(f"{name:<10}| {line}\n")
        log.flush()

    with log, Stack(StackOptions(data, free_port(), IMPATIENT, write_line)) as running:
        yield running


@pytest.fixture
def client(stack: Stack) -> Iterator[Client]:
    """The SDK with the first key."""
    with Client(stack.first_key, stack.url) as opened:
        yield opened


@pytest.fixture(scope="session")
def model(stack: Stack) -> Model:
    """A model of medium faces, made with the SDK, for every test that needs any."""
    with Client(stack.first_key, stack.url) as client:
        dataset = client.datasets.create("sdk faces")
        client.imports.generate(dataset.id, "faces-medium").wait()
        short = {"steps": 2500, "max_seconds": 60}  # with fewer it may repeat itself, and ridge would fill
        training = client.trainings.create("sdk model", [dataset.id], seed=3, hyperparameters=short).wait()
        return client.models.get((training.result or {})["model_id"])


@pytest.fixture(scope="session")
def faces_zip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a user would bring: 125 pictures and a manifest."""
    drawn = draw_faces("faces-light")
    file = tmp_path_factory.mktemp("faces") / "our-faces.zip"
    names = list(drawn.attributes[0])
    lines = [",".join(["file", *names])]
    with zipfile.ZipFile(file, "w") as archive:
        for name, image, attributes in zip(drawn.names, drawn.images, drawn.attributes, strict=True):
            picture = io.BytesIO()
            Image.fromarray(image).save(picture, "PNG")
            archive.writestr(f"images/{name}", picture.getvalue())
            lines.append(",".join([f"images/{name}", *(attributes[key] for key in names)]))
        archive.writestr("manifest.csv", "\n".join(lines) + "\n")
    return file


@pytest.fixture(scope="session")
def covered_png(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A light face behind a teal mask."""
    drawn = draw_faces("faces-test")
    at = next(n for n, name in enumerate(drawn.names) if name.startswith("faces-light") and name.endswith("_mask.png"))
    file = tmp_path_factory.mktemp("covered") / "covered.png"
    Image.fromarray(drawn.images[at]).save(file)
    return file
