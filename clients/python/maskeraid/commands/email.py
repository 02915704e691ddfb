"""`maskeraid email …`."""

from typing import Annotated

import typer

from maskeraid.terminal import AsJson, Group, connected, console, print_json, print_outcome

app = typer.Typer(cls=Group, no_args_is_help=True, help="The address that notices go to.")


@app.command("show")
def show_address(as_json: AsJson = False) -> None:
    """The verified address, and one that waits for its verification."""
    with connected() as client:
        account = client.account.get()
    if as_json:
        print_json({"email": account.email, "verified": account.is_email_verified, "pending": account.pending_email})
        return
    console.print(account.email if account.email and account.is_email_verified else "no verified address")
    if account.pending_email:
        console.print(f"{account.pending_email} waits for the link that was mailed there")


@app.command("set")
def set_address(address: str, as_json: AsJson = False) -> None:
    """Have notices sent to another address, once the link that is mailed there was opened."""
    with connected() as client:
        account = client.account.change(email=address)
    if as_json:
        print_json(account.to_dict())
    elif account.pending_email:
        console.print(f"a link was mailed to {account.pending_email}; it works once, for a day")
    else:
        console.print("verified already")


@app.command("verify")
def verify_address(token: Annotated[str, typer.Argument(help="As the mail says it.")], as_json: AsJson = False) -> None:
    """Bring back the token that was mailed."""
    with connected() as client:
        address = client.account.verify_email(token)
    print_outcome({"email": address, "verified": True}, f"notices go to {address}", as_json=as_json)
