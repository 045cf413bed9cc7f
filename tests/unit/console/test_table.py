"""The cells of tables."""

from __future__ import annotations

import pytest

from aiware_resources.console.table import link, status, text, tone

SIGNED = "https://s3.test/a.mp4?X-Amz-Signature=abcdef0123"


def test_names_hold_no_signatures() -> None:
    for cell in (text(SIGNED), link(SIGNED, "/there")):
        assert cell is not None
        assert "abcdef0123" not in cell["text"]
        assert "https://s3.test/a.mp4" in cell["text"]


def test_nothing_has_no_cell() -> None:
    assert (text(""), text(0), link(None, "/there")) == (None, None, None)


@pytest.mark.parametrize(
    ("word", "color"),
    [("complete", "done"), ("downloaded", "done"), ("aborted", "failed"), ("queued", "idle"), ("running", "open")],
)
def test_statuses_have_colors(word: str, color: str) -> None:
    assert tone(word) == color
    assert status(word) == {"text": word, "tone": color}


def test_a_word_that_nobody_has_told_of_is_work_under_way() -> None:
    assert tone("reindexing") == "open"
    assert status(None)["text"] == "not shown"
