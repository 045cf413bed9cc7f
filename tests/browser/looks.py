"""Pages in a browser: opened, watched, and looked at in both widths and color schemes."""

from __future__ import annotations

import importlib.resources
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from playwright.async_api import Browser, BrowserContext, Page

Scheme = Literal["light", "dark"]
WIDE, NARROW = 1280, 390
"""The widths of windows that pages are looked at in: a desktop's, and a phone's."""
HEIGHT = 900
PATIENCE = 120_000
"""Milliseconds that a page may take: the machine may be busy."""
LOOKS: tuple[tuple[int, Scheme], ...] = ((WIDE, "light"), (NARROW, "dark"))
_AXE = importlib.resources.files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
_SERIOUS = frozenset({"serious", "critical"})
_INSIDE = frozenset({"about", "blob", "data"})
"""Schemes of addresses for which nobody is asked."""


class Opener:
    """Opens pages, each in a session of its own, and notes what they should not do.

    Attributes:
        problems: Requests to other origins, exceptions, and errors in the console, in words.
    """

    def __init__(self, browser: Browser) -> None:
        self.problems: list[str] = []
        self._browser = browser
        self._contexts: list[BrowserContext] = []

    async def open(
        self, address: str | Path, *also: str, width: int = WIDE, scheme: Scheme = "light", **options: Any
    ) -> Page:
        """Opens a page.

        Args:
            address: Its address, or a file.
            also: Origins besides its own that it may ask.
            width: That of the window.
            scheme: What the user prefers.
            options: More of what Playwright's ``new_context`` takes.
        """
        address = address.absolute().as_uri() if isinstance(address, Path) else address
        context = await self._browser.new_context(
            viewport={"width": width, "height": HEIGHT}, color_scheme=scheme, reduced_motion="reduce", **options
        )
        self._contexts.append(context)
        context.set_default_timeout(PATIENCE)
        page = await context.new_page()
        origins = {_origin(address), *also}
        page.on("request", lambda request: self._asked(request.url, origins))
        page.on("websocket", lambda socket: self._asked(socket.url, origins))
        page.on("pageerror", lambda error: self.problems.append(f"exception: {error}"))
        page.on(
            "console",
            lambda said: self.problems.append(f"console: {said.text}") if said.type == "error" else None,
        )
        await page.goto(address)
        return page

    def expect(self, text: str) -> None:
        """Takes a problem that a test brings about off the list.

        Args:
            text: What it says.
        """
        assert any(text in each for each in self.problems), self.problems
        self.problems = [each for each in self.problems if text not in each]

    async def close(self) -> None:
        """Closes all that was opened."""
        for context in self._contexts:
            await context.close()

    def _asked(self, url: str, origins: set[str]) -> None:
        if urlsplit(url).scheme not in _INSIDE and _origin(url) not in origins:
            self.problems.append(f"request to {url}")


def _origin(url: str) -> str:
    """The origin of an address; a file's is the file, so that a page from a file may ask for nothing else."""
    parts = urlsplit(url)
    if parts.scheme == "file":
        return url.partition("#")[0]
    return f"{parts.scheme.replace('ws', 'http')}://{parts.netloc}"


async def check_looks(page: Page) -> None:
    """Fails unless a page is usable in both widths and schemes: nothing serious by axe-core, no scrolling sideways.

    Colors are a matter of the scheme, and arrangement one of the width: two of the four looks show all of them.
    """
    found = []
    for width, scheme in LOOKS:
        await page.set_viewport_size({"width": width, "height": HEIGHT})
        await page.emulate_media(color_scheme=scheme)
        found += [f"{width}, {scheme}: {said}" for said in await barriers(page)]
        if await page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            found.append(f"{width}, {scheme}: wider than the window")
    assert found == [], "\n".join(found)


async def barriers(page: Page) -> list[str]:
    """What keeps people from using a page as it is now, by axe-core: serious and critical findings, one a line."""
    # Not as an element of the page: its content security policy may forbid that.
    await page.evaluate(f"window.axe || (() => {{ {_AXE} }})()")
    results = await page.evaluate("axe.run({resultTypes: ['violations']})")
    found = [each for each in results["violations"] if each["impact"] in _SERIOUS]
    return [f"{each['id']}: {each['help']}: {[node['target'] for node in each['nodes']]}" for each in found]
