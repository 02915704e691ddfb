"""`maskeraid policy …`."""

from typing import Annotated, Any, Literal

import typer

from maskeraid.terminal import AsJson, CommandRefused, Group, connected, print_object

app = typer.Typer(cls=Group, no_args_is_help=True, help="What the account asks of all that is done under its keys.")

AS_SERVICE = "service"  # what stands for no number of days of one's own
Days = Annotated[
    str | None, typer.Option(metavar="DAYS|service", help="Days, or `service`: as the service keeps them.")
]


@app.command("show")
def show_policy(as_json: AsJson = False) -> None:
    """What the account has decided."""
    with connected() as client:
        print_object(client.policy.get(), as_json=as_json)


@app.command("set")
def set_policy(
    purpose_required: Annotated[
        bool | None, typer.Option(help="Whether each re-imaging needs --purpose.", show_default=False)
    ] = None,
    forensic_illustration: Annotated[
        bool | None, typer.Option(help="Whether a purpose may be one of forensics.", show_default=False)
    ] = None,
    results_kept_days: Days = None,
    datasets_kept_days: Days = None,
    widest_visibility: Annotated[
        Literal["private", "shared", "public"] | None,
        typer.Option(help="How far datasets and models may be shared from now on."),
    ] = None,
    exact_places: Annotated[
        bool | None, typer.Option(help="Whether new attributes may keep places exactly.", show_default=False)
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Decide anew; what is not named stays. Results and datasets go once their days are over, also those of before."""
    decided: dict[str, Any] = {
        "purpose_required": purpose_required, "forensic_illustration": forensic_illustration,
        "widest_visibility": widest_visibility, "exact_places": exact_places,
    }  # fmt: skip
    settings = {name: value for name, value in decided.items() if value is not None}
    days = {"results_kept_days": results_kept_days, "datasets_kept_days": datasets_kept_days}
    with connected() as client:
        settings |= {name: _days(name, text) for name, text in days.items() if text is not None}
        if not settings:
            raise CommandRefused("nothing to decide; `maskeraid policy set --help` shows what there is")
        print_object(client.policy.change(**settings), as_json=as_json)


def _days(name: str, text: str) -> int | None:
    if text == AS_SERVICE:
        return None
    if not text.isascii() or not text.isdecimal():
        raise CommandRefused(f"--{name.replace('_', '-')}: {text!r} is neither a whole number of days nor `service`")
    return int(text)
