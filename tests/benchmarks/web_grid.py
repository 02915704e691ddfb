"""How smoothly the web app's grid scrolls over very many images, seen by a page of Playwright that its caller opens.

Frames are counted while the grid is scrolled by a page each half second; then it jumps to the end, until the last
images are drawn. `put_datasets` of `browsing` makes a dataset that is large enough.
"""

from collections.abc import Iterator
from statistics import median
from typing import Any, Protocol

from tests.benchmarks.figures import Figure, percentile

PAGES, PAGE_MS = 20, 500
MOST_MEDIAN_MS, MOST_FRAME_MS, MOST_JUMP_MS, MOST_NODES = 20.0, 100.0, 300.0, 3_000

SCROLL = """async ([pages, pageMs]) => {
  const grid = document.querySelector("[role=grid]");
  const frames = [], distance = pages * grid.clientHeight, from = grid.scrollTop, started = performance.now();
  let most = 0;
  for (let last = started, share = 0; share < 1; ) {
    const now = await new Promise(requestAnimationFrame);
    frames.push(now - last);
    last = now;
    share = Math.min(1, (now - started) / (pages * pageMs));
    grid.scrollTop = from + share * distance;
    most = Math.max(most, document.getElementsByTagName("*").length);
  }
  return { frames: frames.slice(1), nodes: most };
}"""

JUMP = """async (lastIndex) => {
  const grid = document.querySelector("[role=grid]");
  const started = performance.now();
  grid.scrollTop = grid.scrollHeight;
  const isDrawn = () => {
    const box = grid.getBoundingClientRect();
    const cells = [...grid.querySelectorAll("[role=gridcell]")].filter((cell) => {
      const { top, bottom } = cell.getBoundingClientRect();
      return bottom > box.top && top < box.bottom;
    });
    return cells.some((cell) => Number(cell.dataset.index) === lastIndex)
      && cells.every((cell) => cell.style.backgroundImage);
  };
  while (!isDrawn() && performance.now() - started < 10_000) await new Promise(requestAnimationFrame);
  return performance.now() - started;
}"""


class Page(Protocol):
    """What is used of Playwright's page."""

    def goto(self, url: str) -> object: ...

    def wait_for_selector(self, selector: str) -> object: ...

    def evaluate(self, expression: str, arg: Any = None) -> Any: ...  # noqa: ANN401 JSON of a page


def grid_figures(page: Page, dataset_url: str, images: int) -> Iterator[Figure]:
    """Frames and nodes while scrolling, and how long a jump to the end takes; `dataset_url` shows the dataset."""
    page.goto(dataset_url)
    page.wait_for_selector("[role=gridcell]")
    page.evaluate("() => new Promise((done) => setTimeout(done, 2_000))")  # until what comes with the page has come
    seen = page.evaluate(SCROLL, [PAGES, PAGE_MS])
    frames, nodes = list(map(float, seen["frames"])), int(seen["nodes"])
    middle, longest = median(frames), max(frames)
    beside = {"p95_ms": round(percentile(frames, 95), 1), "longest_ms": round(longest, 1), "frames": len(frames)}
    holds = middle <= MOST_MEDIAN_MS and longest <= MOST_FRAME_MS
    bar = f"<= {MOST_MEDIAN_MS:.0f} ms, none above {MOST_FRAME_MS:.0f} ms, over {PAGES} pages of {images:,} images"
    yield Figure("web.scroll_p50_ms", round(middle, 1), "ms", bar, holds, beside)
    yield Figure("web.scroll_nodes", nodes, "nodes", f"<= {MOST_NODES}", nodes <= MOST_NODES)
    jump = float(page.evaluate(JUMP, images - 1))
    yield Figure("web.jump_ms", round(jump), "ms", f"<= {MOST_JUMP_MS:.0f} ms to the end", jump <= MOST_JUMP_MS)
