"""`maskeraid reimage` and `maskeraid reimagings …`."""

from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.color import Color, ColorParseError

from maskeraid.commands.models import find_version
from maskeraid.objects import BUNDLE, Reimaging
from maskeraid.terminal import All, AsJson, Limit, connected, console, follow, print_json, print_newest, progress_bar

Colours = Annotated[
    list[str] | None, typer.Option("--colour", help="Colour of the covering, 20,150,140 or #14968c; repeatable.")
]

app = typer.Typer(no_args_is_help=True, help="What `maskeraid reimage` has made.")


def colours_of(colours: list[str] | None) -> dict[str, Any]:
    """The option of a re-imaging that says so; none when the covering is guessed or comes as a map."""
    return {"covering": {"method": "colour", "colours": [_rgb(text) for text in colours]}} if colours else {}


def _rgb(text: str) -> list[int]:
    """A colour as `20,150,140` or `#14968c`."""
    try:
        return list(Color.parse(text if text.startswith("#") else f"rgb({text})").get_truecolor())
    except ColorParseError as error:
        raise typer.BadParameter(f"{text!r} is no colour; write 20,150,140 or #14968c") from error


def wanted_of(want: list[str] | None) -> dict[str, Any]:
    """The option for `nose=2` and the like."""
    pairs = [one.partition("=") for one in want or ()]
    for name, sign, value in pairs:
        if not (name and sign and value):
            raise typer.BadParameter(f"{name + sign + value!r} is no NAME=VALUE, such as nose=2", param_hint="--want")
    return {"attributes": {name: value for name, _, value in pairs}} if pairs else {}


def reimage(
    image: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A partly covered face.")],
    output: Annotated[Path, typer.Option(file_okay=False, help="Folder for the pictures.")] = Path("reimaged"),
    covering: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Black and white picture, white = covered.")
    ] = None,
    covering_id: Annotated[
        str | None, typer.Option("--covering-id", metavar="COVERING", help="A stored covering, cov_…")
    ] = None,
    colour: Colours = None,
    grow: Annotated[int | None, typer.Option(min=0, max=16, help="Pixels that the covering is widened by.")] = None,
    feather: Annotated[
        int | None, typer.Option(min=0, max=8, help="Pixels inside the rim over which the filling fades.")
    ] = None,
    is_cleaned: Annotated[bool, typer.Option("--clean", help="Drop specks of the covering, fill small holes.")] = False,
    model: Annotated[
        str | None,
        typer.Option(metavar="MODEL[:VERSION]", help="Its id or name; without it the fitting one is chosen."),
    ] = None,
    want: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="An attribute that every version must have; repeatable."),
    ] = None,
    candidates: Annotated[int, typer.Option(min=1, max=64, help="How many versions.")] = 8,
    seed: Annotated[int | None, typer.Option(min=0, help="The same seed, the same faces.")] = None,
    pick: Annotated[
        Literal["spread", "sample", "random"], typer.Option(help="Which draws are shown; `random` is the thesis's way.")
    ] = "spread",
    selector: Annotated[
        Literal["attributes", "cnn"],
        typer.Option(help="What chooses the model; `cnn` is the thesis's network (`maskeraid selectors train`)."),
    ] = "attributes",
    is_explained: Annotated[
        bool, typer.Option("--explain", help="Also why the model was chosen: why.png, and the selector's feature maps.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Fill the covered part of a face with plausible versions."""
    options: dict[str, Any] = {"candidates": candidates, "pick": pick}
    options |= {"selector": selector} if selector != "attributes" else {}
    options |= {"explain": True} if is_explained else {}
    options |= {"seed": seed} if seed is not None else {}
    if covering and covering_id:
        raise typer.BadParameter("give --covering or --covering-id, not both", param_hint="--covering-id")
    about = {"covering_id": covering_id, "grow": grow, "feather": feather, "clean": is_cleaned or None}
    given = {name: value for name, value in about.items() if value is not None}
    found_by = colours_of(colour).get("covering", {}) | given
    options |= wanted_of(want) | ({"covering": found_by} if found_by else {})
    with connected() as client:
        if model:
            model_id, version = find_version(client, model)
            options["model"] = {"model_id": model_id, "version": version}
        made = client.reimagings.create(image, covering_map=covering, **options)
        with progress_bar() as bar:
            made = follow(bar, made, f"re-image {image.name}")
        count = save_files(made, output)
    if as_json:
        print_json(made.to_dict())
    else:
        chosen = (made.result or {})["selection"]["model_id"]
        console.print(f"{made.id}: {count} files in {output}/, by model {chosen}\n{made.statement}")


@app.command("list")
def list_reimagings(limit: Limit = 50, is_all: All = False, as_json: AsJson = False) -> None:
    """Your re-imagings, newest first."""
    with connected() as client:
        columns = ["id", "status", "created_at", "finished_at"]
        print_newest(client.reimagings.list(), columns, None if is_all else limit, as_json=as_json)


@app.command("delete")
def delete_reimaging(
    reimaging_id: Annotated[str, typer.Argument(metavar="REIMAGING", help="Its id, rim_…")], as_json: AsJson = False
) -> None:
    """Delete a re-imaging that has ended, with its pictures."""
    with connected() as client:
        client.reimagings.delete(reimaging_id)
    if as_json:
        print_json({"id": reimaging_id, "deleted": True})
    else:
        console.print(f"{reimaging_id} is deleted")


def save_files(made: Reimaging, folder: Path) -> int:
    """Every file of the result, by its name, and how many; the bundle would hold them all once more."""
    names = [name for name in made.files if name != BUNDLE]
    for name in names:
        made.save(name, folder)
    return len(names)
