"""How to start the stack with other options, in the words of whoever started it."""

import os


def up_with(options: str) -> str:
    """The command to type: through make if make started us, else the program itself."""
    return f"`make up ARGS='{options}'`" if "MAKELEVEL" in os.environ else f"`.venv/bin/maskeraid up {options}`"
