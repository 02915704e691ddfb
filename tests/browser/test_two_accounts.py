"""Two accounts side by side: what is the one's is for the other as if it were not there."""

import os
import re
import subprocess
import sys

import pytest
from playwright.sync_api import expect

from maskeraid_local.stack import Stack
from tests.browser.conftest import NewVisit
from tests.browser.visit import Visit

NOT_THERE = "There is no such object"


@pytest.fixture(scope="module")
def other_key(stack: Stack) -> str:
    """Of an account of its own."""
    command = [sys.executable, "-m", "maskeraid_core.first_account", "--name", "other", "--email", "o@example.org"]
    environment = {**os.environ, **stack.environment}
    return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def stranger(stack: Stack, new_visit: NewVisit, other_key: str) -> Visit:
    """A page of that account."""
    visit = new_visit()
    visit.expect("status of 401")
    visit.page.goto(f"{stack.url}/settings?tab=usage")
    field = visit.page.get_by_placeholder("mk_…")
    field.fill(other_key)
    field.press("Enter")
    expect(visit.page.get_by_role("tab", name="Usage")).to_be_visible()
    return visit


def test_the_others_ids_say_nothing(stranger: Visit, visit: Visit, stack: Stack, made: dict[str, str]) -> None:
    stranger.expect("status of 404")
    places = {
        "/datasets/": made["dataset_id"], "/reimage/": made["reimaging_id"], "/trainings/": made["training_id"],
        "/models/": made["model_id"],
    }  # fmt: skip
    for path, theirs in places.items():
        visit.open(f"{path}{theirs}")
        expect(visit.page.get_by_role("alert").get_by_text(NOT_THERE)).to_have_count(0)
        answers = []
        for asked in (theirs, theirs[:-4] + "0000"):  # of the other account, and of nobody
            stranger.page.goto(f"{stack.url}{path}{asked}")
            alert = stranger.page.get_by_role("alert").filter(has_text=NOT_THERE)
            expect(alert).to_be_visible()
            answers.append(re.sub(r"req_\w+", "", alert.inner_text()))
            assert "light" not in stranger.page.get_by_role("main").inner_text()
        assert answers[0].replace(theirs, "") == answers[1].replace(theirs[:-4] + "0000", "")
