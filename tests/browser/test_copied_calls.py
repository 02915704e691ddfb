"""What "Copy as API call" copies is run as it is: it must answer what the screen shows."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from maskeraid import Client
from maskeraid_local.stack import Stack
from tests.browser.visit import Visit

LONGEST_SECONDS = 120


class Shell:
    """A folder in which copied calls are run, with a key in the environment and no address of the service."""

    def __init__(self, folder: Path, key: str) -> None:
        self.folder = folder
        self._environment = {name: text for name, text in os.environ.items() if not name.startswith("MASKERAID_")}
        self._environment["MASKERAID_KEY"] = key

    def curl(self, text: str) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self._run("sh", "-c", text))
        return answer

    def python(self, text: str) -> list[str]:
        return self._run(sys.executable, "-c", text).splitlines()

    def _run(self, *command: str) -> str:
        done = subprocess.run(
            command, cwd=self.folder, env=self._environment, capture_output=True, text=True, timeout=LONGEST_SECONDS
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture
def shell(tmp_path: Path, stack: Stack) -> Shell:
    return Shell(tmp_path, str(stack.first_key))


def copy_calls(visit: Visit, key: str) -> tuple[str, str]:
    """The curl call and the Python program of the screen that is open."""
    page, texts = visit.page, list[str]()
    page.get_by_role("button", name="Copy as API call").click()
    dialog = page.get_by_role("dialog", name="Copy as API call")
    for form in ("curl", "Python"):
        dialog.get_by_text(form, exact=True).click()
        texts.append(visit.copied_by(dialog.get_by_role("button", name="Copy")))
    assert key not in "".join(texts)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    return texts[0], texts[1]


def test_images_under_a_filter(visit: Visit, shell: Shell, stack: Stack, light_faces: str) -> None:
    visit.open(f"/datasets/{light_faces}?where=eyes:1&where=mouth:2&sort=-quality.sharpness")
    expect(visit.page.get_by_text("5 images.")).to_be_visible()
    curl, python = copy_calls(visit, str(stack.first_key))
    answer = shell.curl(curl)
    assert answer["total"] == 5
    assert {(image["attributes"]["eyes"], image["attributes"]["mouth"]) for image in answer["data"]} == {("1", "2")}
    printed = [line.partition(" ")[0] for line in shell.python(python)]
    assert printed == [image["id"] for image in answer["data"]]


def test_a_training_as_it_is_filled_in(
    visit: Visit, shell: Shell, stack: Stack, client: Client, light_faces: str
) -> None:
    """Each as a dry run, by one word more, and called off before anything is measured."""
    form = "name=as copied&where=mouth:2&steps=50&max_seconds=2&detector=false&seed=5&email=no"
    visit.page.goto(f"{stack.url}/trainings/new?data={light_faces}&{form}")
    estimate = visit.page.get_by_role("region", name="Estimate")
    expect(estimate.get_by_text("Only 25 images: expect memorisation.")).to_be_visible()
    curl, python = copy_calls(visit, str(stack.first_key))
    visit.open("/jobs")  # its own dry run is called off with the page
    ordered = shell.curl(curl.replace("-d '{", '-d \'{"dry_run":true,'))
    client.jobs.cancel(ordered["id"])
    shell.python(python.partition("\n)\n")[0] + "\n    dry_run=True,\n)\ntraining.cancel()")
    by_python = next(iter(client.trainings.list())).to_dict()
    assert by_python["id"] != ordered["id"]
    alike = ("name", "architecture", "preset", "hyperparameters", "seed", "data", "dry_run")
    assert {name: by_python[name] for name in alike} == {name: ordered[name] for name in alike}
    assert (ordered["hyperparameters"]["steps"], ordered["seed"]) == (50, 5)
    (part,) = ordered["data"]
    assert (part["dataset_id"], part["where"]) == (light_faces, ["mouth:2"])


SHOWN = "async image => [...new Uint8Array(await (await fetch(image.src)).arrayBuffer())]"


def pixels(picture: bytes) -> bytes:
    """Without what else the file says, as the id of its re-imaging."""
    return Image.open(io.BytesIO(picture)).convert("RGB").tobytes()


def shown_final(page: Page) -> bytes:
    """The last of the four pictures."""
    image = page.get_by_test_id("panels").get_by_role("img").last
    expect(image).to_have_js_property("complete", True)
    return bytes(image.evaluate(SHOWN))


def test_a_result_is_made_again(
    visit: Visit, shell: Shell, stack: Stack, client: Client, made: dict[str, str], covered_face: Path
) -> None:
    (shell.folder / covered_face.name).write_bytes(covered_face.read_bytes())
    visit.open(f"/reimage/{made['reimaging_id']}?candidate=2")
    expect(visit.page.get_by_role("heading", name="Candidates 3 of 4")).to_be_visible()
    shown = pixels(shown_final(visit.page))
    curl, python = copy_calls(visit, str(stack.first_key))
    again = client.reimagings.get(shell.curl(curl)["id"]).wait()
    assert again.id != made["reimaging_id"]
    assert pixels(again.file("2-final.png")) == shown
    assert pixels(again.file("0-final.png")) != shown
    assert shell.python(python) == ["A plausible face, not a reconstruction. Not evidence of identity."]
    assert pixels((shell.folder / "final.png").read_bytes()) == shown
