"""The Markdown report: nothing in it is markup but what we mean, and it fits into a comment."""

from __future__ import annotations

from html import unescape

import pytest
from bs4 import Tag
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from aiware_resources.report import GITHUB_LIMIT, Report, markdown, marker
from aiware_resources.report.markup import code, folded, link, prose
from tests.unit.report.made import report, state, step, update
from tests.unit.report.pages import children, first, read

RENDERER = MarkdownIt("commonmark").enable("table")
TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=60
) | st.sampled_from(
    [
        "a|b",
        "`",
        "``a``",
        " x ",
        "<b>",
        "a*b*c",
        "_a_",
        "[x](y)",
        "\\|",
        "![i](j)",
        "&lt;",
        "~~a~~",
        "<!-- x",
        "\\",
        "a\\",
    ]
)
TDO = {"startDateTime": 1, "stopDateTime": 2}


def rendered(text: str) -> Tag:
    return read(RENDERER.render(text))


def cell(written: str) -> Tag:
    """A cell of a table, as it is rendered."""
    table = rendered(f"| a | b |\n|---|---|\n| {written} | end |\n")
    found, last = table.select("tbody td")
    assert last.text == "end"
    return found


@settings(deadline=None, max_examples=40)
@given(TEXTS)
def test_code_is_shown_as_it_is(text: str) -> None:
    shown = cell(code(text))
    assert list(children(shown)) == ["code"]
    assert shown.text == (text or '""')


@settings(deadline=None, max_examples=40)
@given(TEXTS)
def test_prose_is_shown_as_it_is(text: str) -> None:
    shown = cell(f"x {prose(text)} y")
    assert list(children(shown)) == [None]
    assert shown.text.replace("\u200b", "").split() == f"x {text} y".replace("\u200b", "").split()


@settings(deadline=None, max_examples=40)
@given(st.lists(TEXTS, min_size=1, max_size=4))
def test_a_folded_text_is_shown_as_it_is(lines: list[str]) -> None:
    pre = first(cell(folded("summary", "\n".join(lines))), "pre")
    for line_break in pre.select("br"):
        line_break.replace_with("\n")
    assert set(children(pre)) <= {None}
    shown = [line.replace("\xa0", " ").replace("\u200b", "") for line in pre.text.split("\n")]
    assert shown == [line.replace("\xa0", " ").replace("\u200b", "") for line in lines]


def test_mentions_and_links_are_none() -> None:
    written = prose("ask @team about #5 at https://x.y or www.z.w")
    for found in ("@team", "#5", "https://", "www."):
        assert found not in written
    assert "https://" not in folded("s", "https://x.y")


def test_names_and_values_of_users_are_no_markup() -> None:
    hostile = "x|`<img src=x onerror=alert(1)>`| @all **b** <!-- -->"
    old, new = TDO | {"name": hostile}, TDO | {"name": hostile * 3}
    text = markdown(update("TemporalDataObject", old, new, name=hostile))
    page = rendered(text)
    assert page.select("img") == []
    assert first(page, "tbody td:nth-of-type(3) strong").text == "changes in place"
    assert hostile in unescape(first(page, "tbody").text)


def test_only_a_page_is_linked() -> None:
    assert link("run 8", "https://host/runs/8?a=1") == "[run 8](https://host/runs/8?a=1)"
    for hostile in ("", "javascript:alert(1)", "https://a)[b](c", "https://a b", "https://a<b>"):
        assert link("run 8", hostile) == "run 8"


def test_the_marker_is_one_for_each_stack_and_cannot_be_broken_out_of() -> None:
    assert marker(Report("studio", "dev")) == "<!-- aiware-preview: studio/dev -->"
    assert marker(Report("studio", "prod")) != marker(Report("studio", "dev"))
    assert marker(Report("a--> b", "c")).count("-->") == 1


def _large(changes: int, length: int) -> Report:
    """So many changes, each of its own kind."""
    kept = [
        step(
            "update",
            "TemporalDataObject",
            f"t{number:05}",
            state("TemporalDataObject", TDO | {"details": {f"k{number}": "a" * length}}, str(number)),
            state("TemporalDataObject", TDO | {"details": {f"k{number}": "b" * length}}),
        )
        for number in range(changes)
    ]
    graph = [{"engineId": f"engine-{number}"} for number in range(40)]
    jobs = [
        step("create", "Job", f"j{number}", new=state("Job", {"targetId": f"t{number}", "tasks": graph[: number % 40]}))
        for number in range(1, min(changes, 60))
    ]
    return report(*kept, *jobs, step("delete", "TemporalDataObject", "z", state("TemporalDataObject", TDO, "9999")))


@pytest.mark.parametrize(("changes", "length"), [(5, 200_000), (60, 2_000), (600, 10), (20, 3)])
def test_a_long_report_is_shortened(changes: int, length: int) -> None:
    made = _large(changes, length)
    text = markdown(made)
    assert len(text) <= GITHUB_LIMIT
    assert ("This report is shortened" in text) == (len(markdown(made, None)) > GITHUB_LIMIT)
    assert text.rstrip().endswith(marker(made))
    first = next(line for line in text.splitlines() if line.startswith("| 🔴"))
    assert "`z`" in first
    assert text.index(first) < text.index("| 🟡")


def test_as_much_as_fits_is_told() -> None:
    text = markdown(_large(150, 2_000))
    assert GITHUB_LIMIT / 3 < len(text) <= GITHUB_LIMIT
    assert "`t00149`" in text
    assert "characters more" in unescape(text)


def test_without_refresh_nothing_is_said_about_drift() -> None:
    text = markdown(update("TemporalDataObject", TDO, TDO | {"name": "x"}))
    assert "drift not looked at" in text
