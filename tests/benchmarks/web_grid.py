"""How smoothly the web app's grid scrolls over very many images, and what it keeps of them, seen by an open page.

Frames are counted while the grid is scrolled by a page each half second; then it jumps to the end, until the last
images are drawn. A row is blank while one of its cells is in sight and has no picture.
"""

from collections.abc import Iterator
from statistics import median
from typing import Any

from playwright.sync_api import Page

from tests.benchmarks.figures import Figure, percentile
from tests.benchmarks.web_heap import Heap

PAGES, PAGE_MS = 20, 500
PASSES, PASS_MS = 5, 20_000
MINUTES, MINUTE_MS = 5, 60_000
FILTERS = 12
MOST_MEDIAN_MS, MOST_FRAME_MS, MOST_JUMP_MS, MOST_NODES = 20.0, 100.0, 300.0, 3_000
MOST_P95_MS, MOST_BLANK_MS, MOST_PASSES_MB, MOST_MINUTES_MB, MOST_FILTER_MS = 33.0, 300.0, 50.0, 5.0, 300.0

IN_SIGHT = """
const gridOf = () => document.querySelector("[role=grid]");
const rowsInSight = (grid) => {
  const box = grid.getBoundingClientRect();
  return [...grid.querySelectorAll("[role=row]")].filter((row) => {
    const { top, bottom } = row.getBoundingClientRect();
    return bottom > box.top && top < box.bottom;
  });
};
const cellsOf = (row) => [...row.querySelectorAll("[role=gridcell]")];
const isDrawn = (row) => cellsOf(row).every((cell) => cell.style.backgroundImage);
const isAllDrawn = (grid) => rowsInSight(grid).length > 0 && rowsInSight(grid).every(isDrawn);
"""

# From `from` to `to` in so many milliseconds: frames, the longest time that a row was blank, and the most nodes.
SCROLL = f"""async ([pages, forMs, isWhole]) => {{
  {IN_SIGHT}
  const grid = gridOf(), blank = new Map(), frames = [];
  const from = isWhole ? 0 : grid.scrollTop;
  const distance = isWhole ? grid.scrollHeight : pages * grid.clientHeight;
  let nodes = 0, longestBlank = 0;
  grid.scrollTop = from;
  await new Promise(requestAnimationFrame);
  const started = performance.now();
  for (let last = started, share = 0; share < 1; ) {{
    const now = await new Promise(requestAnimationFrame);
    frames.push(now - last);
    last = now;
    nodes = Math.max(nodes, document.getElementsByTagName("*").length);
    const rows = rowsInSight(grid);
    const lacking = rows.length ? rows.filter((row) => !isDrawn(row)).map((row) => row.ariaRowIndex) : ["none"];
    for (const row of [...blank.keys()]) if (!lacking.includes(row)) blank.delete(row);
    for (const row of lacking) {{
      if (!blank.has(row)) blank.set(row, now);
      longestBlank = Math.max(longestBlank, now - blank.get(row));
    }}
    share = Math.min(1, (now - started) / forMs);
    grid.scrollTop = from + share * distance;
  }}
  return {{ frames: frames.slice(1), nodes, blank: longestBlank }};
}}"""

JUMP = f"""async (lastIndex) => {{
  {IN_SIGHT}
  const grid = gridOf(), started = performance.now();
  grid.scrollTop = grid.scrollHeight;
  const isThere = () => isAllDrawn(grid)
    && rowsInSight(grid).some((row) => cellsOf(row).some((cell) => Number(cell.dataset.index) === lastIndex));
  while (!isThere() && performance.now() - started < 10_000) await new Promise(requestAnimationFrame);
  return performance.now() - started;
}}"""

# Presses the box of a value; until the grid is of other images, all that is in sight is drawn, and counts are others'.
FILTER = f"""async (place) => {{
  {IN_SIGHT}
  const counts = () => [...document.querySelectorAll("fieldset label")].map((label) => label.innerText).join();
  const boxes = [...document.querySelectorAll("fieldset label")].filter((label) => /\\d$/.test(label.innerText));
  const label = gridOf().ariaLabel, before = counts(), started = performance.now();
  boxes[place % boxes.length].click();
  const isThere = () => gridOf() && gridOf().ariaLabel !== label && counts() !== before && isAllDrawn(gridOf());
  while (!isThere() && performance.now() - started < 10_000) await new Promise(requestAnimationFrame);
  return performance.now() - started;
}}"""


