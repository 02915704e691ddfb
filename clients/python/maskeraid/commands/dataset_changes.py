"""`maskeraid datasets edit`, `confirm`, `dismiss`, `merge`, and `rows`: change a dataset, and see what came of it."""

from pathlib import Path
from typing import Annotated, Any

import typer

from maskeraid.client import Client
from maskeraid.commands.datasets import (
    IsDry,
    IsSuggesting,
    Role,
    find_dataset,
    find_own_dataset,
    importing_into,
    print_import,
    suggesting,
)
from maskeraid.terminal import All, AsJson, Limit, Where, connected, follow, print_newest, print_outcome, progress_bar

OUTCOMES = "accepted, rejected, duplicate, near_duplicate, no_face, too_small, edited, deleted, unchanged"

DatasetWord = Annotated[str, typer.Argument(help="Its id or name.")]
AttributeWords = Annotated[list[str], typer.Argument(help="Attributes whose suggestions are meant.")]
ImageIds = Annotated[list[str] | None, typer.Option("--image", help="Id of an image; repeatable.")]
SuggestedWhere = Annotated[
    list[str] | None, typer.Option("--where", help="Only images with, e.g., suggested.hair:1; repeatable.")
]


def edit_images(
    dataset: Annotated[str, typer.Argument(help="Its id or name.")],
    values: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="A new value, as nose=2; repeatable.")
    ] = None,
    unset: Annotated[
        list[str] | None, typer.Option("--unset", metavar="NAME", help="Take a value away; repeatable.")
    ] = None,
    is_deletion: Annotated[bool, typer.Option("--delete", help="Take the images out instead.")] = False,
    where: Where = None,
    image: Annotated[list[str] | None, typer.Option(help="Id of an image; repeatable, instead of --where.")] = None,
    is_all: Annotated[bool, typer.Option("--all", help="Every image, without --where and --image.")] = False,
    is_dry: IsDry = False,
    is_suggesting: IsSuggesting = False,
    as_json: AsJson = False,
) -> None:
    """Set or take away values of images that are there, or take the images out; makes a version, copies nothing."""
    if sum(map(bool, (where, image, is_all))) != 1:
        raise typer.BadParameter("say which images: --where, --image, or --all")
    changes = _changes(values or [], unset or [])
    if bool(changes) == is_deletion:
        raise typer.BadParameter("say what changes: --set and --unset, or --delete")
    with connected() as client:
        found = find_own_dataset(client, dataset)
        ordered = client.imports.edit(
            found.id, changes or None, where=None if image else where or [], image_ids=image or (), delete=is_deletion,
            dry_run=is_dry, **suggesting(is_suggesting),
        )  # fmt: skip
        with progress_bar() as bar:
            ended = follow(bar, ordered, f"edit {found.name}")
    print_import(ended, found, as_json=as_json)


def _changes(values: list[str], unset: list[str]) -> dict[str, str | float | None]:
    changes: dict[str, str | float | None] = dict.fromkeys(unset)
    for text in values:
        name, sign, value = text.partition("=")
        if not sign or not value:
            raise typer.BadParameter(f"{text!r} is not of the form NAME=VALUE; --unset NAME takes a value away")
        changes[name] = value
    return changes


def confirm_suggestions(
    dataset: DatasetWord,
    attributes: AttributeWords,
    least: Annotated[
        float | None, typer.Option("--least", min=0, max=1, help="Only suggestions as sure as this, 0 to 1.")
    ] = None,
    where: SuggestedWhere = None,
    image: ImageIds = None,
    is_dry: IsDry = False,
    as_json: AsJson = False,
) -> None:
    """Make what was suggested the images' values, of all images unless some are named."""
    with connected() as client:
        found = find_own_dataset(client, dataset)
        ordered = client.imports.confirm(
            found.id, *attributes, least_confidence=least, where=where, image_ids=image or (), dry_run=is_dry
        )
        with progress_bar() as bar:
            ended = follow(bar, ordered, f"confirm {found.name}")
    print_import(ended, found, as_json=as_json)


def dismiss_suggestions(
    dataset: DatasetWord,
    attributes: AttributeWords,
    where: SuggestedWhere = None,
    image: ImageIds = None,
    is_dry: IsDry = False,
    as_json: AsJson = False,
) -> None:
    """Drop what was suggested, of all images unless some are named."""
    with connected() as client:
        found = find_own_dataset(client, dataset)
        ordered = client.imports.dismiss(found.id, *attributes, where=where, image_ids=image or (), dry_run=is_dry)
        with progress_bar() as bar:
            ended = follow(bar, ordered, f"dismiss {found.name}")
    print_import(ended, found, as_json=as_json)


def merge_datasets(
    into: Annotated[str, typer.Argument(help="Name of the dataset that takes in; made when there is none.")],
    parts: Annotated[list[str], typer.Argument(help="Datasets by id or name; NAME:3 is their version 3.")],
    where: Where = None,
    role: Role = None,
    as_text: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="An attribute that becomes a text, where types differ; repeatable."),
    ] = None,
    is_dry: IsDry = False,
    is_suggesting: IsSuggesting = False,
    as_json: AsJson = False,
) -> None:
    """Merge datasets into one, each image once; what is merged stays as it is, also when they change."""
    with connected() as client:
        chosen = [{**_part(client, text), "where": where or []} for text in parts]
        with importing_into(client, into, role, is_dry=is_dry) as target, progress_bar() as bar:
            more = suggesting(is_suggesting)
            ordered = client.imports.merge(target.id, chosen, as_text=as_text or (), dry_run=is_dry, **more)
            ended = follow(bar, ordered, f"merge into {into}")
    print_import(ended, target, as_json=as_json)


def _part(client: Client, text: str) -> dict[str, Any]:
    name, _, number = text.rpartition(":")
    if name and number.isdecimal():
        return {"dataset_id": find_dataset(client, name).id, "version": int(number)}
    return {"dataset_id": find_dataset(client, text).id}


def show_rows(
    import_id: Annotated[str, typer.Argument(metavar="IMPORT", help="Id of an import that has ended.")],
    outcome: Annotated[
        list[str] | None, typer.Option(help=f"Only rows of this outcome; repeatable: {OUTCOMES}.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--csv", dir_okay=False, help="Write all of them to this file, for a spreadsheet.")
    ] = None,
    limit: Limit = 50,
    is_all: All = False,
    as_json: AsJson = False,
) -> None:
    """What became of each row of an import."""
    outcomes = outcome or []
    with connected() as client:
        if output is not None:
            output.write_bytes(client.imports.rows_csv(import_id, *outcomes))
            print_outcome({"file": str(output)}, f"the rows are in {output}", as_json=as_json)
            return
        columns = ["row", "file", "outcome", "image_id", "code", "detail"]
        found = client.imports.rows(import_id, *outcomes)
        print_newest(found, columns, None if is_all else limit, as_json=as_json)
