"""What a stack that runs has written into its data folder, so that another program finds its database."""

import fcntl
from pathlib import Path
from typing import IO

from pydantic import BaseModel

LOCK = "lock"


class Running(BaseModel):
    """Where a stack's parts are; the lock on the file says that it runs."""

    url: str
    mongodb_url: str


class FolderInUse(Exception):
    """Another stack runs on the data."""


class NothingRuns(Exception):
    """No stack runs on the data."""


def claim(data: Path) -> IO[str]:
    """Two stacks must not write the same files; the claim ends with our process, however it ends.

    Raises: FolderInUse.
    """
    file = (data / LOCK).open("a")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        file.close()
        raise FolderInUse from error
    file.truncate(0)  # what an earlier stack has written
    return file


def write_running(claimed: IO[str], running: Running) -> None:
    claimed.write(running.model_dump_json())
    claimed.flush()


def read_running(data: Path) -> Running:
    """Raises: NothingRuns, also while a stack still starts."""
    try:
        with (data / LOCK).open() as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError as error:
        raise NothingRuns from error
    except BlockingIOError:
        if text := (data / LOCK).read_text():
            return Running.model_validate_json(text)
    raise NothingRuns
