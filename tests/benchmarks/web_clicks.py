"""A finished re-imaging in a page: how soon another K, and another candidate, are seen."""

from collections.abc import Iterator
from pathlib import Path
from statistics import median

from PIL import Image
from playwright.sync_api import Page

from maskeraid_faces.drawn import draw_faces
from tests.benchmarks.figures import Bench, Figure, measures, percentile
from tests.benchmarks.reimaging import trained
from tests.benchmarks.web_app import PANELS_ARE_THERE, opened, sign_in

CANDIDATES, ROUNDS = 8, 24
MOST_MS = 200

# Steps the slider once to the right; until the smoothed picture is another, and drawn.
SMOOTH = """async () => {
  const panels = document.querySelector("[data-testid=panels]");
  const picture = () => panels.querySelectorAll("img")[1];
  const slider = document.querySelector("[role=slider][aria-valuemax='64']");
  const before = picture().src, started = performance.now();
  slider.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", code: "ArrowRight", bubbles: true }));
  while (picture().src === before || !picture().complete || panels.ariaBusy === "true") {
    if (performance.now() - started > 10_000) throw new Error("no other picture came");
    await new Promise(requestAnimationFrame);
  }
  await picture().decode();
  return performance.now() - started;
}"""

# Chooses a candidate; until three of the four pictures are its own (what is clipped is the same for all), and drawn.
CHOOSE = """async (place) => {
  const pictures = () => [...document.querySelectorAll("[data-testid=panels] img")];
  const before = pictures().map(({ src }) => src), started = performance.now();
  document.querySelectorAll("[role=radiogroup] [role=radio]")[place].click();
  const isThere = () => pictures().every((one, at) => one.complete && (at === 2 || one.src !== before[at]));
  while (!isThere()) {
    if (performance.now() - started > 10_000) throw new Error("no other picture came");
    await new Promise(requestAnimationFrame);
  }
  await Promise.all(pictures().map((one) => one.decode()));
  return performance.now() - started;
}"""


@measures("web.k_ms", "web.candidate_ms")
def measure_clicks(bench: Bench) -> Iterator[Figure]:
    """The slider of K, and a click on a candidate, of a drawn face behind a mask; the worker is warm."""
    path = bench.output / "covered.png"
    with bench.client() as client:
        trained(client)
        reimaging = client.reimagings.create(covered_face(path), candidates=CANDIDATES, seed=7, engine="A").wait()
    with opened() as browser:
        page = sign_in(browser, bench.stack)
        page.goto(f"{bench.stack.url}/reimage/{reimaging.id}")
        page.wait_for_function(PANELS_ARE_THERE)
        page.wait_for_timeout(2_000)  # until what comes with the page has come
        yield seen_after("web.candidate_ms", page, CHOOSE, [1 + place % (CANDIDATES - 1) for place in range(ROUNDS)])
        page.evaluate(SMOOTH)  # warm
        yield seen_after("web.k_ms", page, SMOOTH, [None] * ROUNDS)


def seen_after(figure_id: str, page: Page, script: str, given: list[int | None]) -> Figure:
    """The median of the times that a script tells; 95 % and all beside it."""
    times = [round(float(page.evaluate(script, one))) for one in given]
    middle = round(median(times))
    beside = {"p95_ms": round(percentile(times, 95)), "all": times}
    bar = f"<= {MOST_MS} ms until the picture is there, 32 pixels"
    return Figure(figure_id, middle, "ms", bar, middle <= MOST_MS, beside)


def covered_face(path: Path) -> Path:
    """The picture of a drawn face behind a mask."""
    drawn = draw_faces("faces-test")
    masked = next(n for n, name in enumerate(drawn.names) if name.startswith("faces-light") and "_mask" in name)
    Image.fromarray(drawn.images[masked]).save(path)
    return path
