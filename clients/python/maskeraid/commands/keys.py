"""`maskeraid keys …`."""

from typing import Annotated

import typer

from maskeraid.terminal import AsJson, Group, connected, print_objects, print_outcome

app = typer.Typer(cls=Group, no_args_is_help=True, help="API keys.")


@app.command("list")
def list_keys(as_json: AsJson = False) -> None:
    """Your keys; what is secret about them is kept nowhere."""
    columns = ["id", "name", "expires_at", "last_used_at", "revoked_at", "scopes"]
    with connected() as client:
        print_objects(client.api_keys.list(), columns, as_json=as_json)


@app.command("new")
def new_key(
    name: Annotated[str, typer.Argument(help="What it is for.")],
    scope: Annotated[list[str], typer.Option(help="What it may do, e.g. models:read; repeatable.")],
    days: Annotated[int, typer.Option(min=1, max=365, help="Days until it expires.")] = 90,
    as_json: AsJson = False,
) -> None:
    """Make a key; it is shown once."""
    with connected() as client:
        made = client.api_keys.create(name, scope, days=days)
    print_outcome(made, made.key or "", as_json=as_json)


@app.command("revoke")
def revoke_key(
    key_id: Annotated[str, typer.Argument(metavar="KEY", help="Its id, key_…")], as_json: AsJson = False
) -> None:
    """Make a key worthless at once."""
    with connected() as client:
        client.api_keys.delete(key_id)
    print_outcome({"id": key_id, "revoked": True}, "revoked", as_json=as_json)
