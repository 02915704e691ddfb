"""How the command line shows things: tables, progress bars, JSON, errors and what to do about them."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Annotated, Any, Literal, TypeVar

import typer
from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    Task,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.text import Text
from typer.core import TyperGroup

from maskeraid.client import Client
from maskeraid.credentials import read_credentials
from maskeraid.errors import JobFailed, MaskeraidClientError
from maskeraid.objects import ApiObject, Event, Job
from maskeraid.remedies import REMEDIES, remedy_of

JobT = TypeVar("JobT", bound=Job)
Limit = Annotated[int, typer.Option(min=1, help="At most so many.")]
All = Annotated[bool, typer.Option("--all", help="Every one, however many there are.")]
Where = Annotated[
    list[str] | None,
    typer.Option(help="Only images with, e.g., mouth:2, age:30..40, or hair: (which lack it); repeatable."),
]
JobStatus = Annotated[
    Literal["queued", "running", "paused", "succeeded", "failed", "cancelled"] | None,
    typer.Option("--status", help="Only in this status."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
LONGEST_SENTENCE = 1_000  # characters: no limit
REPEATS = 2  # somebody waits at the terminal
INTERRUPTED = 130  # as shells say it of Ctrl-C
TIME = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?Z")
UNSHOWN = {"object", "urls"}  # by the text form: for programs

# names and messages come from others: what looks like markup in them is text
console = Console(markup=False, highlight=False, soft_wrap=True)
errors = Console(stderr=True, markup=False, highlight=False, soft_wrap=True)


class Group(TyperGroup):
    """Commands that are listed with the whole first sentence of each: cut ones end before they say what for."""

    def __init__(self, **facts: Any) -> None:  # noqa: ANN401 Typer's own
        super().__init__(**facts)
        for command in self.commands.values():
            command.short_help = command.get_short_help_str(limit=LONGEST_SENTENCE)


class CommandRefused(MaskeraidClientError):
    """What was typed cannot be carried out; the message says why and what to do."""


@contextmanager
def connected() -> Iterator[Client]:
    """The service with the kept key; an error ends the command with its own words instead of a trace."""
    with readable_errors():
        credentials = read_credentials()
        if credentials.key is None:
            raise CommandRefused("no key yet; run `maskeraid login`, or set MASKERAID_KEY")
        with Client(credentials.key, credentials.url, repeats=REPEATS) as client:
            yield client


@contextmanager
def readable_errors() -> Iterator[None]:
    """End the command with exit code 1 and an error's own words; 130 when a person ended it."""
    try:
        yield
    except KeyboardInterrupt as left:
        errors.print("\n".join(["", *getattr(left, "__notes__", [])]))
        raise typer.Exit(INTERRUPTED) from None
    except OSError as error:
        errors.print(f"error: {error.strerror or error}: {error.filename or ''}".rstrip(": "), style="red")
        raise typer.Exit(1) from None
    except MaskeraidClientError as error:
        errors.print(f"error: {error}", style="red")
        if remedy := remedy_of(error):
            errors.print(remedy)
        raise typer.Exit(1) from None


def print_json(value: object) -> None:
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False))


def print_outcome(facts: object, sentence: str, *, as_json: bool) -> None:
    """What a command has done: its facts, an object of the service or plain JSON values, or a sentence."""
    if as_json:
        print_json(facts.to_dict() if isinstance(facts, ApiObject) else facts)
    else:
        console.print(sentence)


def print_objects(objects: Iterable[ApiObject], columns: Sequence[str], *, as_json: bool) -> None:
    """A table, or one JSON array."""
    if as_json:
        print_json([item.to_dict() for item in objects])
    elif rows := [[_cell(_shown(item, column)) for column in columns] for item in objects]:
        print_rows([columns, *rows])
    else:
        console.print("nothing yet")


