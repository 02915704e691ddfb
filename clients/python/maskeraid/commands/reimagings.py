"""`maskeraid reimage`."""

from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.color import Color, ColorParseError

from maskeraid.commands.models import find_model
from maskeraid.objects import Reimaging
from maskeraid.terminal import AsJson, connected, console, follow, print_json, progress_bar


def _rgb(text: str) -> list[int]:
    """A colour as `20,150,140` or `#14968c`."""
    try:
        return list(Color.parse(text if text.startswith("#") else f"rgb({text})").get_truecolor())
    except ColorParseError as error:
        raise typer.BadParameter(f"{text!r} is no colour; write 20,150,140 or #14968c") from error


def reimage(
    image: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A partly covered face.")],
    output: Annotated[Path, typer.Option(file_okay=False, help="Folder for the pictures.")] = Path("reimaged"),
    covering: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Black and white picture, white = covered.")
    ] = None,
    colour: Annotated[
        list[str] | None, typer.Option(help="Colour of the covering, 20,150,140 or #14968c; repeatable.")
    ] = None,
    model: Annotated[str | None, typer.Option(help="Its id or name; without it the fitting one is chosen.")] = None,
    candidates: Annotated[int, typer.Option(min=1, max=64, help="How many versions.")] = 8,
    seed: Annotated[int | None, typer.Option(min=0, help="The same seed, the same faces.")] = None,
    pick: Annotated[
        Literal["spread", "sample", "random"], typer.Option(help="Which draws are shown; `random` is the thesis's way.")
    ] = "spread",
    as_json: AsJson = False,
) -> None:
    """Fill the covered part of a face with plausible versions."""
    options: dict[str, Any] = {"candidates": candidates, "pick": pick}
    options |= {"seed": seed} if seed is not None else {}
    options |= {"covering": {"method": "colour", "colours": [_rgb(text) for text in colour]}} if colour else {}
    with connected() as client:
        options |= {"model": {"model_id": find_model(client, model)}} if model else {}
        made = client.reimagings.create(image, covering_map=covering, **options)
        with progress_bar() as bar:
            made = follow(bar, made, f"re-image {image.name}")
        save_files(made, output)
    if as_json:
        print_json(made.to_dict())
    else:
        chosen = (made.result or {})["selection"]["model_id"]
        console.print(f"{made.id}: {len(made.files)} files in {output}/, by model {chosen}\n{made.statement}")


def save_files(made: Reimaging, folder: Path) -> None:
    """Every file of the result, by its name."""
    for name in made.files:
        made.save(name, folder)
