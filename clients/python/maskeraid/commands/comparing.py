"""`maskeraid models compare`: one photo, one covering, up to four models, one sheet of them side by side."""

import base64
import html
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from maskeraid.commands.filling_options import Colours, colours_of
from maskeraid.commands.models import find_version
from maskeraid.objects import Reimaging
from maskeraid.terminal import AsJson, connected, console, follow, print_json, progress_bar

MOST = 4
FOLDER = Path("compared")  # with one in it for each comparison
SHEET, DATA = "compared.html", "compared.json"
PAGE = """<!doctype html>
<meta charset="utf-8">
<title>Models compared</title>
<style>
body {{ font: 15px sans-serif; margin: 2em }} td {{ padding: 4px 8px; vertical-align: top }}
img {{ width: 128px; height: 128px; image-rendering: pixelated }} small {{ color: #555 }}
</style>
<table>
{rows}
</table>
<p>Best first; all models fill the same covering with the same seed.</p>
<p>{statement}</p>
"""


def compare_models(
    image: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A partly covered face.")],
    models: Annotated[list[str], typer.Argument(metavar="MODEL[:VERSION]", help="Up to four.")],
    output: Annotated[
        Path | None,
        typer.Option(file_okay=False, help="Folder for the pictures.", show_default=f"{FOLDER}/FIRST_REIMAGING"),
    ] = None,
    covering: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Black and white picture, white = covered.")
    ] = None,
    colour: Colours = None,
    seed: Annotated[int, typer.Option(min=0, help="The same for each.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Fill one photo by several models, side by side; a covering that must be guessed is guessed once for all."""
    if len(models) > MOST:
        raise typer.BadParameter(f"up to {MOST} models can be compared")
    with connected() as client:
        versions = [":".join(map(str, find_version(client, text))) for text in models]
        made = client.models.compare(image, versions, seed=seed, covering_map=covering, **colours_of(colour))
        with progress_bar() as bar:
            done = [follow(bar, one, name) for one, name in zip(made, models, strict=True)]
        folder = output or FOLDER / done[0].id
        paths = [one.save("final.png", folder / str(number)) for number, one in enumerate(done, 1)]
        (folder / SHEET).write_text(_sheet(models, done))
    plain = [one.to_dict() for one in done]
    (folder / DATA).write_text(json.dumps(plain, indent=2, ensure_ascii=False))
    if as_json:
        print_json(plain)
        return
    for name, path in zip(models, paths, strict=True):
        console.print(f"{path}  {name}")
    console.print(f"{folder / SHEET} shows them side by side\n{done[0].statement}")


def _sheet(models: Sequence[str], done: Sequence[Reimaging]) -> str:
    """A page that needs nothing beside it: the pictures are in it."""
    rows = [_row("The photo", "", [done[0].file("input.png")] if "input.png" in done[0].files else [])]
    rows += [_row(name, "; ".join(_notes(one)), list(_finals(one))) for name, one in zip(models, done, strict=True)]
    return PAGE.format(rows="\n".join(rows), statement=html.escape(done[0].statement))


def _row(name: str, note: str, pictures: Sequence[bytes]) -> str:
    cells = "".join(
        f'<td><img alt="{number}" src="data:image/png;base64,{base64.b64encode(picture).decode()}"></td>'
        for number, picture in enumerate(pictures)
    )
    return f"<tr><th>{html.escape(name)}<br><small>{html.escape(note)}</small></th>{cells}</tr>"


def _finals(one: Reimaging) -> Iterator[bytes]:
    """Every candidate, best first."""
    numbered = [f"{number}-final.png" for number in range(len((one.result or {}).get("candidates", ())))]
    for name in numbered or ["final.png"]:
        yield one.file(name)


def _notes(one: Reimaging) -> Iterator[str]:
    result: dict[str, Any] = one.result or {}
    if "engine" in result:
        yield f"engine {result['engine']}"
    yield from (warning["detail"] for warning in one.warnings)