def print_newest(objects: Iterable[ApiObject], columns: Sequence[str], limit: int | None, *, as_json: bool) -> None:
    """The first so many of a long list, None for all; that something is left out is said."""
    found = iter(objects)
    print_objects(islice(found, limit), columns, as_json=as_json)
    if limit is not None and next(found, None) is not None:
        errors.print(f"these are the first {limit}; --all shows the others too")


def print_object(item: ApiObject, *, as_json: bool) -> None:
    """Field by field, or as JSON."""
    if as_json:
        print_json(item.to_dict())
        return
    shown = [(name, value) for name, value in item.to_dict().items() if value not in (None, [], {})]
    print_rows([(name, _cell(value)) for name, value in shown if name not in UNSHOWN])


def print_rows(rows: Sequence[Sequence[str]]) -> None:
    """Aligned columns; never cropped, so that ids can be copied and lines be searched."""
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        typer.echo("  ".join(map(set_cell_size, row, widths)).rstrip())


class _Reached(MofNCompleteColumn):
    """How far a job is of how much; nothing for one that has never said it."""

    def render(self, task: Task) -> Text:
        is_counted = task.total is not None and task.fields.get("is_counted", True)
        return super().render(task) if is_counted else Text()


def progress_bar() -> Progress:
    """A bar a job: what, how far, which phase, how long."""
    return Progress(
        SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn(), _Reached(),
        TextColumn("{task.fields[phase]}", markup=False), TimeElapsedColumn(), console=errors,
    )  # fmt: skip


def follow(bar: Progress, job: JobT, label: str) -> JobT:
    """Show a job's progress until it ends.

    Raises JobFailed unless it succeeded. Who interrupts it is told that the job goes on.
    """
    task = bar.add_task(label, total=None, phase="waiting")

    def show(event: Event) -> None:
        if event.type == "job.progress":
            bar.update(task, completed=event.data.get("current", 0), total=event.data.get("total"))
            if file := event.data.get("file"):  # of an import that reads several
                bar.update(task, phase=f"{file['name']}, {file['number']} of {file['count']} files")
        elif event.type == "job.phase":
            bar.update(task, phase=event.data["phase"])

    try:
        ended = job.wait(show)
    except JobFailed as failed:
        end_bar(bar, task, failed.job.status)
        raise
    except KeyboardInterrupt as left:
        ends = ", `jobs cancel` ends it" if "cancel" in job.allowed_actions else ""
        left.add_note(f"{job.id} goes on: `maskeraid jobs follow {job.id}` shows it{ends}.")
        raise
    end_bar(bar, task, ended.status)
    print_warnings(bar.console, ended)
    return ended


def print_warnings(output: Console, job: Job) -> None:
    for warning in job.warnings:
        output.print(f"note: {warning['detail']}", style="yellow")
        if remedy := REMEDIES.get(warning["code"]):
            output.print(remedy)


def end_bar(bar: Progress, task: TaskID, status: str) -> None:
    """Say how it ended; a bar that is not full ends where it stands, so that nothing turns any more."""
    shown = bar.tasks[bar.task_ids.index(task)]
    reached = shown.total or 1 if status == "succeeded" else shown.completed
    bar.update(task, completed=reached, total=reached, phase=status, is_counted=shown.total is not None)


def _shown(item: ApiObject, column: str) -> object:
    """What the service said, else what the client makes of it."""
    said = item.to_dict()
    return said[column] if column in said else getattr(item, column, None)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, dict) and {"current", "total", "unit"} <= value.keys():
        return _how_far(value)
    if isinstance(value, list):  # of files: their names
        value = [item["name"] if isinstance(item, dict) and "name" in item else item for item in value]
        if all(isinstance(item, str) for item in value):
            return ", ".join(value)
    return TIME.sub(r"\1 \2Z", value) if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _how_far(progress: Mapping[str, Any]) -> str:
    """`17 of 20 image`, as far as that is known; the unit is the service's word."""
    total = "" if progress["total"] is None else f" of {progress['total']:,g}"
    return f"{progress['current']:,g}{total} {progress['unit']}"
