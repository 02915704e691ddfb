"""The main job, once, through the public HTTP API: draw faces, train, re-image covered ones, receive the news."""

import json
import shutil
import tempfile
import time
import zipfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.progress import Progress

from maskeraid import Client
from maskeraid.commands.reimagings import save_files
from maskeraid.objects import Image, Training
from maskeraid.terminal import console, end_bar, follow, progress_bar
from maskeraid_core.settings import read_settings
from maskeraid_local.news import collect_news
from maskeraid_local.outcome import Outcome
from maskeraid_local.ports import LOOPBACK, free_port
from maskeraid_local.receiver import WebhookReceiver
from maskeraid_local.settings import LocalSettings
from maskeraid_local.stack import Stack, StackOptions
from maskeraid_local.written_pictures import missing_pictures

TRAINING_SETS = ("faces-light", "faces-medium", "faces-dark")
PATIENCE_SECONDS = 600  # good enough is reached in a quarter of a minute, beside much other work in minutes
TEST_SET = "faces-test"
COVERED = {"faces-light": "tone:light", "faces-medium": "tone:medium", "faces-dark": "tone:dark"}
CANDIDATES = 8  # asked for, and to be seen
MASK_COLOUR = [20, 150, 140]  # teal: the mask of the drawn test faces
LOG = "stack.log"
TRAININGS_AT_ONCE = 2  # each of drawn faces keeps one core busy


class OutputInUse(Exception):
    """The folder holds something that no demo has written."""


def run_demo(output: Path) -> int:
    """Start a stack of its own, do the job, write what came out; 0 only if all of it really happened.

    Raises: OutputInUse, StackError, and the client's errors.
    """
    started = time.monotonic()
    make_empty(output)
    outcome = Outcome()
    with _own_stack(output / LOG) as (stack, receiver), Client(stack.first_key, stack.url) as client:
        receiver.secret = client.webhook_endpoints.create(receiver.url).secret
        with progress_bar() as bar:
            datasets = make_datasets(client, bar)
            leave_inputs(client, datasets, output)
            trainings = train_models(client, bar, datasets)
            reimage_faces(client, bar, datasets[TEST_SET], output, outcome)
            collect_news(bar, stack.outbox, receiver, trainings, output / "news", outcome)
    outcome.note("time", f"{time.monotonic() - started:.0f} s")
    return outcome.show(output)


def make_empty(output: Path) -> None:
    """Make the folder, or clear it if a demo has filled it; anything else in it is not ours to delete."""
    if output.exists() and any(output.iterdir()):
        if not (output / LOG).exists():
            raise OutputInUse(f"{output} holds other files; choose another folder with --output")
        shutil.rmtree(output)
    output.mkdir(parents=True, exist_ok=True)


@contextmanager
def _own_stack(log_file: Path) -> Iterator[tuple[Stack, WebhookReceiver]]:
    """A stack in a temporary folder, its log beside the results, and a receiver that its webhooks may reach."""
    hook_port = free_port()
    with log_file.open("w") as log, tempfile.TemporaryDirectory(prefix="maskeraid-demo-") as data:

        def write_line(name: str, line: str) -> None:
            log.write(f"{name:<10}│ {line}\n")
            log.flush()

        environment = {"MASKERAID_WEBHOOK_ALLOWED_HOSTS": f"{LOOPBACK}:{hook_port}"}
        console.print(f"starting a stack of its own; its log is {log_file}")
        options = StackOptions(
            Path(data), free_port(), environment, write_line, {"trainer": TRAININGS_AT_ONCE}, log_file,
            read_settings(LocalSettings).start_seconds,
        )  # fmt: skip
        with Stack(options) as stack, WebhookReceiver(hook_port) as receiver:
            yield stack, receiver


