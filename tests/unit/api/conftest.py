"""What the gateway's tests share."""

import asyncio

import pytest
from tests.unit.api.bundled import Made, make_bundle


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return asyncio.run(make_bundle(tmp_path_factory.mktemp("blobs")))
