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


def violations(page: Page) -> list[str]:
    """What axe objects to: the rule, and the elements."""
    found = page.evaluate("rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})", RULES)
    return [f"{row['id']}: {[node['target'] for node in row['nodes']]}" for row in found["violations"]]


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
            cut = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            objections += [f"{scheme}, {width}: {cut} pixels to the right of the window"] if cut > 0 else []
    assert objections == []
