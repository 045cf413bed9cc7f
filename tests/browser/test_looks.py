"""The tests of pages notice what they should notice."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.looks import Opener, barriers, check_looks


def page_of(folder: Path, body: str) -> Path:
    """A page in a file, with a body."""
    file = folder / "page.html"
    file.write_text(f"<!doctype html><html lang=en><title>A page</title><main><h1>A page</h1>{body}</main></html>")
    return file


async def test_requests_to_other_machines_and_files_are_noticed(opener: Opener, tmp_path: Path) -> None:
    (tmp_path / "near.png").write_bytes(b"")
    body = "<img alt='' src='https://far.example/a.png'><img alt='' src='near.png'><img alt='' src='data:,'>"
    await opener.open(page_of(tmp_path, body))
    opener.expect("request to https://far.example/a.png")
    opener.expect("near.png")
    opener.expect("console: Failed to load resource: net::ERR_NAME_NOT_RESOLVED")


async def test_errors_are_noticed(opener: Opener, tmp_path: Path) -> None:
    await opener.open(page_of(tmp_path, "<script>console.error('it broke'); missing()</script>"))
    opener.expect("console: it broke")
    opener.expect("exception: missing is not defined")


async def test_what_cannot_be_read_or_is_too_wide_is_noticed(opener: Opener, tmp_path: Path) -> None:
    page = await opener.open(
        page_of(tmp_path, "<style>@media (max-width: 400px) { p { color: #ccc; width: 600px } }</style><p>pale</p>")
    )
    assert await barriers(page) == []
    with pytest.raises(AssertionError, match="390, dark: wider than the window"):
        await check_looks(page)
    assert [found.partition(":")[0] for found in await barriers(page)] == ["color-contrast"]
