"""`maskeraid models …`."""

from pathlib import Path
from typing import Annotated

import typer

from maskeraid.terminal import AsJson, connected, console, print_json, print_object, print_objects

app = typer.Typer(no_args_is_help=True, help="What trainings made.")

ModelId = Annotated[str, typer.Argument(metavar="MODEL", help="Its id, mdl_…")]
Version = Annotated[str, typer.Option(help="A number, an alias, or `latest`.")]


@app.command("list")
def list_models(as_json: AsJson = False) -> None:
    """Your models, newest first."""
    with connected() as client:
        print_objects(client.models.list(), ["id", "name", "latest_version", "created_at"], as_json=as_json)


@app.command("show")
def show_model(model_id: ModelId, version: Version = "latest", as_json: AsJson = False) -> None:
    """A model's card, guarantees, layers, lineage, and files."""
    with connected() as client:
        print_object(client.models.version(model_id, version), as_json=as_json)


@app.command("download")
def download_model(
    model_id: ModelId,
    output: Annotated[Path, typer.Argument(file_okay=False, help="Folder for the files.")],
    version: Version = "latest",
    as_json: AsJson = False,
) -> None:
    """Every file of a model's version into a folder."""
    with connected() as client:
        found = client.models.version(model_id, version)
        output.mkdir(parents=True, exist_ok=True)
        for file in found.files:
            (output / file["name"]).write_bytes(client.models.file(model_id, file["name"], found.version))
    if as_json:
        print_json(found.files)
    else:
        console.print(f"{len(found.files)} files of version {found.version} in {output}/")
