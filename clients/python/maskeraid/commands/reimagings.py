"""`maskeraid reimage` and `maskeraid reimagings …`."""

from pathlib import Path
from typing import Annotated

import typer

from maskeraid.commands.filling_options import FillingOptions
from maskeraid.commands.option_groups import with_options
from maskeraid.errors import JobFailed
from maskeraid.objects import BUNDLE, Reimaging
from maskeraid.resources.reimagings import WAIT_SECONDS
from maskeraid.terminal import (
    All,
    AsJson,
    CommandRefused,
    Group,
    JobStatus,
    Limit,
    connected,
    errors,
    follow,
    print_newest,
    print_object,
    print_outcome,
    print_warnings,
    progress_bar,
)

app = typer.Typer(cls=Group, no_args_is_help=True, help="What `maskeraid reimage` has made.")

ReimagingId = Annotated[str, typer.Argument(metavar="REIMAGING", help="Its id, rim_…")]
LARGE = 0.5  # share of the face from which a covering that was found is doubtful
FOLDER = Path("reimaged")  # with one in it for each
Output = Annotated[
    Path | None, typer.Option(file_okay=False, help="Folder for the pictures.", show_default=f"{FOLDER}/REIMAGING")
]


@with_options(FillingOptions)
def reimage(
    image: Annotated[Path | None, typer.Argument(exists=True, dir_okay=False, help="A partly covered face.")] = None,
    *,
    image_id: Annotated[
        str | None, typer.Option(metavar="IMAGE", help="In place of a file: an image of a data set, img_…")
    ] = None,
    reuse: Annotated[
        str | None,
        typer.Option(metavar="REIMAGING", help="In place of a file: smooth and blend the faces of this one anew."),
    ] = None,
    candidate: Annotated[int | None, typer.Option(min=0, help="Of --reuse: only this face, counted from 0.")] = None,
    covering: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Black and white picture, white = covered.")
    ] = None,
    asked: FillingOptions,
    output: Output = None,
    is_followed: Annotated[bool, typer.Option("--wait/--no-wait", help="Follow it until it ends.")] = True,
    as_json: AsJson = False,
) -> None:
    """Fill the covered part of a face with plausible versions."""
    if [image, image_id, reuse].count(None) != 2:
        raise typer.BadParameter("name a file, or --image-id, or --reuse, and only one of them")
    if candidate is not None and not reuse:
        raise typer.BadParameter("it chooses among the faces of --reuse", param_hint="--candidate")
    if covering and asked.covering_id:
        raise typer.BadParameter("give --covering or --covering-id, not both", param_hint="--covering-id")
    if reuse and (covering or asked.covering):
        raise typer.BadParameter("it keeps its covering: leave what is said of one out", param_hint="--reuse")
    with connected() as client:
        made = client.reimagings.create(
            image, image_id=image_id, reuse=reuse, candidate=candidate, covering_map=covering,
            wait_seconds=WAIT_SECONDS if is_followed else 0, **asked.to_json(client),
        )  # fmt: skip
        if is_followed:
            with progress_bar() as bar:
                made = follow(bar, made, f"re-image {image.name if image else image_id or reuse}")
            folder = output or FOLDER / made.id
            said = _in_words(made, save_files(made, folder), folder)
        else:
            print_warnings(errors, made)
            said = f"{made.id}: {made.status}; `maskeraid reimagings download {made.id}` saves what it has made"
    print_outcome(made, said, as_json=as_json)


@app.command("list")
def list_reimagings(
    status: JobStatus = None,
    batch: Annotated[str | None, typer.Option(help="Only those of this batch, bat_…")] = None,
    limit: Limit = 50,
    is_all: All = False,
    as_json: AsJson = False,
) -> None:
    """Your re-imagings, newest first; those of a batch in the order of its images, the last first."""
    with connected() as client:
        columns = ["id", "name", "status", "model", "created_at", "finished_at"]
        found = client.reimagings.list(status=status, batch_id=batch)
        print_newest(found, columns, None if is_all else limit, as_json=as_json)


@app.command("show")
def show_reimaging(reimaging_id: ReimagingId, as_json: AsJson = False) -> None:
    """One re-imaging with everything the service says of it."""
    with connected() as client:
        print_object(client.reimagings.get(reimaging_id), as_json=as_json)


@app.command("download")
def download_reimaging(
    reimaging_id: ReimagingId,
    output: Output = None,
    file: Annotated[list[str] | None, typer.Option(help="Only this file, as final.png; repeatable.")] = None,
    as_json: AsJson = False,
) -> None:
    """Save the files of a result; `maskeraid bundle` saves them as one signed zip."""
    with connected() as client:
        made = client.reimagings.get(reimaging_id)
        if made.error:
            raise JobFailed(made)
        names = file or _names(made)
        if missing := [name for name in names if name not in made.files]:
            raise CommandRefused(f"{reimaging_id} has no {missing[0]}; it has {', '.join(made.files) or 'no files'}")
        if not names:
            raise CommandRefused(f"{reimaging_id} has no files: it is {made.status}")
        folder = output or FOLDER / made.id
        paths = [str(made.save(name, folder)) for name in names]
    print_outcome({"id": made.id, "files": paths}, _in_words(made, len(paths), folder), as_json=as_json)


@app.command("rate")
def rate_reimaging(
    reimaging_id: ReimagingId,
    stars: Annotated[int, typer.Argument(min=1, max=5)],
    note: Annotated[str | None, typer.Option(help="For your account alone.")] = None,
    as_json: AsJson = False,
) -> None:
    """Say what you think of a result, in place of what you said before."""
    with connected() as client:
        rated = client.reimagings.rate(reimaging_id, stars, note)
    print_outcome(rated, f"rated {stars} of 5", as_json=as_json)


@app.command("delete")
def delete_reimaging(reimaging_id: ReimagingId, as_json: AsJson = False) -> None:
    """Delete a re-imaging that has ended, with its pictures."""
    with connected() as client:
        client.reimagings.delete(reimaging_id)
    print_outcome({"id": reimaging_id, "deleted": True}, f"{reimaging_id} is deleted", as_json=as_json)


def save_files(made: Reimaging, folder: Path) -> int:
    """Every file of the result, by its name, and how many."""
    return len([made.save(name, folder) for name in _names(made)])


def _names(made: Reimaging) -> list[str]:
    """Of its files; the bundle would hold them all once more."""
    return [name for name in made.files if name != BUNDLE]


def _in_words(made: Reimaging, count: int, folder: Path) -> str:
    """How much is taken as covered is said, too: what a detector found may be far from what was meant."""
    found = (made.result or {}).get("covering") or {}
    share, is_drawn = found.get("share"), found.get("by") == "map"
    covered = "" if share is None else f", {share:.0%} of the face covered"
    if share is not None and share > LARGE and not is_drawn:
        covered += " (much: look at covering.png, or paint it yourself with --covering MAP.png)"
    chosen = f", by model {made.model}" if made.model else ""
    return f"{made.id}: {count} files in {folder}/{covered}{chosen}\n{made.statement}"
