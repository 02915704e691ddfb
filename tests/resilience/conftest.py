"""One stack for all everyday rows, with two inference workers; its log is in the folder that pytest keeps."""

from collections.abc import Iterator

import pytest
from tests.chaos.environment import Environment, Wanted
from tests.chaos.fixtures import measured
from tests.chaos.workload import Workload

from maskeraid import Client

__all__ = ["measured"]
WORKERS = {"curator": 2, "trainer": 1, "inference": 1, "inference-2": 1, "notifier": 8}
SPARES = {"trainer-2": 1, "curator-2": 1}


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Environment]:
    with Environment(tmp_path_factory.mktemp("resilience"), Wanted(WORKERS, SPARES)) as running:
        yield running


@pytest.fixture(scope="session")
def workload(environment: Environment) -> Workload:
    return Workload(environment).prepare()


@pytest.fixture
def client(environment: Environment) -> Iterator[Client]:
    with environment.client() as opened:
        yield opened
