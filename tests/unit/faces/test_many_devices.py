"""Several devices train as one: the same weights but for rounding, equal on all, resumed on any number of them.

Virtual devices of a CPU in processes of their own, for TensorFlow makes them before its first tensor or never.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from maskeraid_faces.training.devices import replicas_for
from maskeraid_local.ports import free_port

pytestmark = pytest.mark.timeout(900)  # processes that compile, on a busy machine
ROOT = Path(__file__).parents[3]


def start(what: str, file: Path, **environment: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.unit.faces.many_devices", what, str(file)]
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "2", **environment}
    return subprocess.Popen(command, cwd=ROOT, env=os.environ | quiet, stderr=subprocess.PIPE, text=True)


def outcome_of(process: "subprocess.Popen[str]", file: Path) -> dict[str, Any]:
    _, errors = process.communicate()
    assert process.returncode == 0, errors[-3000:]
    found: dict[str, Any] = json.loads(file.read_text())
    return found


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What trainings on two devices came to."""
    file = tmp_path_factory.mktemp("devices") / "found.json"
    return outcome_of(start("devices", file), file)


class TestHowMany:
    @pytest.mark.parametrize(
        ("batch", "devices", "number"),
        [(32, 1, 1), (32, 2, 2), (32, 8, 2), (31, 2, 1), (33, 2, 1), (128, 8, 8), (128, 6, 4), (8, 4, 1)],
    )
    def test_share_a_batch_in_equal_parts_of_16_or_more(self, batch: int, devices: int, number: int) -> None:
        assert replicas_for(batch, devices) == number


class TestTwoDevices:
    def test_both_are_used_where_the_batch_is_enough(self, found: dict[str, Any]) -> None:
        assert (found["number"], found["of_a_small_batch"], found["recipe"]["devices"]) == (2, 1, 2)

    def test_they_learn_what_one_device_learns(self, found: dict[str, Any]) -> None:
        assert found["apart"]["most"] < 1e-4
        assert found["moved"]["mean"] > 1e-4
        assert found["curves"]["both"] == pytest.approx(found["curves"]["one"], abs=1e-4)

    def test_all_hold_the_same(self, found: dict[str, Any]) -> None:
        assert found["differing"] == []

    def test_a_checkpoint_goes_on_to_the_bit_on_two_and_nearly_on_one(self, found: dict[str, Any]) -> None:
        assert found["resumed"]["most"] == 0
        assert found["resumed_on_one"]["most"] < 1e-4


@pytest.mark.slow
class TestTwoHosts:
    def test_both_end_with_the_same_weights_when_the_chief_says_so(self, tmp_path: Path) -> None:
        hosts = [f"127.0.0.1:{free_port()}" for _ in range(2)]
        files = [tmp_path / f"{place}.json" for place in range(2)]
        processes = [
            start("host", file, TF_CONFIG=json.dumps({"cluster": {"worker": hosts}, "task": task}))
            for file, task in zip(files, ({"type": "worker", "index": place} for place in range(2)), strict=True)
        ]
        try:
            chief, other = (outcome_of(*one) for one in zip(processes, files, strict=True))
        finally:
            for process in processes:
                process.kill()
        assert chief["digest"] == other["digest"]
        assert (chief["steps"], chief["stopped"]) == (other["steps"], other["stopped"])
        assert chief["stopped"] == "asked"  # nobody asked the other one
        assert {"progress", "checkpoint"} <= set(chief["told"])
        assert other["told"] == []
