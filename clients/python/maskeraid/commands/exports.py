"""`maskeraid datasets export`: a dataset's images with their attributes, as one zip."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from maskeraid.commands.datasets import find_dataset
from maskeraid.terminal import AsJson, Where, connected, follow, print_outcome, progress_bar


def export_faces(
    dataset: Annotated[str, typer.Argument(help="Id or name of the dataset.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The file, or the folder for it; else here, named by itself.")
    ] = None,
    version: Annotated[int | None, typer.Option(min=1, help="Its version; the latest when absent.")] = None,
    where: Where = None,
    form: Annotated[
        Literal["folder", "tensors"],
        typer.Option("--format", help="PNGs with tables, or NumPy arrays in [-1, 1]."),
    ] = "folder",
    as_json: AsJson = False,
) -> None:
    """Save a dataset's images and attributes as a zip: `maskeraid import` takes it back, Hugging Face reads it."""
    with connected() as client:
        found = find_dataset(client, dataset)
        ordered = client.exports.create(found.id, version=version or "latest", where=where or (), format=form)
        with progress_bar() as bar:
            made = follow(bar, ordered, f"export {found.name}")
        file = made.save(output or ".")
    result = made.result or {}
    facts = {**made.to_dict(), "file": str(file)}
    print_outcome(facts, f"{file}: {result['images']} images, {result['bytes']} bytes", as_json=as_json)
