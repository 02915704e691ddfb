"""`maskeraid datasets cover`: covered copies of clean faces, whose truth is known."""

from typing import Annotated, Literal

import typer

from maskeraid.commands.datasets import find_dataset, importing_into, print_import
from maskeraid.terminal import AsJson, connected, follow, progress_bar

FAMILIES = "surgical, cloth, respirator, scarf, glasses, hand, hat, bar, blob, rectangle, logo"


def cover_faces(
    dataset: Annotated[str, typer.Argument(help="Id or name of the dataset with clean faces.")],
    name: Annotated[str | None, typer.Option(help="Of the dataset for the copies; else `<dataset>-covered`.")] = None,
    role: Annotated[
        Literal["train", "test"] | None, typer.Option(help="Of a dataset that is made; `test` when absent.")
    ] = None,
    family: Annotated[
        list[str] | None, typer.Option(help=f"What may be worn; repeatable, all when absent: {FAMILIES}.")
    ] = None,
    where: Annotated[list[str] | None, typer.Option(help="Faces of a value only, as nose:2; repeatable.")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="The same seed, the same coverings.")] = None,
    as_json: AsJson = False,
) -> None:
    """Copy clean faces with synthetic coverings; each copy knows its true covering and its uncovered twin."""
    with connected() as client:
        clean = find_dataset(client, dataset)
        target = name or f"{clean.name}-covered"
        known = client.datasets.named(target)
        with importing_into(client, target, role or (None if known else "test")) as into, progress_bar() as bar:
            ordered = client.imports.cover(into.id, clean.id, families=family or (), where=where or (), seed=seed)
            ended = follow(bar, ordered, f"cover {clean.name}")
    print_import(ended, into, as_json=as_json)
