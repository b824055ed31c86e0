"""Look at a page as two people would: at a desk and with a phone in the hand."""

from __future__ import annotations

from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

WIDTHS = (1280, 390)
HEIGHT = 900
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


class Looker:
    """Judges pages by axe and keeps their pictures as `<name>-<language>-<width>.png`."""

    def __init__(self, pictures: Path, language: str, width: int, scripts: bool = True) -> None:
        self.language = language
        self._scripts = scripts  # axe is one: where none runs a page is kept as a picture only
        self._pictures, self._width = pictures, width
        self._axe = Axe()

    def look(self, page: Page, name: str) -> None:
        """The page in the visit's language at both widths: no violation, nothing beyond the edge, a picture of each."""
        assert page.locator("html").get_attribute("lang") == self.language, f"{name} is in another language"
        complaints = []
        for width in sorted(WIDTHS, key=lambda width: width == self._width):  # the visit's own width at last
            page.set_viewport_size({"width": width, "height": HEIGHT})
            complaints += [f"{width}: {one}" for one in self._complaints(page)] if self._scripts else []
            page.screenshot(path=self._pictures / f"{name}-{self.language}-{width}.png", full_page=True)
        assert not complaints, f"{name} ({page.url}):\n" + "\n".join(complaints)

    def _complaints(self, page: Page) -> list[str]:
        found = [
            f"{violation['id']}: {violation['help']}: {node['html'][:200]}"
            for violation in self._axe.run(page).response["violations"]
            for node in violation["nodes"]
        ]
        beyond = page.evaluate(OVERFLOW)
        return [*found, f"{beyond} px stand beyond the edge"] if beyond > 0 else found
