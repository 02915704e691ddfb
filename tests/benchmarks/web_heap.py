"""What a page keeps in memory: asked of Chromium, once all that nobody needs any more has been let go."""

from playwright.sync_api import CDPSession, Page

MEGABYTE = 2**20


class Heap:
    """The heap of the scripts of one page."""

    def __init__(self, page: Page) -> None:
        self._session: CDPSession = page.context.new_cdp_session(page)
        self._session.send("HeapProfiler.enable")

    def megabytes(self) -> float:
        """What is still in use after a collection."""
        for _ in range(2):  # what a finaliser lets go is there for the second
            self._session.send("HeapProfiler.collectGarbage")
        return float(self._session.send("Runtime.getHeapUsage")["usedSize"]) / MEGABYTE
