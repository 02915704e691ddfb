"""A frozen worker that wakes with an old fence changes nothing."""

import pytest
from tests.chaos.environment import Environment
from tests.chaos.fixtures import Note
from tests.chaos.workload import Workload
from tests.chaos.zombies import is_at_work, wake_zombie, wake_zombie_at_the_finish

BAR = "3/3: the result is the second worker's, the zombie is gone in 15 s, its objects are swept"


@pytest.mark.row("R3", BAR)
def test_it_wakes_when_the_job_has_ended(environment: Environment, workload: Workload, measured: Note) -> None:
    awakening = wake_zombie(
        environment, "curator", lambda client: workload.draw_faces(client, 300), is_late=True, is_moment=is_at_work
    )
    measured(awakening)
    assert awakening.faults == {}


@pytest.mark.row("R3", BAR)
def test_it_wakes_with_a_result_while_another_works(
    environment: Environment, workload: Workload, measured: Note
) -> None:
    awakening = wake_zombie_at_the_finish(environment, lambda client: workload.draw_faces(client, 301))
    measured(awakening)
    assert awakening.faults == {}


@pytest.mark.chaos
@pytest.mark.row("R3", BAR)
def test_its_training_ends_when_it_wakes(environment: Environment, workload: Workload, measured: Note) -> None:
    awakening = wake_zombie(
        environment, "trainer", lambda client: workload.train(client, 302), is_late=False, is_moment=is_at_work
    )
    measured(awakening)
    assert awakening.faults == {}
