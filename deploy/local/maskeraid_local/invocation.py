"""How to start the stack with other options, in the words of whoever started it."""

import os
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

DEFAULT_DATA = Path(".maskeraid")
DEFAULT_PORT = 8000


def up_command(data: Path | str, port: int, *more: str) -> str:
    """The command to type: through make if make started us, else the program itself; defaults are left out."""
    chosen = {"--data": str(data), "--port": str(port)}
    return _command("up", "up", [*_options(chosen), *more])


def login_command(data: Path | str) -> str:
    """The same of the command that prints another login link."""
    return _command("login", "login-link", _options({"--data": str(data)}))


def _options(chosen: Mapping[str, str]) -> list[str]:
    """Those that are not the defaults."""
    defaults = {"--data": {str(DEFAULT_DATA), str(DEFAULT_DATA.resolve())}, "--port": {str(DEFAULT_PORT)}}
    return [word for name, value in chosen.items() if value not in defaults[name] for word in (name, value)]


def _command(target: str, command: str, words: Sequence[str]) -> str:
    options = shlex.join(words)
    if "MAKELEVEL" in os.environ:
        return f"`make {target} ARGS={shlex.quote(options)}`" if options else f"`make {target}`"
    return f"`.venv/bin/maskeraid {command} {options}".rstrip() + "`"
