"""The page of a recording in the console: it plays, and its words follow and lead."""

from __future__ import annotations

import shutil

import pytest
from playwright.async_api import expect

from aiware_resources import engines
from tests.browser.console import Served, opened
from tests.browser.looks import Opener, check_looks
from tests.support.objects import make_tdo, submit
from tests.support.project import ROOT
from tools.pictures import JOB, JOBS, RECORDING

MEDIA = ROOT / "examples" / "media" / "interview.mp4"
TIME = "document.querySelector('video').currentTime"


@pytest.fixture
def recording(served: Served) -> str:
    """A recording with media and a transcript; its id."""
    local = served.local
    local.reset()
    local.behave(jobSeconds=0)
    tdo_id = make_tdo(local, "Council")
    for file in (MEDIA, MEDIA.with_suffix(".vtt")):
        shutil.copy(file, local.server.data.parent)
    for engine_id in (engines.SPEECHMATICS_ENGLISH, engines.SPEAKER_DETECTION):
        submit(local, media=f"file:{MEDIA.name}", engine_id=engine_id, targetId=tdo_id)
    return tdo_id


async def test_a_word_leads_to_its_moment_and_the_words_follow(opener: Opener, served: Served, recording: str) -> None:
    page = await opened(opener, served, f"recordings/{recording}")
    await expect(page.locator(".turn")).to_have_count(8)
    await expect(page.locator(".speaker").nth(1)).to_have_text("Ben")
    await page.wait_for_function("document.querySelector('video').readyState >= 2")
    word = page.locator(".word", has_text="half")
    at = float(await word.get_attribute("data-at") or "nan")
    await word.click()
    await expect(page.locator(".word.now")).to_have_text("half")
    assert await page.evaluate(TIME) == pytest.approx(at, abs=0.01)
    await page.wait_for_function(
        "[...document.querySelector('video').textTracks[0].activeCues].some(cue => cue.text.includes('half way'))"
    )
    # The media leads as well, and so does the keyboard.
    await page.evaluate("document.querySelector('video').currentTime = 7")
    await expect(page.locator(".turn.now .speaker")).to_have_text("Ben")
    await page.locator(".moment").first.focus()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page.locator(".turn.now")).to_contain_text("And who presses the button?")
    await page.evaluate("document.querySelector('video').muted = true, document.querySelector('video').play()")
    await page.wait_for_function("Number(document.querySelector('.word.now')?.dataset.at) > 15")
    async with page.expect_download() as saved:
        await page.get_by_role("link", name=MEDIA.name).first.click()
    assert (await (await saved.value).path()).read_bytes() == MEDIA.read_bytes()
    assert "signature" not in await page.content()


async def test_the_pages_of_jobs_have_what_pictures_show(opener: Opener, served: Served, recording: str) -> None:
    page = await opened(opener, served, "jobs")
    for selector in JOBS:
        await expect(page.locator(selector).first).to_be_attached()
    await page.locator("td a[href*='/jobs/']").first.click()
    for selector in JOB:
        await expect(page.locator(selector).first).to_be_attached()


async def test_results_of_engines_are_tabs_in_a_page_for_everybody(
    opener: Opener, served: Served, recording: str
) -> None:
    page = await opened(opener, served, f"recordings/{recording}")
    for selector in RECORDING:
        await expect(page.locator(selector).first).to_be_attached()
    await page.wait_for_function("document.querySelector('video').readyState >= 2")
    await check_looks(page)
    tabs = page.get_by_role("tab")
    await expect(tabs).to_have_count(2)
    await tabs.first.focus()
    await page.keyboard.press("ArrowRight")
    await expect(tabs.nth(1)).to_be_focused()
    await expect(tabs.nth(1)).to_have_attribute("aria-selected", "true")
    await expect(page.get_by_role("tabpanel")).to_contain_text('"type": "speaker"')
    await page.keyboard.press("ArrowLeft")
    await expect(page.get_by_role("tabpanel").locator(".turn")).to_have_count(8)
