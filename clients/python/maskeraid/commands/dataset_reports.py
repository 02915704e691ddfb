"""`maskeraid datasets report`."""

from typing import Annotated, Literal

import typer

from maskeraid.commands.datasets import find_dataset
from maskeraid.objects import Report
from maskeraid.terminal import AsJson, Where, connected, console, print_json

GAPS_SHOWN, TO_COLLECT = 20, 3

Kind = Annotated[
    Literal["confounds", "coverage", "quality"],
    typer.Argument(help="What travels together, which combinations there are, or which images lack what is learned."),
]


def report(
    dataset: Annotated[str, typer.Argument(help="Its id or name.")],
    kind: Kind = "confounds",
    beside: Annotated[
        list[str] | None, typer.Option(help="Of confounds: another data set that is counted too; repeatable.")
    ] = None,
    where: Where = None,
    version: Annotated[str, typer.Option(help="Its version; else the newest.")] = "latest",
    as_json: AsJson = False,
) -> None:
    """What to know before a training: attributes that a model could not tell apart, what to collect, poor images."""
    if beside and kind != "confounds":
        raise typer.BadParameter("--beside goes with confounds")
    with connected() as client:
        ids = [find_dataset(client, other).id for other in beside or ()]
        found = client.datasets.report(
            find_dataset(client, dataset).id, kind, version=version, where=where or (), beside=ids
        )
    if as_json:
        print_json(found.to_dict())
        return
    console.print(f"version {found.version}, {found.image_count} images. {found.sentence}")
    if kind == "confounds":
        print_confounds(found)
    elif kind == "coverage":
        print_gaps(found)
    elif found.worst:
        console.print(f"- the worst: {', '.join(found.worst[:GAPS_SHOWN])}")


def print_confounds(found: Report) -> None:
    for confound in found.confounds:
        console.print(f"- {confound['sentence']}")
        wanted = [" with ".join(f"{name} {value}" for name, value in one.items()) for one in confound["collect"]]
        if wanted:
            console.print(f"  collect: {'; '.join(wanted[:TO_COLLECT])}")


def print_gaps(found: Report) -> None:
    gaps = [pair for pair in found.pairs if pair["missing"]]
    for pair in gaps[:GAPS_SHOWN]:
        console.print(f"- {pair['sentence']}")
    if len(gaps) > GAPS_SHOWN:
        console.print(f"  … and {len(gaps) - GAPS_SHOWN} more; --json shows them")
