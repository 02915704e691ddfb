"""Trainings under attack: zombies never win, and what is resumed equals what was never broken."""

from collections.abc import Mapping, Sequence
from functools import partial
from random import Random
from typing import Any

import pytest

from maskeraid import Client
from maskeraid.objects import Job, Training
from tests.chaos.auditor import Auditor
from tests.chaos.environment import Environment
from tests.chaos.fixtures import Note, scaled
from tests.chaos.nemesis import Nemesis, wait_until
from tests.chaos.reading import history
from tests.chaos.setbacks import attempts_of, overdue, setbacks_of
from tests.chaos.wanted import IMPATIENT
from tests.chaos.workload import Workload
from tests.chaos.zombies import Awakening, is_at_work, wake_zombie, wake_zombie_at_the_finish

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(3600)]

ZOMBIES, SEED = 20, 3
STEPS, KILLS = 6_000, 5
CHECKPOINT_SECONDS = 120.0


@pytest.mark.row("R3", "20/20: the result is the second worker's, the zombie is gone in 15 s, its objects are swept")
def test_zombies_never_win(environment: Environment, workload: Workload, measured: Note) -> None:
    chance, won, slowest = Random(SEED), 0, 0.0
    for number in range(scaled(ZOMBIES)):
        awakening = wake_any(environment, workload, chance, number)
        assert awakening.faults == {}, f"seed {SEED}, round {number}"
        won, slowest = won + 1, max(slowest, awakening.zombie_seconds)
    measured(f"seed {SEED}: {won}/{scaled(ZOMBIES)}, zombies gone after {slowest:.1f} s at most")


def wake_any(environment: Environment, workload: Workload, chance: Random, number: int) -> Awakening:
    """A zombie of a worker and at a moment that chance decides."""
    worker = chance.choice(["curator", "curator at the finish", "trainer"])
    place = workload.train if worker == "trainer" else workload.draw_faces

    def order(client: Client) -> Job:
        return place(client, 400 + number)

    if worker == "curator at the finish":
        return wake_zombie_at_the_finish(environment, order)
    return wake_zombie(environment, worker, order, is_late=chance.random() < 0.5, is_moment=is_at_work)


@pytest.mark.row(
    "R9", f"{STEPS:,} steps killed {KILLS} times: weights equal the unbroken run's, loss <= one interval a kill"
)
def test_a_broken_training_equals_an_unbroken_one(
    environment: Environment, workload: Workload, client: Client, measured: Note
) -> None:
    nemesis, kills = Nemesis(environment, SEED), scaled(KILLS)
    whole = workload.train_seeded(client, "unbroken", STEPS)
    whole.wait()
    broken = workload.train_seeded(client, "broken", STEPS)
    for attempt in range(1, kills + 1):
        wait_until(partial(has_gone_on, client, broken, attempt), CHECKPOINT_SECONDS, "checkpoints of the attempt")
        nemesis.restart("trainer")
    broken.wait()
    attempts = attempts_of((e["attempt"], e["type"], e["data"]) for e in history(client, broken.id))
    setbacks = setbacks_of(attempts)
    measured(f"{kills} kills; kept, and gone on from there: {[(one.newest, one.went_on_from) for one in setbacks]}")
    assert weights_of(client, broken) == weights_of(client, whole)
    assert broken.refresh().attempt == kills + 1
    assert len(setbacks) == kills
    assert [one for one in setbacks if one.went_on_from < one.newest] == []
    assert overdue(attempts, float(IMPATIENT["MASKERAID_CHECKPOINT_SECONDS"])) == []
    assert Auditor(environment, client).audit([whole.id, broken.id]).faults == {}


def steps_kept(events: Sequence[Mapping[str, Any]], attempt: int) -> list[int]:
    """The steps behind which the checkpoints of an attempt were written; not those that it began from."""
    return [
        e["data"]["step"]
        for e in events
        if (e["type"], e["attempt"]) == ("job.checkpoint", attempt) and e["data"]["step"]
    ]


def has_gone_on(client: Client, training: Training, attempt: int) -> bool:
    """Whether an attempt kept a step behind its first, which is kept at once, and told of its points."""
    events = history(client, training.id)
    has_told = any((e["type"], e["attempt"]) == ("job.metric", attempt) for e in events)
    return has_told and len(steps_kept(events, attempt)) > 1


def weights_of(client: Client, training: Training) -> dict[str, str]:
    """Digests of a training's weights."""
    version = client.models.version((training.refresh().model or {})["model_id"])
    return {file["name"]: file["digest"] for file in version.files if file["name"].endswith(".safetensors")}
