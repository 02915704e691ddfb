"""The services' output, kept in a file of the data folder beside being shown."""

import threading
from datetime import UTC, datetime
from pathlib import Path

from maskeraid_local.process import ReadLine

MOST_BYTES = 10_000_000  # then the file begins anew, and the one before is kept


class LogFile:
    """Takes lines as `ReadLine` does, writes them with the time, and passes them on. Made with the first line."""

    def __init__(self, path: Path, shown: ReadLine) -> None:
        self._path, self._shown = path, shown
        self._turn = threading.Lock()  # each service has its thread

    def __call__(self, name: str, line: str) -> None:
        with self._turn:
            if self._path.exists() and self._path.stat().st_size > MOST_BYTES:
                self._path.replace(self._path.with_suffix(".old.log"))
            self._path.touch(mode=0o600)
            with self._path.open("a") as file:
                file.write(f"{datetime.now(UTC):%Y-%m-%d %H:%M:%SZ} {name:<10}│ {line}\n")
        self._shown(name, line)
