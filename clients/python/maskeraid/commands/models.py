"""`maskeraid models …`. What concerns others is in sharing.py."""

from pathlib import Path
from typing import Annotated

import typer

from maskeraid.client import Client
from maskeraid.terminal import (
    AsJson,
    CommandRefused,
    connected,
    console,
    follow,
    print_json,
    print_object,
    print_objects,
    progress_bar,
)

app = typer.Typer(no_args_is_help=True, help="What trainings made, yours and what others share.")

ModelName = Annotated[str, typer.Argument(metavar="MODEL", help="Its id or name; of a name yours, the newest.")]
Version = Annotated[str, typer.Option(help="A number, an alias, or `latest`.")]
COLUMNS = ["id", "name", "access", "owner", "latest_version", "rating_mean", "created_at"]


@app.command("list")
def list_models(
    tag: Annotated[str | None, typer.Option(help="Only those with this tag.")] = None,
    query: Annotated[str | None, typer.Option("--query", help="Only those whose name contains this.")] = None,
    is_shared: Annotated[bool, typer.Option("--shared", help="Only those that others share with you.")] = False,
    as_json: AsJson = False,
) -> None:
    """The models that you may use, newest first."""
    with connected() as client:
        found = client.models.list(tag=tag, q=query, access="shared" if is_shared else None)
        print_objects(found, COLUMNS, as_json=as_json)


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
    """Every file of a model's version that you may have into a folder."""
    with connected() as client:
        found = client.models.version(find_model(client, model), version)
        output.mkdir(parents=True, exist_ok=True)
        for file in found.files:
            (output / file["name"]).write_bytes(client.models.file(found.model_id, file["name"], found.version))
    if as_json:
        print_json(found.files)
    else:
        console.print(f"{len(found.files)} files of version {found.version} in {output}/")


@app.command("alias")
def set_alias(
    model: ModelName,
    alias: Annotated[str, typer.Argument(help="A name of your choice.")],
    version: Annotated[int | None, typer.Argument(min=1, help="Where it leads; without it the alias is gone.")] = None,
    as_json: AsJson = False,
) -> None:
    """Let a name lead to a version of a model, or take it away."""
    with connected() as client:
        model_id = find_model(client, model)
        if version is None:
            client.models.delete_alias(model_id, alias)
        else:
            client.models.set_alias(model_id, alias, version)
    if as_json:
        print_json({"model_id": model_id, "alias": alias, "version": version})
    else:
        console.print(f"{alias} is version {version} of {model_id}" if version else f"{alias} is gone")


@app.command("delete")
def delete_model(model: ModelName, as_json: AsJson = False) -> None:
    """Delete a model with all its versions, for all with whom it is shared."""
    with connected() as client:
        model_id = find_model(client, model)
        client.models.delete(model_id)
    if as_json:
        print_json({"id": model_id, "deleted": True})
    else:
        console.print(f"{model_id} is deleted")


@app.command("compare")
def compare_models(
    image: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A partly covered face.")],
    models: Annotated[list[str], typer.Argument(metavar="MODEL[:VERSION]", help="Up to four.")],
    output: Annotated[Path, typer.Option(file_okay=False, help="Folder for the pictures.")] = Path("compared"),
    covering: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Black and white picture, white = covered.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="The same for each.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Fill one photo by several models, side by side."""
    if len(models) > 4:
        raise typer.BadParameter("up to four models can be compared")
    with connected() as client:
        parted = [text.partition(":") for text in models]
        versions = [f"{find_model(client, name)}:{version or 'latest'}" for name, _, version in parted]
        made = client.models.compare(image, versions, seed=seed, covering_map=covering)
        with progress_bar() as bar:
            done = [follow(bar, one, name) for one, name in zip(made, models, strict=True)]
        paths = [one.save("final.png", output / str(number)) for number, one in enumerate(done, 1)]
    if as_json:
        print_json([one.to_dict() for one in done])
    else:
        for name, path in zip(models, paths, strict=True):
            console.print(f"{path}  {name}")
        console.print(done[0].statement)


def find_model(client: Client, text: str) -> str:
    """The id of a model by id or name; a name of yours before that of another's."""
    if text.startswith("mdl_"):
        return text
    named = [model for model in client.models.list(q=text) if model.name == text]
    named.sort(key=lambda model: model.access == "shared")
    if not named:
        raise CommandRefused(f"there is no model {text!r}; `maskeraid models list` shows yours")
    return named[0].id
