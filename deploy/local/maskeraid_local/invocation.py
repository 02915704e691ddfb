"""How to start the stack with other options, in the words of whoever started it."""

import os
import shlex
from pathlib import Path

DEFAULT_DATA = Path(".maskeraid")
DEFAULT_PORT = 8000


def up_command(data: Path | str, port: int, *more: str) -> str:
    """The command to type: through make if make started us, else the program itself; defaults are left out."""
    chosen = {"--data": str(data), "--port": str(port)}
    defaults = {"--data": {str(DEFAULT_DATA), str(DEFAULT_DATA.resolve())}, "--port": {str(DEFAULT_PORT)}}
    words = [word for name, value in chosen.items() if value not in defaults[name] for word in (name, value)]
    options = shlex.join([*words, *more])
    if "MAKELEVEL" in os.environ:
        return f"`make up ARGS={shlex.quote(options)}`"
    return f"`.venv/bin/maskeraid up {options}`"
