"""The console in a browser: what happens is seen without a reload, and what is to be done is done."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Page, expect

from aiware_resources import engines
from tests.browser.console import Served, opened
from tests.browser.looks import NARROW, WIDE, Opener, Scheme, barriers
from tests.support.objects import BROKEN, make_cluster, make_tdo, request_export, submit
from tests.support.records import begin, fleet

JOBS = 2_000
HOUR = 3_600


@pytest.fixture(scope="module")
def jobs(served: Served) -> dict[str, str]:
    """Three recordings and a fleet; the ids of a job that goes on, of one that failed, and of one that is complete."""
    local = served.local
    local.reset()
    local.behave(jobSeconds=0, exportSeconds=0)
    done = submit(local, name="news", target={"name": "news"})
    local.behave(engines=BROKEN)
    failed = submit(local, name="talk", target={"name": "talk"})
    local.objects()  # by then both have ended
    fleet(local, [done, done, done, failed], JOBS)
    local.behave(engines={engines.SPEECHMATICS_ENGLISH: None}, jobSeconds=10)
    going_on = submit(local, name="live", target={"name": "council"})
    begin(local, going_on, HOUR)
    return {"going on": going_on, "failed": failed, "done": done}


async def color(page: Page) -> str:
    """The color of texts."""
    return str(await page.evaluate("getComputedStyle(document.body).color"))


async def test_a_job_is_watched_to_its_end(opener: Opener, served: Served, jobs: dict[str, str]) -> None:
    listed = await opened(opener, served, "jobs")
    shown = await opened(opener, served, f"jobs/{jobs['going on']}")
    of_job = listed.get_by_role("row").filter(has_text=jobs["going on"])
    await expect(of_job.locator(".badge")).to_have_text("pending")
    await expect(shown.locator(".heading .badge")).to_have_text("pending")
    await expect(shown.locator(".mermaid-graph .node.pending")).to_have_count(5)
    begin(served.local, jobs["going on"], -HOUR)
    await expect(of_job.locator(".badge")).to_have_text("complete", timeout=60_000)
    await expect(shown.locator(".heading .badge")).to_have_text("complete", timeout=60_000)
    await expect(shown.locator(".mermaid-graph .node.complete")).to_have_count(5)
    await expect(shown.locator("svg.timeline")).to_be_visible()


async def test_thousands_are_paged_sorted_and_searched(opener: Opener, served: Served, jobs: dict[str, str]) -> None:
    page = await opened(opener, served, "jobs")
    rows = page.locator("tbody tr")
    await expect(rows).to_have_count(50)
    await page.get_by_role("button", name="Next").click()
    await expect(rows.nth(1)).to_contain_text("episode 48")
    await expect(page).to_have_url(re.compile(r"page=2"))
    # By the keyboard; and the table says so to those who hear it.
    await page.get_by_role("button", name="Job", exact=True).focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("th[aria-sort=ascending]")).to_have_text(re.compile("Job"))
    await expect(page.get_by_role("status")).to_have_text("2,003 jobs", timeout=60_000)
    await expect(rows.first).to_contain_text("episode 0")
    await page.get_by_role("searchbox").fill("episode 1234")
    await expect(rows).to_have_count(1)
    await page.reload()
    await expect(page.locator("tbody tr")).to_contain_text("episode 1234")


async def test_a_failed_job_is_found_and_retried(opener: Opener, served: Served, jobs: dict[str, str]) -> None:
    page = await opened(opener, served, "jobs")
    await page.get_by_role("link", name="failed", exact=True).click()
    await expect(page.locator("tbody tr .badge.failed")).to_have_count(50)
    await page.get_by_role("link", name="talk", exact=True).first.click()
    await expect(page.get_by_text("invalid_data: no speech in it").first).to_be_visible()
    before = served.local.calls().get("retryJob", 0)
    await page.get_by_role("button", name="Retry").click()
    question = page.get_by_role("dialog")
    await expect(question).to_contain_text("Retry job")
    await page.keyboard.press("Escape")
    await expect(question).to_have_count(0)
    await page.get_by_role("button", name="Retry").click()
    await question.get_by_role("button", name="Leave it as it is").click()
    await expect(question).to_have_count(0)
    assert served.local.calls().get("retryJob", 0) == before
    served.local.behave(jobSeconds=0)
    await page.get_by_role("button", name="Retry").click()
    await question.get_by_role("button", name="Retry", exact=True).click()
    await expect(page.locator(".heading .badge")).to_have_text("complete", timeout=60_000)
    assert served.local.calls()["retryJob"] == before + 1


async def test_a_browser_without_the_key_gets_nothing(opener: Opener, served: Served, jobs: dict[str, str]) -> None:
    stranger = await opener.open(f"{served.origin}/environment/jobs")
    assert "news" not in await stranger.content()
    assert (await stranger.inner_text("body")).startswith("Open the address that `aiware console` printed")
    opener.expect("403")


async def test_every_page_is_usable_wide_and_narrow(opener: Opener, served: Served, jobs: dict[str, str]) -> None:
    make_cluster(served.local, "captions")
    tdo_id = make_tdo(served.local, "town hall")
    request_export(served.local, tdo_id, "vtt")
    submit(served.local, targetId=tdo_id)
    # Lists of a row or two: the rows are alike, and each takes its time.
    pages = {
        f"jobs?tdo={tdo_id}": "town hall",
        f"jobs/{jobs['done']}": "Speechmatics",
        "recordings": "town hall",
        "exports": "failed",
        "clusters": "captions",
        "engines?search=writer": "Output Writer",
        f"engines/{engines.CHUNK}": "ffmpegTemplate",
    }
    schemes: tuple[tuple[int, Scheme], ...] = ((WIDE, "light"), (NARROW, "dark"))
    for width, scheme in schemes:
        page = await opened(opener, served, "exports", width=width, scheme=scheme)
        for path, seen in pages.items():
            await page.goto(f"{served.origin}/environment/{path}")
            await expect(page.locator("#content")).to_contain_text(seen)
            # The lists have the same colors: two pages tell of the dark ones.
            if scheme == "light" or path.startswith("jobs"):
                assert await barriers(page) == [], path
            if path.startswith("jobs/"):
                # Inside of pictures, axe-core does not look at contrast.
                await expect(page.locator(".mermaid-graph .node p").first).to_have_css("color", await color(page))
            assert await page.evaluate("document.documentElement.scrollWidth") <= width, path
