"""Every screen in light and dark, wide and narrow: nothing to object to by WCAG 2.2 A and AA, and nothing cut off."""

from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.screens import SCREENS, Screen
from tests.browser.visit import Visit

ROOT = Path(__file__).parents[2]
AXE = ROOT / "services/web/node_modules/axe-core/axe.min.js"
PICTURES = ROOT / "build/screens"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
WIDTHS = (1280, 390)
ZOOMED = ((640, 430), (320, 860))  # a window of 1280 at 200 %, and at 400 %: WCAG 2.2, 1.4.4 and 1.4.10

# Texts that end where their box does, and those to the right of the window that no box scrolls to. What is cut on
# purpose has its whole text as a title.
LOST = """() => [...document.querySelectorAll("body *")].filter((element) => {
  const { right, width } = element.getBoundingClientRect();
  const own = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
  if (!width || !element.innerText?.trim() || element.closest(".visually-hidden, .skip-link, [title]")) return false;
  const isCut = ["hidden", "clip"].includes(getComputedStyle(element).overflowX);
  if (isCut && element.clientWidth > 1 && element.scrollWidth > element.clientWidth + 1) return true;
  const isMoved = (one) => ["auto", "scroll"].includes(getComputedStyle(one).overflowX);
  const scrolls = (one) => one && (isMoved(one) || scrolls(one.parentElement));
  return own && right > innerWidth + 1 && !scrolls(element.parentElement);
}).map((element) => `${element.tagName} "${element.innerText.slice(0, 40)}"`)"""


def violations(page: Page) -> list[str]:
    """What axe objects to: the rule, and the elements."""
    found = page.evaluate("rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})", RULES)
    return [f"{row['id']}: {[node['target'] for node in row['nodes']]}" for row in found["violations"]]


def sideways(page: Page) -> list[str]:
    """By how much the page is wider than its window, if it is."""
    cut = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return [f"{cut} pixels to the right of the window"] if cut > 0 else []


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
def test_screen(visit: Visit, made: dict[str, str], screen: Screen) -> None:
    page = visit.page
    visit.open(screen.path.format(**made))
    page.evaluate(AXE.read_text())
    PICTURES.mkdir(parents=True, exist_ok=True)
    objections = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.locator(f"html[data-mantine-color-scheme={scheme}]").wait_for(state="attached")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 860})
            visit.settle()
            page.screenshot(path=PICTURES / f"{screen.name}-{scheme}-{width}.png", full_page=True)
            objections += [f"{scheme}, {width}: {text}" for text in violations(page)]
            objections += [f"{scheme}, {width}: {text}" for text in sideways(page)]
    page.emulate_media(color_scheme="light")
    for width, height in ZOOMED:
        page.set_viewport_size({"width": width, "height": height})
        visit.settle()
        objections += [f"{width}: {text}" for text in sideways(page) + page.evaluate(LOST)]
    assert objections == []
