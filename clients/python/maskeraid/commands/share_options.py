"""With whom something is shared, as commands take it: with accounts, or with everyone."""

from collections.abc import Sequence
from typing import Annotated

import typer

from maskeraid.terminal import CommandRefused

Readers = Annotated[
    list[str] | None, typer.Option("--with", metavar="ACCOUNT", help="An account's id, ten_…; repeatable.")
]
IsForEveryone = Annotated[bool, typer.Option("--everyone", help="With every account; needs a licence.")]
Licence = Annotated[str | None, typer.Option(help="As SPDX names it, e.g. CC-BY-4.0, or in words.")]


def check_readers(readers: Sequence[str] | None, *, is_for_everyone: bool) -> None:
    """Raises: CommandRefused unless exactly one of the two is said."""
    if bool(readers) == is_for_everyone:
        raise CommandRefused("name accounts (`--with ten_…`), or say `--everyone`")
