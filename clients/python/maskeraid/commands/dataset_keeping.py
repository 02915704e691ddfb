"""`maskeraid datasets keep`: how long a dataset is kept."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from maskeraid.commands.datasets import find_own_dataset
from maskeraid.terminal import AsJson, connected, print_outcome


def keep_dataset(
    dataset: Annotated[str, typer.Argument(help="Its id or name.")],
    retention_days: Annotated[int | None, typer.Option(min=1, metavar="DAYS", help="So many days from now.")] = None,
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], metavar="DAY", help="Until this day, 2027-01-31.")
    ] = None,
    has_no_end: Annotated[
        bool, typer.Option("--no-end", help="Without a day of its own: as long as the service keeps what is used.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Say how long a dataset is kept; then it is deleted, once no job uses it, and you are told."""
    if sum([retention_days is not None, until is not None, has_no_end]) != 1:
        raise typer.BadParameter("say how long: --retention-days, --until, or --no-end")
    end = datetime.now(UTC) + timedelta(days=retention_days) if retention_days else until
    day = end.replace(tzinfo=UTC).isoformat().replace("+00:00", "Z") if end else None
    with connected() as client:
        kept = client.datasets.change(find_own_dataset(client, dataset).id, retain_until=day)
    said = f"is kept until {day[:10]}" if day else "has no day of its own any more"
    print_outcome(kept, f"{kept.name} ({kept.id}) {said}", as_json=as_json)
