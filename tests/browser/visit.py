"""A page that is watched: what it complains of, and whom it asks. What was seen of a failed test is kept."""

import re
from pathlib import Path

from playwright.sync_api import ConsoleMessage, Error, Locator, Page, Request, expect

KEPT = Path(__file__).parents[2] / "build/browser"
LAST_LINES = 200  # of the services' log
CLIPBOARD = """async () => {
    for (let looks = 0, text = ""; looks < 600; looks++, await new Promise(requestAnimationFrame))
        if ((text = await navigator.clipboard.readText())) return text;
    return "";
}"""


class Visit:
    """One page of one visitor. What the browser objects to by the content security policy is in its console too."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self._url = page, url
        self._complaints: list[str] = []
        self._expected: list[str] = []
        page.on("console", self._note_console)
        page.on("pageerror", self._note_error)
        page.on("request", self._note_request)

    def open(self, path: str) -> None:
        """Go to a place, and wait until it has its heading and all that it has asked for."""
        self.page.goto(f"{self._url}{path}")
        self.settle()

    def settle(self) -> None:
        self.page.locator("h1").first.wait_for()
        expect(self.page.locator(".mantine-Skeleton-root, .mantine-Loader-root")).to_have_count(0)

    def reload(self) -> None:
        self.page.reload()
        self.settle()

    def copied_by(self, button: Locator) -> str:
        """What a button puts into the clipboard."""
        self.page.evaluate("navigator.clipboard.writeText('')")
        button.click()
        text: str = self.page.evaluate(CLIPBOARD)
        assert text
        return text

    def expect(self, pattern: str) -> None:
        """A complaint that belongs to the test, as the console's of a status that the test provokes."""
        self._expected.append(pattern)

    @property
    def complaints(self) -> list[str]:
        return [text for text in self._complaints if not any(re.search(one, text) for one in self._expected)]

    def keep(self, name: str, log: Path) -> None:
        """Screenshot, complaints, and the end of the services' log."""
        folder = KEPT / re.sub(r"[^\w-]+", "-", name)
        folder.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=folder / "screen.png")
        (folder / "console.txt").write_text("\n".join([self.page.url, *self._complaints]))
        (folder / "services.log").write_text("\n".join(log.read_text().splitlines()[-LAST_LINES:]))

    def _note_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self._complaints.append(f"{message.type}: {message.text} {message.location['url']}")

    def _note_error(self, error: Error) -> None:
        self._complaints.append(f"exception: {error}")

    def _note_request(self, request: Request) -> None:
        if not request.url.startswith((f"{self._url}/", "data:", f"blob:{self._url}/")):
            self._complaints.append(f"left the origin: {request.url}")
