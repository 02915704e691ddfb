"""`maskeraid bundle` and `maskeraid verify`."""

from pathlib import Path
from typing import Annotated

import typer

from maskeraid.objects import BUNDLE
from maskeraid.terminal import AsJson, CommandRefused, connected, console, print_json, print_outcome, print_rows


def save_bundle(
    reimaging_id: Annotated[str, typer.Argument(metavar="REIMAGING", help="Its id, rim_…")],
    output: Annotated[
        Path | None, typer.Option(dir_okay=False, help="The zip; REIMAGING.zip when it is not named.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Save everything that belongs to a result, with a page to read, as one signed zip."""
    with connected() as client:
        made = client.reimagings.get(reimaging_id)
        if BUNDLE not in made.files:
            raise CommandRefused(f"{reimaging_id} has no candidates to bundle: it is {made.status}, or ended early")
        path = made.save_bundle(output or Path(f"{made.id}.zip"))
    print_outcome(
        {"id": made.id, "file": str(path)},
        f"{path}: report.html in it shows the result, `maskeraid verify {path}` checks it",
        as_json=as_json,
    )


def verify_bundle(
    bundle: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="What `maskeraid bundle` has saved.")],
    as_json: AsJson = False,
) -> None:
    """Have a bundle checked by the service that signed it; exit code 1 when it is not valid."""
    with connected() as client:
        found = client.verifications.create(bundle)
    if as_json:
        print_json(found.to_dict())
    else:
        print_rows([(check.outcome, check.name, check.detail) for check in found.checks])
        verdict = f"valid: {found.reimaging_id}" if found.valid else "NOT VALID"
        console.print(f"{verdict}\n{found.statement}")
    if not found.valid:
        raise typer.Exit(1)
