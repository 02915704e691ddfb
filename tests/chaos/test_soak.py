"""Hours of use with a fault each minute."""

import os
import threading
import time
from pathlib import Path

import numpy as np
import psutil
import pytest

from tests.chaos.auditor import Auditor
from tests.chaos.environment import Environment
from tests.chaos.fixtures import WORKERS, Note
from tests.chaos.nemesis import Nemesis
from tests.chaos.objects import Objects
from tests.chaos.release import zip_of_faces
from tests.chaos.user import User
from tests.chaos.wanted import Wanted
from tests.chaos.workload import Workload

MINUTES = float(os.environ.get("SOAK_MINUTES", "120"))
SEED = 17
SAMPLE_SECONDS = 5.0
KILLED = ("inference-2", "trainer", "redis")
STEADY = ("api", "curator", "inference", "notifier")  # whose growth is measured; they are only frozen
FREEZE_SECONDS = 2.0
MIB = 2**20


@pytest.mark.soak
@pytest.mark.timeout(MINUTES * 60 + 1800)
@pytest.mark.row("R17", "2 h of use, a fault a minute: <= 1 MiB/h growth a process, no orphan object, no stuck job")
def test_hours_of_use_leave_nothing(tmp_path: Path, measured: Note) -> None:
    faces = tmp_path / "faces.zip"
    faces.write_bytes(zip_of_faces())
    settings = {"MASKERAID_MODELS_KEPT": "2"}  # the cache is full soon
    with Environment(tmp_path, Wanted(WORKERS, settings=settings)) as environment:
        workload, nemesis = Workload(environment).prepare(), Nemesis(environment, SEED)
        with User(environment, workload, faces) as user:
            growth = watch_memory(environment, nemesis)
        with environment.client() as client:
            auditor = Auditor(environment, client)
            settled = auditor.settle(limit_seconds=120)
            audit = auditor.audit(user.accepted - user.deleted)
            leftover = Objects(environment.blobs, client).leftover(user.deleted)
    measured(
        f"seed {SEED}, {MINUTES:g} min, {user.rounds} rounds: {audit}; settled in {settled:.0f} s; "
        f"{sum(nemesis.strikes.values())} faults; growth in MiB/h: "
        + ", ".join(f"{name} {rate:.1f}" for name, rate in growth.items())
    )
    assert user.failure is None
    assert audit.faults == {}
    assert leftover == []
    assert max(growth.values()) <= 1


def watch_memory(environment: Environment, nemesis: Nemesis) -> dict[str, float]:
    """Do a fault each minute; by process, how much its memory grew in the second half, MiB an hour."""
    pause, started = threading.Event(), time.monotonic()
    next_fault = started + 60
    seen: dict[str, list[tuple[float, float]]] = {name: [] for name in STEADY}
    while (passed := time.monotonic() - started) < MINUTES * 60:
        for name in STEADY:
            memory = psutil.Process(environment.services[name].pid).memory_info().rss
            seen[name].append((passed / 3600, memory / MIB))
        if time.monotonic() >= next_fault:
            strike(nemesis, pause)
            next_fault += 60
        pause.wait(SAMPLE_SECONDS)
    return {name: growth_of(points[len(points) // 2 :]) for name, points in seen.items()}


def strike(nemesis: Nemesis, pause: threading.Event) -> None:
    kind = nemesis.random.choice(["kill", "freeze", "flush"])
    if kind == "kill":
        nemesis.restart(nemesis.random.choice(KILLED))
    elif kind == "freeze":
        with nemesis.frozen(nemesis.random.choice([*STEADY, "mongodb"])):
            pause.wait(FREEZE_SECONDS)
    else:
        nemesis.flush()


def growth_of(points: list[tuple[float, float]]) -> float:
    """The slope of a line through the points, by least squares."""
    hours, memory = np.array(points).T
    return float(np.polyfit(hours, memory, 1)[0])
