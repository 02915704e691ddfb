"""`maskeraid batches …`."""

from pathlib import Path
from typing import Annotated, Any

import typer

from maskeraid.commands.models import find_version
from maskeraid.commands.reimagings import Colours, colours_of
from maskeraid.objects import Batch
from maskeraid.terminal import (
    AsJson,
    CommandRefused,
    Where,
    connected,
    console,
    follow,
    print_json,
    print_object,
    progress_bar,
)

BatchId = Annotated[str, typer.Argument(metavar="BATCH", help="Its id, bat_…")]

app = typer.Typer(no_args_is_help=True, help="One set of options over many covered faces.")


@app.command("create")
def create_batch(
    images: Annotated[
        list[Path] | None, typer.Argument(exists=True, dir_okay=False, help="Partly covered faces, up to 1,000.")
    ] = None,
    dataset: Annotated[str | None, typer.Option(help="In place of files: the images of this data set, ds_…")] = None,
    where: Where = None,
    colour: Colours = None,
    model: Annotated[
        str | None, typer.Option(metavar="MODEL[:VERSION]", help="Its id or name; else chosen for each image.")
    ] = None,
    candidates: Annotated[int, typer.Option(min=1, max=64, help="How many versions of each.")] = 8,
    seed: Annotated[int | None, typer.Option(min=0, help="The same seed, the same faces.")] = None,
    as_json: AsJson = False,
) -> None:
    """Fill the covered part of many faces; answers at once, `batches wait` waits."""
    if bool(images) is bool(dataset):
        raise typer.BadParameter("name files, or --dataset, and not both")
    if where and not dataset:
        raise typer.BadParameter("--where chooses among the images of --dataset")
    options: dict[str, Any] = {"candidates": candidates, **({"seed": seed} if seed is not None else {})}
    options |= colours_of(colour)
    with connected() as client:
        if model:
            model_id, version = find_version(client, model)
            options["model"] = {"model_id": model_id, "version": version}
        made = client.batches.create(images or (), dataset_id=dataset, where=where or (), **options)
    if as_json:
        print_json(made.to_dict())
    else:
        console.print(f"{made.id}: {made.counts['total']} images; `maskeraid batches wait {made.id}` waits for them")


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
    if as_json:
        print_json(batch.to_dict())
    else:
        console.print(f"{batch.id}: {_in_words(batch)}\n`maskeraid batches download {batch.id}` saves the pictures")


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
    if as_json:
        print_json({"id": batch_id, "files": [str(path) for path in paths]})
    else:
        console.print(f"{len(paths)} pictures in {output}/; {_in_words(batch)}")


@app.command("delete")
def delete_batch(batch_id: BatchId, as_json: AsJson = False) -> None:
    """Delete a batch with all its pictures; one that runs is cancelled first, then ask again."""
    with connected() as client:
        client.batches.delete(batch_id)
    if as_json:
        print_json({"id": batch_id, "deleted": True})
    else:
        console.print(f"{batch_id} is deleted")


def _in_words(batch: Batch) -> str:
    """`17 of 20 succeeded, 3 failed (nothing_covered: 3)`."""
    counts = batch.counts
    others = [f"{counts[name]} {name}" for name in ("failed", "cancelled", "running", "queued") if counts[name]]
    errors = ", ".join(f"{code}: {count}" for code, count in batch.errors.items())
    why = f" ({errors})" if errors else ""
    return ", ".join([f"{counts['succeeded']} of {counts['total']} succeeded", *others]) + why
