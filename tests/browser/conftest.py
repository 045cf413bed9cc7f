"""Pages are tried in Chromium, where there is one; tools/browser.py says where there is none."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright, expect

from tests.browser.console import served
from tests.browser.looks import PATIENCE, Opener
from tools.browser import ARGUMENTS, chromium

__all__ = ["served"]

collect_ignore_glob = [] if chromium() else ["test_*.py"]


def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    """The tests of this folder share one event loop: it is the browser's."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """The browser of this process. Playwright ends it, also when this process is killed."""
    expect.set_options(timeout=PATIENCE)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=list(ARGUMENTS))
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def opener(browser: Browser) -> AsyncIterator[Opener]:
    """Opens pages; the test fails when one asks another origin for something, or reports an error."""
    opener = Opener(browser)
    try:
        yield opener
    finally:
        await opener.close()
    assert opener.problems == []