def make_datasets(client: Client, bar: Progress) -> dict[str, str]:
    """The three training sets and the test set, drawn by the service; ids by name."""
    ids = {
        name: client.datasets.create(name, role="test" if name == TEST_SET else "train").id
        for name in (*TRAINING_SETS, TEST_SET)
    }
    imports = {name: client.imports.generate(dataset_id, name) for name, dataset_id in ids.items()}
    for name, job in imports.items():
        follow(bar, job, f"draw {name}")
    return ids


def leave_inputs(client: Client, datasets: dict[str, str], output: Path) -> None:
    """A zip of faces with its manifest, and a covered face: what the README's recipe asks for."""
    images = client.images.of_dataset(datasets[TRAINING_SETS[0]], limit=500)
    names = list(images[0].attributes)
    rows = [[f"images/{image.file}", *(str(image.attributes[name]) for name in names)] for image in images]
    with zipfile.ZipFile(output / "our-faces.zip", "w") as archive:
        for row, image in zip(rows, images, strict=True):
            archive.writestr(row[0], client.images.content(image.id))
        archive.writestr("manifest.csv", "".join(",".join(row) + "\n" for row in [["file", *names], *rows]))
    tests = client.images.of_dataset(datasets[TEST_SET], where=[COVERED[TRAINING_SETS[0]]], limit=500)
    covered = next(image for image in tests if image.file.endswith("_mask.png"))
    (output / "covered.png").write_bytes(client.images.content(covered.id))


def train_models(client: Client, bar: Progress, datasets: dict[str, str]) -> list[Training]:
    """A model for each training set, ordered and watched at once."""
    settings = {"max_seconds": PATIENCE_SECONDS}
    trainings = [
        client.trainings.create(name, [datasets[name]], seed=7, hyperparameters=settings, email=True)
        for name in TRAINING_SETS
    ]
    with ThreadPoolExecutor(len(trainings)) as watching:
        return list(watching.map(lambda training: follow(bar, training, f"train {training.name}"), trainings))


def reimage_faces(client: Client, bar: Progress, test_set: str, output: Path, outcome: Outcome) -> None:
    """One masked face of each tone; Selection chooses the model, and must choose the right one."""
    models = {model.id: model.name for model in client.models.list()}
    task = bar.add_task("re-image covered faces", total=len(COVERED), phase="filling")
    for name, condition in COVERED.items():
        images = client.images.of_dataset(test_set, where=[condition], limit=500)
        image = next(image for image in images if image.file.endswith("_mask.png"))
        result = reimage_face(client, image, output / name)
        chosen = models.get(result["selection"]["model_id"], "none")
        outcome.demand(chosen == name, f"{image.file} was given to {chosen}, not to {name}")
        outcome.note(f"re-imaged {image.file}", f"model {chosen}, {len(result['candidates'])} candidates")
        demand_answer(outcome, image.file, result, output / name)
        bar.advance(task)
    end_bar(bar, task, "succeeded")


def demand_answer(outcome: Outcome, file: str, result: Mapping[str, Any], folder: Path) -> None:
    """What a re-imaging must have given, whichever model was chosen: every candidate, each with its pictures."""
    shown = len(result["candidates"])
    outcome.demand(shown == CANDIDATES, f"{file}: {shown} candidates, not {CANDIDATES}")
    outcome.demand(result["proof"]["equal"], f"{file}: visible pixels changed")
    missing = missing_pictures(folder, CANDIDATES)
    outcome.demand(not missing, f"{file}: no readable {', '.join(missing)}")


def reimage_face(client: Client, image: Image, folder: Path) -> dict[str, Any]:
    """Re-image one face, and keep everything about it in `folder`; the job's result."""
    covering = {"method": "colour", "colours": [MASK_COLOUR]}
    reimaging = client.reimagings.create(image_id=image.id, covering=covering, candidates=CANDIDATES, seed=7).wait()
    save_files(reimaging, folder)
    (folder / "result.json").write_text(json.dumps(reimaging.to_dict(), indent=2))
    return reimaging.result or {}
