"""`maskeraid batches …`."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from maskeraid.commands.filling_options import FillingOptions
from maskeraid.commands.option_groups import with_options
from maskeraid.errors import JobFailed
from maskeraid.objects import Batch
from maskeraid.terminal import (
    All,
    AsJson,
    CommandRefused,
    Group,
    JobStatus,
    Limit,
    Where,
    connected,
    console,
    errors,
    follow,
    print_newest,
    print_object,
    print_outcome,
    progress_bar,
)

FOLDER = Path("batch")  # with one in it for each
BatchId = Annotated[str, typer.Argument(metavar="BATCH", help="Its id, bat_…")]

app = typer.Typer(cls=Group, no_args_is_help=True, help="One set of options over many covered faces.")


@app.command("create")
@with_options(FillingOptions)
def create_batch(
    images: Annotated[
        list[Path] | None, typer.Argument(exists=True, dir_okay=False, help="Partly covered faces, up to 1,000.")
    ] = None,
    *,
    image_id: Annotated[
        list[str] | None, typer.Option(metavar="IMAGE", help="An image of a data set, img_…; repeatable.")
    ] = None,
    dataset: Annotated[str | None, typer.Option(help="In place of both: the images of this data set, ds_…")] = None,
    where: Where = None,
    asked: FillingOptions,
    deadline: Annotated[
        int | None, typer.Option(min=10, max=604_800, metavar="SECONDS", help="Cancel what has not ended by then.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Fill the covered part of many faces; answers at once, `batches wait` waits."""
    if bool(images or image_id) is bool(dataset):
        raise typer.BadParameter("name files or --image-id, or --dataset, and not both")
    if where and not dataset:
        raise typer.BadParameter("--where chooses among the images of --dataset")
    with connected() as client:
        options = asked.to_json(client) | ({"deadline_seconds": deadline} if deadline else {})
        made = client.batches.create(
            images or (), image_ids=image_id or (), dataset_id=dataset, where=where or (), **options
        )
    print_outcome(
        made,
        f"{made.id}: {made.counts['total']} images; `maskeraid batches wait {made.id}` waits for them",
        as_json=as_json,
    )


@app.command("list")
def list_batches(status: JobStatus = None, limit: Limit = 50, is_all: All = False, as_json: AsJson = False) -> None:
    """Your batches, newest first; `batches show` tells how many images of one stand where."""
    with connected() as client:
        columns = ["id", "status", "progress", "created_at", "finished_at"]
        print_newest(client.batches.list(status=status), columns, None if is_all else limit, as_json=as_json)


@app.command("show")
def show_batch(batch_id: BatchId, as_json: AsJson = False) -> None:
    """How many of its images stand where, and which of them failed, each with its error."""
    with connected() as client:
        batch = client.batches.get(batch_id)
        print_object(batch, as_json=as_json)
        if not as_json:
            print_failed(batch, console)


@app.command("wait")
def wait_for_batch(batch_id: BatchId, as_json: AsJson = False) -> None:
    """Wait until every image is done, or could not be; exit code 1 unless all are, and each other one is named."""
    with connected() as client:
        batch = client.batches.get(batch_id)
        try:
            with progress_bar() as bar:
                batch = follow(bar, batch, f"{batch.counts['total']} images")
        except JobFailed as failed:
            print_failed(failed.job, errors)
            raise
        print_failed(batch, errors)
    print_outcome(
        batch,
        f"{batch.id}: {_in_words(batch)}\n`maskeraid batches download {batch.id}` saves the pictures",
        as_json=as_json,
    )
    if batch.counts["succeeded"] < batch.counts["total"]:
        raise typer.Exit(1)


@app.command("download")
def download_batch(
    batch_id: BatchId,
    output: Annotated[
        Path | None, typer.Option(file_okay=False, help="Folder for the pictures.", show_default=f"{FOLDER}/BATCH")
    ] = None,
    file: Annotated[str, typer.Option(help="Which file of each result.")] = "final.png",
    as_json: AsJson = False,
) -> None:
    """Save one picture of each image that is done, named by its place and by what it was called."""
    with connected() as client:
        batch = client.batches.get(batch_id)
        if not batch.counts["succeeded"]:
            raise CommandRefused(f"no image of {batch_id} is done: {_in_words(batch)}")
        folder = output or FOLDER / batch.id
        paths = list(batch.download(folder, file))
        print_failed(batch, errors)
    print_outcome(
        {"id": batch_id, "files": [str(path) for path in paths]},
        f"{len(paths)} pictures in {folder}/; {_in_words(batch)}",
        as_json=as_json,
    )


@app.command("delete")
def delete_batch(batch_id: BatchId, as_json: AsJson = False) -> None:
    """Delete a batch with all its pictures; one that runs is cancelled first, then ask again."""
    with connected() as client:
        client.batches.delete(batch_id)
    print_outcome({"id": batch_id, "deleted": True}, f"{batch_id} is deleted", as_json=as_json)


def print_failed(batch: Batch, output: Console) -> None:
    """Each image that could not be re-imaged, and why."""
    for item in batch.items("failed") if batch.counts["failed"] else ():
        output.print(f"  failed: {item.place}: {item.why_not} ({item.id})")


def _in_words(batch: Batch) -> str:
    """`17 of 20 succeeded, 3 failed (nothing_covered: 3)`."""
    counts = batch.counts
    others = [f"{counts[name]} {name}" for name in ("failed", "cancelled", "running", "queued") if counts[name]]
    codes = ", ".join(f"{code}: {count}" for code, count in batch.errors.items())
    why = f" ({codes})" if codes else ""
    return ", ".join([f"{counts['succeeded']} of {counts['total']} succeeded", *others]) + why
