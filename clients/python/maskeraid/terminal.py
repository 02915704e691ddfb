"""How the command line shows things: tables, progress bars, JSON, errors."""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from maskeraid.errors import JobFailed, MaskeraidClientError
from maskeraid.objects import ApiObject, Job

console = Console()
errors = Console(stderr=True)


@contextmanager
def readable_errors() -> Iterator[None]:
    """End the command with the error's own words instead of a trace."""
    try:
        yield
    except MaskeraidClientError as error:
        errors.print(f"[red]error:[/] {error}", highlight=False)
        raise typer.Exit(1) from None


def print_json(value: object) -> None:
    typer.echo(json.dumps(value, indent=2, default=str))


def print_objects(objects: Iterable[ApiObject], columns: Sequence[str], *, as_json: bool) -> None:
    """A table, or one JSON array."""
    rows = [item.to_dict() for item in objects]
    if as_json:
        print_json(rows)
        return
    table = Table(*columns, box=None, pad_edge=False)
    for row in rows:
        table.add_row(*(_cell(row, column) for column in columns))
    console.print(table if rows else "nothing yet")


def follow(job: Job, label: str) -> Job:
    """Show a job's progress until it ends.

    Raises JobFailed unless it succeeded.
    """
    with progress_bar() as bar:
        task = bar.add_task(label, total=None, phase="waiting")
        for event in job.events():
            show_event(bar, task, event.type, event.data)
    ended = job.refresh()
    if ended.status != "succeeded":
        raise JobFailed(ended)
    return ended


def progress_bar() -> Progress:
    """A bar a job: what, how far, which phase, how long."""
    return Progress(
        SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
        TextColumn("{task.fields[phase]}"), TimeElapsedColumn(), console=errors,
    )  # fmt: skip


def show_event(bar: Progress, task: Any, event_type: str, data: dict[str, Any]) -> None:  # noqa: ANN401 rich's TaskID
    if event_type == "job.progress":
        bar.update(task, completed=data.get("current", 0), total=data.get("total"))
    elif event_type == "job.phase":
        bar.update(task, phase=data["phase"])
    elif event_type == "end":
        finished = bar.tasks[bar.task_ids.index(task)]
        bar.update(task, completed=finished.total or 1, total=finished.total or 1, phase=data["status"])


def _cell(row: dict[str, Any], column: str) -> str:
    value = row.get(column)
    return "" if value is None else str(value)
