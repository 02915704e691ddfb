"""Failpoints: what they do in tests, and that nothing else starts with them."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from maskeraid_core.failpoints import FAILPOINTS, FailpointHit, parse
from maskeraid_core.settings import CoreSettings, read_settings

ROOT = Path(__file__).parents[3]


def run(code: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MASKERAID_")} | variables
    return subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)


class TestPoints:
    def test_each_stands_somewhere_and_no_other_does(self) -> None:
        sources = [*ROOT.glob("shared/core/maskeraid_core/**/*.py"), *ROOT.glob("services/*/maskeraid_*/**/*.py")]
        found = [name for path in sources for name in re.findall(r'failpoints\.hit\("([^"]+)"\)', path.read_text())]
        assert set(found) == set(FAILPOINTS)

    def test_each_is_passed_untouched_as_a_rule(self) -> None:
        code = "from maskeraid_core.failpoints import *\nfor name in FAILPOINTS: hit(name)"
        assert run(code).returncode == 0


class TestWays:
    def test_kill_takes_the_process_at_once(self) -> None:
        code = "from maskeraid_core.failpoints import hit; hit('ring.before'); hit('finish.moved'); print('alive')"
        outcome = run(code, MASKERAID_FAILPOINTS="finish.moved=kill")
        assert (outcome.returncode, outcome.stdout) == (-9, "")

    def test_raise_and_sleep(self) -> None:
        points = parse("outbox.copied=raise, claim.updated=sleep:0.001")
        points["claim.updated"]()
        with pytest.raises(FailpointHit, match=r"outbox\.copied"):
            points["outbox.copied"]()

    @pytest.mark.parametrize("text", ["elsewhere=kill", "finish.moved", "finish.moved=burn", "finish.moved=sleep:long"])
    def test_what_does_not_exist_is_refused(self, text: str) -> None:
        with pytest.raises(ValueError):  # noqa: PT011 pydantic makes a readable line of any
            parse(text)


class TestStart:
    @pytest.mark.parametrize("environment", ["local", "server"])
    def test_is_refused_outside_of_tests(self, environment: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("MASKERAID_FAILPOINTS", "finish.moved=kill")
        monkeypatch.setenv("MASKERAID_ENVIRONMENT", environment)
        with pytest.raises(SystemExit):
            read_settings(CoreSettings)

    def test_is_allowed_in_tests(self) -> None:
        assert CoreSettings(environment="test", failpoints="finish.moved=kill").failpoints