def open_grid(page: Page, dataset_url: str) -> None:
    page.goto(dataset_url)
    page.wait_for_selector("[role=gridcell]")
    page.wait_for_timeout(2_000)  # until what comes with the page has come


def grid_figures(page: Page, dataset_url: str, images: int) -> Iterator[Figure]:
    """Frames, blank rows, and nodes while scrolling, and how long a jump to the end takes."""
    open_grid(page, dataset_url)
    seen = page.evaluate(SCROLL, [PAGES, PAGES * PAGE_MS, False])
    frames, nodes, blank = list(map(float, seen["frames"])), int(seen["nodes"]), round(float(seen["blank"]))
    middle, longest = median(frames), max(frames)
    beside = {"p95_ms": round(percentile(frames, 95), 1), "longest_ms": round(longest, 1), "frames": len(frames)}
    holds = middle <= MOST_MEDIAN_MS and longest <= MOST_FRAME_MS
    bar = f"<= {MOST_MEDIAN_MS:.0f} ms, none above {MOST_FRAME_MS:.0f} ms, over {PAGES} pages of {images:,} images"
    yield Figure("web.scroll_p50_ms", round(middle, 1), "ms", bar, holds, beside)
    yield Figure("web.scroll_nodes", nodes, "nodes", f"<= {MOST_NODES}", nodes <= MOST_NODES)
    bar = f"<= {MOST_BLANK_MS:.0f} ms, the longest that a row in sight was blank"
    yield Figure("web.scroll_blank_ms", blank, "ms", bar, blank <= MOST_BLANK_MS)
    jump = float(page.evaluate(JUMP, images - 1))
    yield Figure("web.jump_ms", round(jump), "ms", f"<= {MOST_JUMP_MS:.0f} ms to the end", jump <= MOST_JUMP_MS)


def filter_figure(page: Page, dataset_url: str) -> Figure:
    """From the press on a value to the new grid and the new counts; each filter is new to the service."""
    open_grid(page, dataset_url)
    times = [round(float(page.evaluate(FILTER, place))) for place in range(FILTERS)]
    middle = median(times)
    bar = f"<= {MOST_FILTER_MS:.0f} ms until the grid and all counts are new"
    beside = {"longest_ms": max(times), "all": times}
    return Figure("web.filter_ms", round(middle), "ms", bar, middle <= MOST_FILTER_MS, beside)


def passes_figure(page: Page, dataset_url: str, images: int) -> Figure:
    """What the page has kept after passes from the first image to the last."""
    open_grid(page, dataset_url)
    heap, frames, nodes, blank = Heap(page), [], 0, 0.0
    used = [heap.megabytes()]
    for _ in range(PASSES):
        seen: dict[str, Any] = page.evaluate(SCROLL, [0, PASS_MS, True])
        frames += seen["frames"]
        nodes, blank = max(nodes, seen["nodes"]), max(blank, seen["blank"])
        used.append(heap.megabytes())
    grown, p95 = used[-1] - used[0], percentile(frames, 95)
    holds = grown < MOST_PASSES_MB and p95 <= MOST_P95_MS and nodes <= MOST_NODES and blank <= MOST_BLANK_MS
    bar = f"< {MOST_PASSES_MB:.0f} MB after {PASSES} passes over {images:,} images; p95 frame <= {MOST_P95_MS:.0f} ms"
    beside = {
        "heap_mb": [round(one, 1) for one in used],
        "p95_ms": round(p95, 1),
        "nodes": nodes,
        "blank_ms": round(blank),
    }
    return Figure("web.passes_mb", round(grown, 1), "MB", bar, holds, beside)


def minutes_figure(page: Page, dataset_url: str) -> Figure:
    """Whether what the page keeps stays the same while it is scrolled for minutes, a page each half second."""
    open_grid(page, dataset_url)
    heap, used = Heap(page), []
    for _ in range(MINUTES):
        page.evaluate(SCROLL, [MINUTE_MS // PAGE_MS, MINUTE_MS, False])
        used.append(heap.megabytes())
    grown = max(used) - used[0]
    bar = f"<= {MOST_MINUTES_MB:.0f} MB more than after the first of {MINUTES} minutes"
    beside = {"heap_mb": [round(one, 1) for one in used]}
    return Figure("web.minutes_mb", round(grown, 1), "MB", bar, grown <= MOST_MINUTES_MB, beside)
