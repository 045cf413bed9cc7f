"""The report for a pull request, opened from its file in a browser."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import expect

from aiware_resources.report import build, html, parse
from tests.browser.looks import Opener, barriers, check_looks
from tools.pictures import PREVIEW

RECORDING = Path(__file__).parents[1] / "unit" / "report" / "recordings" / "everything.json"


async def test_the_report_is_usable_and_asks_nobody(opener: Opener, tmp_path: Path) -> None:
    file = tmp_path / "preview.html"
    file.write_text(html(build(parse(RECORDING.read_text(encoding="utf-8")))), encoding="utf-8")
    page = await opener.open(file)
    for selector in PREVIEW:
        await expect(page.locator(selector).first).to_be_attached()
    assert await barriers(page) == []
    # With all that was folded away.
    await page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true })")
    await check_looks(page)
