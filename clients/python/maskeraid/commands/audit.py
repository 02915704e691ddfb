"""`maskeraid audit …`."""

from typing import Annotated

import typer

from maskeraid.terminal import All, AsJson, Group, Limit, connected, print_newest, print_outcome

app = typer.Typer(cls=Group, no_args_is_help=True, help="The log of what was done under the account's keys.")

COLUMNS = ["seq", "at", "actor", "action", "object_id", "purpose", "outcome", "detail"]


@app.command("list")
def list_entries(
    action: Annotated[str | None, typer.Option(help="Only entries of this action, such as deleted.")] = None,
    limit: Limit = 20,
    is_all: All = False,
    as_json: AsJson = False,
) -> None:
    """What was done, by which key, and what for; newest first."""
    with connected() as client:
        print_newest(client.audit.list(action=action), COLUMNS, None if is_all else limit, as_json=as_json)


@app.command("verify")
def verify_log(as_json: AsJson = False) -> None:
    """Check the whole chain of entries; exit code 1, and the first broken entry, when somebody has changed it."""
    with connected() as client:
        found = client.audit.verify()
    print_outcome(found, found.sentence, as_json=as_json)
    if not found.is_intact:
        raise typer.Exit(1)
