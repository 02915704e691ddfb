"""Options that several commands share: the fields of a dataclass as options of a command, and NAME=VALUE."""

import inspect
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, TypeVar

import typer

ResultT = TypeVar("ResultT")


def with_options(group: type[Any]) -> Callable[[Callable[..., ResultT]], Callable[..., ResultT]]:
    """Give a command every field of a dataclass as an option, in place of its parameter `asked`, which has them all.

    A field is written as an option of Typer is: `Annotated[int | None, typer.Option(help=…)] = None`.
    """
    fields = list(inspect.signature(group).parameters.values())

    def decorated(command: Callable[..., ResultT]) -> Callable[..., ResultT]:
        own = inspect.signature(command).parameters.values()
        spread = [one for parameter in own for one in (fields if parameter.name == "asked" else [parameter])]
        spread = [one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in spread]

        @wraps(command)
        def called(**given: Any) -> ResultT:  # noqa: ANN401 whatever Typer has read
            asked = group(**{field.name: given.pop(field.name) for field in fields})
            return command(asked=asked, **given)

        called.__signature__ = inspect.Signature(spread)  # type: ignore[attr-defined] # from both Typer reads its options
        called.__annotations__ = {parameter.name: parameter.annotation for parameter in spread}
        return called

    return decorated


def pairs_of(texts: Iterable[str] | None, option: str, example: str) -> dict[str, str]:
    """`nose=2` and the like by their names. Raises: BadParameter, which names the option and an example."""
    pairs = [text.partition("=") for text in texts or ()]
    for name, sign, value in pairs:
        if not (name and sign and value):
            raise typer.BadParameter(f"{name + sign + value!r} is no NAME=VALUE, such as {example}", param_hint=option)
    return {name: value for name, _, value in pairs}
