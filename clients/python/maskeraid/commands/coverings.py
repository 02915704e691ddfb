"""`maskeraid coverings …`."""

from pathlib import Path
from typing import Annotated, Any

import typer

from maskeraid.objects import Covering
from maskeraid.terminal import AsJson, Group, connected, print_object, print_outcome

app = typer.Typer(cls=Group, no_args_is_help=True, help="Maps of what is covered: sent, or found by a re-imaging.")

CoveringId = Annotated[str, typer.Argument(metavar="COVERING", help="Its id, cov_…")]


@app.command("upload")
def upload_covering(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A picture, white = covered.")],
    name: Annotated[str | None, typer.Option(help="For you.")] = None,
    grow: Annotated[int, typer.Option(min=0, max=16, help="Pixels that re-imagings widen it by.")] = 0,
    feather: Annotated[int, typer.Option(min=0, max=8, help="Pixels inside the rim over which fillings fade.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Send a map, to be used by any number of re-imagings (`maskeraid reimage --covering-id`)."""
    options: dict[str, Any] = {"grow": grow, "feather": feather} | ({"name": name} if name else {})
    with connected() as client:
        made = client.coverings.create(file, **options).wait()
    print_outcome(made, f"{made.id}: {made.width} x {made.height} pixels, {_percent(made)} covered", as_json=as_json)


@app.command("show")
def show_covering(covering_id: CoveringId, as_json: AsJson = False) -> None:
    """One covering."""
    with connected() as client:
        print_object(client.coverings.get(covering_id), as_json=as_json)


@app.command("download")
def download_covering(
    covering_id: CoveringId,
    output: Annotated[Path | None, typer.Option(dir_okay=False, help="The file; else by its id, here.")] = None,
    as_json: AsJson = False,
) -> None:
    """Save the map as a PNG, to be edited and sent again."""
    with connected() as client:
        path = client.coverings.get(covering_id).save(output or f"{covering_id}.png")
    print_outcome({"id": covering_id, "file": str(path)}, f"{covering_id} is in {path}", as_json=as_json)


@app.command("delete")
def delete_covering(covering_id: CoveringId, as_json: AsJson = False) -> None:
    """Delete a map that was sent; one that a re-imaging found goes with that."""
    with connected() as client:
        client.coverings.delete(covering_id)
    print_outcome({"id": covering_id, "deleted": True}, f"{covering_id} is deleted", as_json=as_json)


def _percent(covering: Covering) -> str:
    return f"{covering.share or 0:.1%}"
