"""`maskeraid datasets share`, `unshare`, `browse`."""

from typing import Annotated, Literal

import typer

from maskeraid.commands.datasets import find_own_dataset
from maskeraid.commands.share_options import IsForEveryone, Licence, Readers, check_readers
from maskeraid.terminal import AsJson, connected, print_objects, print_outcome

DatasetName = Annotated[str, typer.Argument(metavar="DATASET", help="Its id or name.")]


def share_dataset(
    dataset: DatasetName,
    readers: Readers = None,
    is_for_everyone: IsForEveryone = False,
    licence: Licence = None,
    download: Annotated[
        bool | None, typer.Option("--download/--no-download", help="Whether they may merge its images into their own.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Share a dataset with accounts, and with no others than those named now, or with everyone."""
    with connected() as client:
        check_readers(readers, is_for_everyone=is_for_everyone)
        shared = client.datasets.share(
            find_own_dataset(client, dataset).id, readers or (), everyone=is_for_everyone, licence=licence,
            download=download,
        )  # fmt: skip
    whom = "everyone" if is_for_everyone else ", ".join(shared.shared_with)
    print_outcome(shared, f"{shared.name} ({shared.id}) is shared with {whom}", as_json=as_json)


def unshare_dataset(dataset: DatasetName, as_json: AsJson = False) -> None:
    """Share a dataset with nobody any more, at once."""
    with connected() as client:
        private = client.datasets.unshare(find_own_dataset(client, dataset).id)
    print_outcome(private, f"{private.name} ({private.id}) is yours alone", as_json=as_json)


def browse_datasets(
    words: Annotated[str | None, typer.Argument(metavar="[WORDS]", help="A part of the name.")] = None,
    where: Annotated[list[str] | None, typer.Option(help="What images must show, like `eyes:1`; repeatable.")] = None,
    visibility: Annotated[
        Literal["public", "shared", "own"], typer.Option(help="For everyone, shared with you by name, or yours.")
    ] = "public",
    licence: Annotated[str | None, typer.Option(help="Only under this licence.")] = None,
    as_json: AsJson = False,
) -> None:
    """Datasets of others, by what their images show."""
    columns = ["id", "name", "owner", "licence", "image_count", *(["matching"] if where else [])]
    with connected() as client:
        found = client.datasets.browse(visibility, where=where or (), q=words, licence=licence)
        print_objects(found, columns, as_json=as_json)
