"""The report of a run, opened from its file in a browser."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import expect

from aiware_resources.report import run as runs
from tests.browser.looks import Opener, check_looks
from tests.unit.report.run.examples import everything
from tools.pictures import RUN_REPORT


async def test_the_page_of_a_run_is_usable_and_asks_nobody(opener: Opener, tmp_path: Path) -> None:
    file = tmp_path / "run.html"
    file.write_text(runs.html(everything()), encoding="utf-8")
    page = await opener.open(file)
    for selector in RUN_REPORT:
        await expect(page.locator(selector).first).to_be_attached()
    await check_looks(page)
