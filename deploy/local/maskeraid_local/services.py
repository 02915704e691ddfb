"""How each service is started: the API by uvicorn, the workers by Celery."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from maskeraid_local.ports import LOOPBACK
from maskeraid_local.process import ManagedProcess, ReadLine

WORKERS: Mapping[str, int] = {"curator": 2, "trainer": 1, "inference": 2, "notifier": 16}  # threads each
QUIET = "ignore:You're running the worker with superuser"  # four times seven lines, on machines that know only root


def make_services(
    port: int,
    environment: Mapping[str, str],
    folder: Path,
    read_line: ReadLine,
    threads: Mapping[str, int] = WORKERS,
) -> dict[str, ManagedProcess]:
    """The API on `port` and the four workers with so many threads each, not yet started.

    Their working folder is not the caller's: a .env there must not change what the stack is made of.
    """
    commands = {"api": _api_command(port)} | {name: _worker_command(name, count) for name, count in threads.items()}
    full = {"TF_CPP_MIN_LOG_LEVEL": "2", **os.environ, **environment, "PYTHONUNBUFFERED": "1", "PYTHONWARNINGS": QUIET}
    return {
        name: ManagedProcess(name, command, environment=full, folder=folder, read_line=read_line)
        for name, command in commands.items()
    }


def _api_command(port: int) -> list[str]:
    listen = ["--host", LOOPBACK, "--port", str(port), "--no-access-log", "--log-level", "warning"]
    listen += ["--no-proxy-headers"]  # nobody stands before it: who sends some wants another address at each guess
    return [sys.executable, "-m", "uvicorn", "--factory", "maskeraid_api.main:create_app", *listen]


def _worker_command(name: str, threads: int) -> list[str]:
    pool = ["--pool", "threads", "--concurrency", str(threads), "--queues", name]
    quiet = ["--without-gossip", "--without-mingle", "--loglevel", "warning", "--hostname", f"{name}@%h"]
    return [sys.executable, "-m", "celery", "--quiet", "-A", f"maskeraid_{name}.worker", "worker", *pool, *quiet]
