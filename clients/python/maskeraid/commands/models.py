"""`maskeraid models …`."""

from pathlib import Path
from typing import Annotated

import typer

from maskeraid.client import Client
from maskeraid.terminal import AsJson, CommandRefused, connected, console, print_json, print_object, print_objects

app = typer.Typer(no_args_is_help=True, help="What trainings made.")

ModelName = Annotated[str, typer.Argument(metavar="MODEL", help="Its id or name; of a name, the newest.")]
Version = Annotated[str, typer.Option(help="A number, an alias, or `latest`.")]


@app.command("list")
def list_models(as_json: AsJson = False) -> None:
    """Your models, newest first."""
    with connected() as client:
        print_objects(client.models.list(), ["id", "name", "latest_version", "created_at"], as_json=as_json)


@app.command("show")
def show_model(model: ModelName, version: Version = "latest", as_json: AsJson = False) -> None:
    """A model's card, guarantees, layers, lineage, and files."""
    with connected() as client:
        print_object(client.models.version(find_model(client, model), version), as_json=as_json)


@app.command("download")
def download_model(
    model: ModelName,
    output: Annotated[Path, typer.Argument(file_okay=False, help="Folder for the files.")],
    version: Version = "latest",
    as_json: AsJson = False,
) -> None:
    """Every file of a model's version into a folder."""
    with connected() as client:
        found = client.models.version(find_model(client, model), version)
        output.mkdir(parents=True, exist_ok=True)
        for file in found.files:
            (output / file["name"]).write_bytes(client.models.file(found.model_id, file["name"], found.version))
    if as_json:
        print_json(found.files)
    else:
        console.print(f"{len(found.files)} files of version {found.version} in {output}/")


def find_model(client: Client, text: str) -> str:
    """The id of a model by id or name."""
    named = (model.id for model in client.models.list() if model.name == text)
    found = text if text.startswith("mdl_") else next(named, None)
    if found is None:
        raise CommandRefused(f"there is no model {text!r}; `maskeraid models list` shows yours")
    return found
