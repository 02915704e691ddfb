"""What rows of both suites use: environments, a workload, and a note for the table."""

import os
from collections.abc import Callable, Iterator

import pytest

from maskeraid import Client
from tests.chaos.environment import Environment
from tests.chaos.wanted import Wanted
from tests.chaos.workload import Workload

Note = Callable[[object], None]
Start = Callable[..., Environment]
WORKERS = {"curator": 2, "trainer": 1, "inference": 1, "inference-2": 1, "notifier": 8}
SPARES = {"trainer-2": 1, "curator-2": 1}


@pytest.fixture
def measured(request: pytest.FixtureRequest) -> Note:
    """Write what a row has measured into its report."""
    return lambda what: request.node.user_properties.append(("measured", str(what)))


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Environment]:
    """One stack for all rows that leave it as they found it; its log is in the folder that pytest keeps."""
    with Environment(tmp_path_factory.mktemp("resilience"), Wanted(WORKERS, SPARES)) as running:
        yield running


@pytest.fixture(scope="session")
def workload(environment: Environment) -> Workload:
    return Workload(environment).prepare()


@pytest.fixture
def client(environment: Environment) -> Iterator[Client]:
    with environment.client() as opened:
        yield opened


def scaled(amount: float) -> int:
    """An amount of the long rows; CHAOS_SCALE=0.05 tries them out in minutes, and the table then says so."""
    return max(1, round(amount * float(os.environ.get("CHAOS_SCALE", "1"))))
