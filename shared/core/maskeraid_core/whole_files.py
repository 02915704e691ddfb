"""Writes files into the folder of a store, whole or not at all; the names are those of the store's own writer."""

import itertools
import os
from contextlib import suppress
from pathlib import Path


def write_whole(path: Path, data: bytes) -> None:
    """Put `data` where `path` is to be, in place of what is there; nobody ever sees a part of it.

    Until it is whole it lies beside that place as `<name>#<number>`, as the store's own writer has it too: that one
    hands every file to another thread, and for a file of 8 kB the hand-over costs five times what the writing does.

    Raises: OSError; nothing is left then.
    """
    staged, descriptor = _open_staged(path)
    try:
        try:
            rest = memoryview(data)
            while rest:
                rest = rest[os.write(descriptor, rest) :]
        finally:
            os.close(descriptor)
        os.rename(staged, path)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(staged)
        raise


def _open_staged(path: Path) -> tuple[str, int]:
    """A new file beside `path`, under the first number that nobody has."""
    for number in itertools.count(1):
        staged = f"{path}#{number}"
        try:
            return staged, os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o666)
        except FileExistsError:  # another writer's, or what a killed one has left
            continue
        except FileNotFoundError:
            path.parent.mkdir(parents=True, exist_ok=True)
            return _open_staged(path)
    raise AssertionError
