"""A held job without a database, and a training's process in ten lines."""

import os
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from anyio.from_thread import start_blocking_portal
from tests.factories import make_job

from maskeraid_core.blobs import Blobs
from maskeraid_core.documents.models import ModelVersion
from maskeraid_core.held import Held
from maskeraid_core.jobs import JobKind, OutboxEntry
from maskeraid_core.portal import PortalStores, Stores
from maskeraid_core.repositories.claims import Claim
from maskeraid_core.repositories.repository import now
from maskeraid_core.settings import CoreSettings
from maskeraid_trainer.reports import Reports


@dataclass
class FakeHeld(Held):
    """Remembers what would have been written."""

    notes: list[dict[str, Any]] = field(default_factory=list)
    told: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)

    def tell(self, event_type: str, data: dict[str, Any]) -> None:
        self.told.append((event_type, data))

    def _note(self, **facts: object) -> None:
        self.notes.append(dict(facts))

    async def _add_notice(self, entry: OutboxEntry) -> None:
        self.notices.append(entry.type)


@contextmanager
def held_in(folder: Path) -> Iterator[FakeHeld]:
    """A training that is ours, with blobs in a folder and nothing else behind it."""
    with start_blocking_portal() as portal:
        blobs = Blobs(f"file://{folder}/blobs")
        settings = CoreSettings(environment="test", lease_seconds=1)
        stores = Stores(settings, database=None, blobs=blobs, doorbell=None, news=None)  # type: ignore[arg-type]
        yield FakeHeld(Claim(make_job(JobKind.TRAINING, fence=1)), PortalStores(portal, stores))


def port_of(held: FakeHeld) -> PortalStores:
    return cast(PortalStores, held._port)


class HeardReports(Reports):
    """A child's reports, heard here."""

    def __init__(self) -> None:
        self.lines: list[dict[str, Any]] = []

    def say(self, report: str, **facts: object) -> None:
        self.lines.append({"type": report, **facts})


def script(body: str) -> tuple[str, ...]:
    """A command that runs a few lines of Python; `say(**line)` reports. No library is loaded: it starts at once."""
    prelude = r"""
        import json, os, signal, sys, time
        def say(**line):
            os.write(1, json.dumps(line).encode() + b'\n')
    """
    return (sys.executable, "-S", "-c", textwrap.dedent(prelude) + textwrap.dedent(body))


def make_version(**facts: Any) -> ModelVersion:  # noqa: ANN401 any field
    required: dict[str, Any] = {
        "id": "mdl_1:1", "tenant": "ten_1", "model_id": "mdl_1", "name": "faces", "version": 1, "digest": "sha256:0",
        "architecture": "eigen", "kind": "drawn", "resolution": 32, "files": [], "prototypes": [], "created_at": now(),
    }  # fmt: skip
    return ModelVersion(**{**required, **facts})


def is_alive(pid: int) -> bool:
    """Whether a process runs (a zombie does not)."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z" and os.getpid() != pid
