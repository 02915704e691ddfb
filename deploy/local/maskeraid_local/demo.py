"""The main job, once, through the public HTTP API: draw faces, train, re-image covered ones, receive the news."""

import json
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.progress import Progress
from rich.table import Table

from maskeraid import Client
from maskeraid.objects import Job, Training
from maskeraid.terminal import console, progress_bar, show_event
from maskeraid_local.ports import LOOPBACK, free_port
from maskeraid_local.receiver import WebhookReceiver
from maskeraid_local.stack import Stack, StackOptions

TRAINING_SETS = ("faces-light", "faces-medium", "faces-dark")
TEST_SET = "faces-test"
COVERED = {"faces-light": "tone:light", "faces-medium": "tone:medium", "faces-dark": "tone:dark"}
STEPS = ("generated", "smoothed", "clipped", "final")
MASK_COLOUR = [20, 150, 140]  # teal: the mask of the drawn test faces
NEWS_SECONDS = 30.0
STATEMENT = "A plausible face, not a reconstruction. Not evidence of identity."


@dataclass
class Outcome:
    """What happened, for the table at the end; every entry was seen, not assumed."""

    rows: list[tuple[str, str]] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def note(self, what: str, seen: str) -> None:
        self.rows.append((what, seen))

    def demand(self, holds: bool, failure: str) -> None:
        if not holds:
            self.failures.append(failure)


def run_demo(output: Path) -> int:
    """Start a stack of its own, do the job, write what came out; 0 only if all of it really happened."""
    started = time.monotonic()
    shutil.rmtree(output, ignore_errors=True)
    output.mkdir(parents=True)
    outcome = Outcome()
    with _own_stack(output) as (stack, receiver), Client(stack.first_key, stack.url) as client:
        receiver.secret = client.webhook_endpoints.create(receiver.url).secret
        with progress_bar() as bar:
            datasets = make_datasets(client, bar)
            trainings = train_models(client, bar, datasets)
            reimage_faces(client, bar, datasets[TEST_SET], output, outcome)
            collect_news(stack, receiver, trainings, output, outcome)
    outcome.note("time", f"{time.monotonic() - started:.0f} s")
    return show(outcome, output)


@contextmanager
def _own_stack(output: Path) -> Iterator[tuple[Stack, WebhookReceiver]]:
    """A stack in a temporary folder, its log beside the results, and a receiver that its webhooks may reach."""
    hook_port = free_port()
    log = (output / "stack.log").open("w")

    def write_line(name: str, line: str) -> None:
        log.write(f"{name:<10}│ {line}\n")
        log.flush()

    environment = {"MASKERAID_WEBHOOK_ALLOWED_HOSTS": f"{LOOPBACK}:{hook_port}"}
    with log, tempfile.TemporaryDirectory(prefix="maskeraid-demo-") as data:
        console.print("starting the stack …")
        options = StackOptions(Path(data), free_port(), environment, write_line)
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
        follow(bar, f"draw {name}", job)
    return ids


def train_models(client: Client, bar: Progress, datasets: dict[str, str]) -> list[Training]:
    """A model for each training set; ordered at once, carried out one after the other."""
    trainings = [client.trainings.create(name, [datasets[name]], seed=7, email=True) for name in TRAINING_SETS]
    return [follow(bar, f"train {training.name}", training) for training in trainings]


def follow(bar: Progress, label: str, job: Any) -> Any:  # noqa: ANN401 the same kind of job comes back
    """Show a job's progress until it has succeeded."""
    task = bar.add_task(label, total=None, phase="waiting")
    for event in job.events():
        show_event(bar, task, event.type, event.data)
    return job.wait()


def reimage_faces(client: Client, bar: Progress, test_set: str, output: Path, outcome: Outcome) -> None:
    """One masked face of each tone; Selection chooses the model, and must choose the right one."""
    models = {model.id: model.name for model in client.models.list()}
    task = bar.add_task("re-image covered faces", total=len(COVERED), phase="filling")
    for name, condition in COVERED.items():
        images = client.images.of_dataset(test_set, where=[condition], limit=500)
        image = next(image for image in images if image.file.endswith("_mask.png"))
        covering = {"method": "colour", "colours": [MASK_COLOUR]}
        reimaging = client.reimagings.create(image_id=image.id, covering=covering, candidates=8, seed=7).wait()
        result: dict[str, Any] = reimaging.result or {}
        folder = output / name
        folder.mkdir()
        for file in sorted(result["files"]):
            (folder / file).write_bytes(reimaging.file(file))
        (folder / "input.png").write_bytes(client.images.content(image.id))
        (folder / "result.json").write_text(json.dumps(reimaging.to_dict(), indent=2))
        chosen = models.get(result["selection"]["model_id"], "none")
        outcome.note(f"re-imaged {image.file}", f"model {chosen}, {len(result['candidates'])} candidates")
        outcome.demand(chosen == name, f"{image.file} was given to {chosen}, not to {name}")
        outcome.demand(result["proof"]["equal"], f"{image.file}: visible pixels changed")
        missing = [step for step in STEPS if not (folder / f"{step}.png").exists()]
        outcome.demand(not missing, f"{image.file}: no picture of {', '.join(missing)}")
        bar.advance(task)


def collect_news(
    stack: Stack, receiver: WebhookReceiver, trainings: Sequence[Job], output: Path, outcome: Outcome
) -> None:
    """The e-mails and webhooks that the service sent by itself, copied beside the results."""
    wanted = {training.id for training in trainings}
    until = time.monotonic() + NEWS_SECONDS
    while time.monotonic() < until and not (wanted <= told_by_webhook(receiver) and len(mails(stack)) >= len(wanted)):
        time.sleep(0.2)
    news = output / "news"
    news.mkdir()
    for mail in mails(stack):
        shutil.copy(mail, news)
    for number, body in enumerate(list(receiver.received.values())):
        (news / f"webhook-{number}.json").write_text(json.dumps(json.loads(body), indent=2))
    outcome.note("e-mails received", str(len(mails(stack))))
    outcome.note("webhooks received, signature verified", str(len(receiver.received)))
    outcome.demand(len(mails(stack)) >= len(wanted), f"{len(mails(stack))} e-mails came, not {len(wanted)}")
    outcome.demand(wanted <= told_by_webhook(receiver), "a training's webhook did not come")
    outcome.demand(receiver.refused == 0, f"{receiver.refused} webhooks had a wrong signature")


def told_by_webhook(receiver: WebhookReceiver) -> set[str]:
    bodies = [json.loads(body) for body in list(receiver.received.values())]
    return {body["data"]["id"] for body in bodies if body["type"] == "training.succeeded"}


def mails(stack: Stack) -> list[Path]:
    return sorted(stack.outbox.glob("*.eml"))


def show(outcome: Outcome, output: Path) -> int:
    """The table, where to look, and the exit code."""
    table = Table(box=None, show_header=False, pad_edge=False)
    for what, seen in outcome.rows:
        table.add_row(what, seen)
    console.print(table)
    console.print(
        f"\nLook at {output}/faces-light/contact-sheet.png first; everything is in {output}\n{STATEMENT}",
        highlight=False,
    )
    for failure in outcome.failures:
        sys.stderr.write(f"FAILED: {failure}\n")
    return 1 if outcome.failures else 0
