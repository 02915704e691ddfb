"""`maskeraid models …`. What concerns others is in sharing.py."""

from pathlib import Path
from typing import Annotated

import typer

from maskeraid.client import Client
from maskeraid.objects import Model
from maskeraid.terminal import (
    AsJson,
    CommandRefused,
    Group,
    connected,
    console,
    print_object,
    print_objects,
    print_outcome,
)

app = typer.Typer(cls=Group, no_args_is_help=True, help="What trainings made, yours and what others share.")

ModelVersionName = Annotated[
    str, typer.Argument(metavar="MODEL[:VERSION]", help="Its id or name; a version is a number, an alias, or `latest`.")
]
ModelName = Annotated[str, typer.Argument(metavar="MODEL", help="Its id or name; of a name yours, the newest.")]
Version = Annotated[
    str | None, typer.Option(help="A number, an alias, or `latest`; the same as MODEL:VERSION.", show_default="latest")
]
CARD = "card.md"
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
def show_model(model: ModelVersionName, version: Version = None, as_json: AsJson = False) -> None:
    """A model's card; as JSON also its layers, lineage, and files."""
    with connected() as client:
        found = client.models.version(*find_version(client, model, version))
        if as_json or all(file["name"] != CARD for file in found.files):
            print_object(found, as_json=as_json)
            return
        typer.echo(client.models.file(found.model_id, CARD, found.version).decode())
    console.print(f"{found.model_id} version {found.version}; --json shows its layers, lineage, and files too")


@app.command("download")
def download_model(
    model: ModelVersionName,
    output: Annotated[Path, typer.Argument(file_okay=False, help="Folder for the files.")],
    version: Version = None,
    as_json: AsJson = False,
) -> None:
    """Every file of a model's version that you may have into a folder."""
    with connected() as client:
        found = client.models.version(*find_version(client, model, version))
        output.mkdir(parents=True, exist_ok=True)
        for file in found.files:
            (output / file["name"]).write_bytes(client.models.file(found.model_id, file["name"], found.version))
    print_outcome(found.files, f"version {found.version}: {len(found.files)} files in {output}/", as_json=as_json)


@app.command("alias")
def set_alias(
    model: ModelName,
    alias: Annotated[str, typer.Argument(help="A name of your choice.")],
    version: Annotated[int | None, typer.Argument(min=1, help="The number of the version where it leads.")] = None,
    is_deleted: Annotated[bool, typer.Option("--delete", help="Take the name away.")] = False,
    as_json: AsJson = False,
) -> None:
    """Let a name lead to a version of a model, or take it away."""
    if is_deleted == (version is not None):
        raise typer.BadParameter(
            "say the number of a version, or `--delete` to take the name away", param_hint="VERSION"
        )
    with connected() as client:
        model_id = find_model(client, model)
        if version is None:
            client.models.delete_alias(model_id, alias)
        else:
            client.models.set_alias(model_id, alias, version)
    print_outcome(
        {"model_id": model_id, "alias": alias, "version": version},
        f"{alias} is version {version} of {model_id}" if version else f"{alias} is gone",
        as_json=as_json,
    )


@app.command("change")
def change_model(
    model: ModelName,
    name: Annotated[str | None, typer.Option(help="A new name.")] = None,
    tags: Annotated[list[str] | None, typer.Option("--tag", help="In place of all tags; repeatable.")] = None,
    are_untagged: Annotated[bool, typer.Option("--no-tags", help="Take all tags away.")] = False,
    as_json: AsJson = False,
) -> None:
    """Rename a model, or set its tags."""
    facts = {"name": name, "tags": [] if are_untagged else tags}
    facts = {key: value for key, value in facts.items() if value is not None}
    if not facts:
        raise typer.BadParameter("say what changes: --name, --tag, or --no-tags")
    with connected() as client:
        changed = client.models.change(find_model(client, model), **facts)
    print_outcome(
        changed, f"{changed.id}: {changed.name}" + "".join(f" #{tag}" for tag in changed.tags), as_json=as_json
    )


@app.command("delete")
def delete_model(model: ModelName, as_json: AsJson = False) -> None:
    """Delete a model with all its versions, for all with whom it is shared."""
    with connected() as client:
        model_id = find_model(client, model)
        client.models.delete(model_id)
    print_outcome({"id": model_id, "deleted": True}, f"{model_id} is deleted", as_json=as_json)


@app.command("delete-version")
def delete_version(
    model: ModelName, version: Annotated[int, typer.Argument(min=1, help="Its number.")], as_json: AsJson = False
) -> None:
    """Delete one version of a model, for all with whom it is shared."""
    with connected() as client:
        model_id = find_model(client, model)
        client.models.delete_version(model_id, version)
    print_outcome(
        {"model_id": model_id, "version": version, "deleted": True},
        f"version {version} of {model_id} is deleted",
        as_json=as_json,
    )


def find_version(client: Client, text: str, version: str | None = None) -> tuple[str, int | str]:
    """The id of a model, and which of its versions: `MODEL`, `MODEL:2`, or `MODEL@champion`; `version` beside it wins.

    A name that has a colon itself is taken as a whole first.
    """
    head, mark, tail = _parted(text)
    if mark and (text.startswith("mdl_") or not _named(client, text)):
        return find_model(client, head), _number(version or tail)
    return find_model(client, text), _number(version or "latest")


def find_model(client: Client, text: str) -> str:
    """The id of a model by id or name; a name of yours before that of another's."""
    if text.startswith("mdl_"):
        return text
    named = _named(client, text)
    if not named:
        raise CommandRefused(f"there is no model {text!r}; `maskeraid models list` shows yours")
    return named[0].id


def _named(client: Client, text: str) -> list[Model]:
    named = [model for model in client.models.list(q=text) if model.name == text]
    return sorted(named, key=lambda model: model.access == "shared")


def _parted(text: str) -> tuple[str, str, str]:
    """Head, mark, and tail at the last colon or at-sign."""
    place = max(text.rfind(":"), text.rfind("@"))
    return (text, "", "") if place < 1 else (text[:place], text[place], text[place + 1 :] or "latest")


def _number(version: str) -> int | str:
    return int(version) if version.isdecimal() else version
