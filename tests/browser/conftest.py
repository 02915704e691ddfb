"""One stack and one browser for all tests of the folder; every page is watched.

Fixtures of the browser end with the folder: while one is open, no test of another folder could run a loop.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, StorageState, expect, sync_playwright

from maskeraid import Client, attest
from maskeraid_faces.drawn import draw_faces
from maskeraid_local.ports import free_port
from maskeraid_local.stack import WEB_APP, Stack, StackOptions
from tests.browser.visit import Visit

NAMES = ("chromium", "chromium-browser", "google-chrome")
BRIEF = {"steps": 50, "max_seconds": 2, "detector": False}  # a training whose faces nobody looks at
PATIENCE_MS = 60_000  # of a machine that does much else
FAILED = pytest.StashKey[bool]()
NewVisit = Callable[..., Visit]


def lacking(what: str) -> None:
    """Without it nothing of this folder can be tested: skipped, and where everything must be there a failure."""
    text = f"the web app was not tested: {what}"
    pytest.fail(text) if os.environ.get("CI") == "true" else pytest.skip(text)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report = yield
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed
    return report


@pytest.fixture(scope="package")
def chromium() -> str:
    found = os.environ.get("MASKERAID_TEST_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if not found:
        lacking(f"there is no {', '.join(NAMES)}, and MASKERAID_TEST_CHROMIUM names no other")
    return str(found)


@pytest.fixture(scope="package")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the services print."""
    return tmp_path_factory.mktemp("browser") / "stack.log"


@pytest.fixture(scope="package")
def stack(chromium: str, log: Path) -> Iterator[Stack]:
    """Every server and service, and the app as `make web` has built it."""
    if not (WEB_APP / "index.html").is_file():
        lacking("it is not built; `make web` builds it")
    with log.open("w") as lines:

        def write_line(name: str, line: str) -> None:
            lines.write(f"{name:<10}| {line}\n")
            lines.flush()

        with Stack(StackOptions(log.parent / "data", free_port(), read_line=write_line, log=log)) as running:
            yield running


@pytest.fixture(scope="package")
def browser(chromium: str) -> Iterator[Browser]:
    without = ["--disable-gpu", "--disable-background-networking", "--disable-component-update", "--no-first-run"]
    if os.geteuid() == 0:
        without.append("--no-sandbox")  # which Chromium has for other users only
    with sync_playwright() as playwright:
        expect.set_options(timeout=PATIENCE_MS)
        opened = playwright.chromium.launch(executable_path=chromium, args=without)
        yield opened
        opened.close()


@pytest.fixture(scope="package")
def client(stack: Stack) -> Iterator[Client]:
    """The same account by its API: what is to be there before a journey, and what must be there after it."""
    with Client(stack.first_key, stack.url) as opened:
        yield opened


@pytest.fixture(scope="package")
def light_faces(client: Client) -> str:
    """A dataset of 125 drawn faces; no test changes it."""
    dataset = client.datasets.create("light faces", attestation=attest("generated"))
    client.imports.generate(dataset.id, "faces-light").wait()
    return dataset.id


@pytest.fixture(scope="package")
def covered_face(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The picture of a drawn face behind a mask."""
    drawn = draw_faces("faces-test")
    masked = next(n for n, name in enumerate(drawn.names) if name.startswith("faces-light") and "_mask" in name)
    path = tmp_path_factory.mktemp("covered") / "covered.png"
    Image.fromarray(drawn.images[masked]).save(path)
    return path


@pytest.fixture(scope="package")
def made(client: Client, light_faces: str, covered_face: Path) -> dict[str, str]:
    """A dataset, a training, its model, and a re-imaging: ids by the names that paths have."""
    training = client.trainings.create("light", [light_faces], seed=3, hyperparameters=BRIEF).wait()
    reimaging = client.reimagings.create(covered_face, candidates=4, seed=7).wait()
    return {
        "dataset_id": light_faces, "training_id": training.id, "model_id": (training.result or {})["model_id"],
        "reimaging_id": reimaging.id,
    }  # fmt: skip


@pytest.fixture
def new_visit(browser: Browser, stack: Stack, log: Path, request: pytest.FixtureRequest) -> Iterator[NewVisit]:
    """Opens pages, each of a visitor without a past unless one is given; in the end none may have complained."""
    visits: list[Visit] = []
    with ExitStack() as contexts:

        def visit(state: StorageState | None = None, *, width: int = 1280) -> Visit:
            context = browser.new_context(
                storage_state=state, viewport={"width": width, "height": 860}, reduced_motion="reduce",
                permissions=["clipboard-read", "clipboard-write"],
            )  # fmt: skip
            context.set_default_timeout(PATIENCE_MS)
            contexts.callback(context.close)
            visits.append(Visit(context.new_page(), stack.url))
            return visits[-1]

        yield visit
        complaints = [text for one in visits for text in one.complaints]
        if complaints or request.node.stash.get(FAILED, False):
            for number, one in enumerate(visits):
                one.keep(f"{request.node.name}-{number}", log)
        assert complaints == []


@pytest.fixture(scope="package")
def signed_in(browser: Browser, stack: Stack) -> StorageState:
    """The cookie of a browser that has followed a login link."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(stack.make_login_link())
    page.locator("nav").wait_for(state="attached")
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def visit(new_visit: NewVisit, signed_in: StorageState) -> Visit:
    """A page of somebody who has signed in."""
    return new_visit(signed_in)
