"""A frozen worker that wakes with an old fence changes nothing."""

import pytest
from tests.chaos.environment import Environment
from tests.chaos.fixtures import Note
from tests.chaos.workload import Workload
from tests.chaos.zombies import wake_zombie

BAR = "3/3: the result is the second worker's, the zombie is gone in 15 s, its objects are swept"


@pytest.mark.row("R3", BAR)
@pytest.mark.parametrize(
    ("worker", "is_late"),
    [("curator", True), ("curator", False), ("trainer", False)],
    ids=["import, after its end", "import, amid the second attempt", "training, amid the second attempt"],
)
def test_a_zombie_cannot_win(
    environment: Environment, workload: Workload, measured: Note, worker: str, is_late: bool
) -> None:
    order = workload.train if worker == "trainer" else workload.draw_faces
    awakening = wake_zombie(environment, worker, lambda client: order(client, 300 + is_late), is_late=is_late)
    measured(awakening)
    assert (awakening.job.status, awakening.job.attempt, awakening.ended_by_attempt) == ("succeeded", 2, 2)
    assert awakening.audit.faults == {}
