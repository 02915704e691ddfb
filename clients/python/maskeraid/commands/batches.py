"""`maskeraid batches …`."""

from pathlib import Path
from typing import Annotated

import typer

from maskeraid.commands.filling_options import FillingOptions
from maskeraid.commands.option_groups import with_options
from maskeraid.objects import Batch
from maskeraid.terminal import (
    All,
    AsJson,
    CommandRefused,
    JobStatus,
    Limit,
    Where,
    connected,
    follow,
    print_newest,
    print_object,
    print_outcome,
    progress_bar,
)

BatchId = Annotated[str, typer.Argument(metavar="BATCH", help="Its id, bat_…")]

app = typer.Typer(no_args_is_help=True, help="One set of options over many covered faces.")


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
    """How many of its images stand where."""
    with connected() as client:
        print_object(client.batches.get(batch_id), as_json=as_json)


@app.command("wait")
def wait_for_batch(batch_id: BatchId, as_json: AsJson = False) -> None:
    """Wait until every image is done, or could not be."""
    with connected() as client:
        batch = client.batches.get(batch_id)
        with progress_bar() as bar:
            batch = follow(bar, batch, f"{batch.counts['total']} images")
    print_outcome(
        batch,
        f"{batch.id}: {_in_words(batch)}\n`maskeraid batches download {batch.id}` saves the pictures",
        as_json=as_json,
    )


@app.command("download")
def download_batch(
    batch_id: BatchId,
    output: Annotated[Path, typer.Option(file_okay=False, help="Folder for the pictures.")] = Path("batch"),
    file: Annotated[str, typer.Option(help="Which file of each result.")] = "final.png",
    as_json: AsJson = False,
) -> None:
    """Save one picture of each image that is done, named by its place and by what it was called."""
    with connected() as client:
        batch = client.batches.get(batch_id)
        if not batch.counts["succeeded"]:
            raise CommandRefused(f"no image of {batch_id} is done: {_in_words(batch)}")
        paths = list(batch.download(output, file))
    print_outcome(
        {"id": batch_id, "files": [str(path) for path in paths]},
        f"{len(paths)} pictures in {output}/; {_in_words(batch)}",
        as_json=as_json,
    )


@app.command("delete")
def delete_batch(batch_id: BatchId, as_json: AsJson = False) -> None:
    """Delete a batch with all its pictures; one that runs is cancelled first, then ask again."""
    with connected() as client:
        client.batches.delete(batch_id)
    print_outcome({"id": batch_id, "deleted": True}, f"{batch_id} is deleted", as_json=as_json)


def _in_words(batch: Batch) -> str:
    """`17 of 20 succeeded, 3 failed (nothing_covered: 3)`."""
    counts = batch.counts
    others = [f"{counts[name]} {name}" for name in ("failed", "cancelled", "running", "queued") if counts[name]]
    errors = ", ".join(f"{code}: {count}" for code, count in batch.errors.items())
    why = f" ({errors})" if errors else ""
    return ", ".join([f"{counts['succeeded']} of {counts['total']} succeeded", *others]) + why
