"""The embedded database: SecantusDB, which speaks MongoDB's protocol, as a process of its own on loopback."""

import sys
from pathlib import Path

from maskeraid_local.ports import LOOPBACK
from maskeraid_local.process import ManagedProcess, ReadLine, print_line

CACHE_SIZE = "256M"


def mongo_server(folder: Path, port: int, read_line: ReadLine = print_line) -> ManagedProcess:
    """The database with its data in `folder`; an acknowledged write is on the disk (`--sync-on-commit`)."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    program = Path(sys.executable).parent / "secantusd-py"
    options = ["--host", LOOPBACK, "--port", str(port), "--storage-path", str(folder), "--sync-on-commit"]
    # Not as a replica set of one: that keeps a log of operations and a record of each write for a second try, which
    # nobody reads here, and which cost together as much as the writes.
    command = [str(program), *options, "--standalone", "--cache-size", CACHE_SIZE, "--log-level", "WARNING"]
    # its own folder: a secantusd.toml in the user's working folder must not change what we asked for
    return ManagedProcess("mongodb", command, folder=folder, read_line=read_line)


def mongodb_url(port: int) -> str:
    return f"mongodb://{LOOPBACK}:{port}/"
