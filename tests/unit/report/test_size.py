"""A comment holds so many characters: a report of any size fits, and names every address or counts them by folder."""

from __future__ import annotations

import re
from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aiware_resources.report import GITHUB_LIMIT, Report, markdown
from aiware_resources.report.lines import folder_counts
from aiware_resources.report.model import Change, Reason, Row
from tests.unit.report.made import report
from tests.unit.report.test_rows import graph, new_recording

NAME = st.text("abcXYZ0189-_.é|`*<", min_size=1, max_size=90)


def rows(addresses: list[str], *, alike: bool) -> Report:
    """A report of so many recordings, to which the same happens, or to each something of its own."""
    made = [
        Row(
            f"r{number}",
            "recording",
            "create",
            ("transcribe",) if alike else (f"transcribe {number}",),
            address,
            because=(Reason(f"reason {number}"),) if not alike else (),
            changes=(Change(f"urn:pulumi:s::p::t::r{number}", "", "create", "runs", notes=("x" * 300,)),),
        )
        for number, address in enumerate(addresses)
    ]
    return Report("p", "s", rows=tuple(made))


def counted_in(text: str) -> int:
    """How many recordings are named, or counted by folder."""
    named = len(re.findall(r"`r\d+`", text))
    return named + sum(int(count.replace(",", "")) for count in re.findall(r"(?:`|an address): ([\d,]+)", text))


@settings(deadline=None, max_examples=10)
@given(st.integers(1, 600), st.lists(NAME, min_size=1, max_size=5), st.integers(1, 500), st.booleans(), st.booleans())
def test_a_report_fits(count: int, parts: list[str], folders: int, alike: bool, deep: bool) -> None:
    middle = "/".join(parts * (3 if deep else 1))
    addresses = [f"https://host/{n % folders}/{middle}/file-{n}.mp4" for n in range(count)]
    text = markdown(rows(addresses, alike=alike))
    assert len(text) <= GITHUB_LIMIT
    if any(f"file-{n}.mp4" not in text for n in range(count)):
        assert counted_in(text) == count


@pytest.mark.parametrize("count", [40, 400])
def test_every_address_of_a_program_is_named(count: int) -> None:
    url = "https://media.example.com/archive/{}/council-{}.mp4?X-Amz-Signature=4c1d9a"
    steps = [
        each
        for number in range(count)
        for each in new_recording(f"council-{number}", tasks=graph(url.format(number // 12, number)))
    ]
    text = unescape(markdown(report(*steps)))
    assert len(text) <= GITHUB_LIMIT
    assert f"**{count} recordings** | **transcribe, vtt**" in text
    assert all(f"council-{number}.mp4" in text for number in range(count))
    assert "shortened" not in text
    assert "4c1d9a" not in text


def test_thousands_are_counted_by_folder() -> None:
    text = markdown(rows([f"https://media.example.com/{n // 50}/episode-{n}.mp4" for n in range(5_000)], alike=True))
    assert len(text) <= GITHUB_LIMIT
    assert "`https://media.example.com/99/`: 50</details>" in text
    assert counted_in(text) == 5_000


def test_many_and_long_errors_fit_too() -> None:
    made = Report("p", "s", errors=tuple(f"job {number}: {'x' * 900}" for number in range(400)))
    text = markdown(made)
    assert len(text) <= GITHUB_LIMIT
    assert "job 0:" in text
    assert re.search(r"… and \d+ more", text)


def test_of_many_folders_those_above_them_are_counted() -> None:
    addresses = [f"https://host/{year}/{day}/a.mp4" for year in (1, 2) for day in range(50)]
    assert folder_counts(addresses, 100) == {f"https://host/{y}/{d}/": 1 for y in (1, 2) for d in range(50)}
    assert folder_counts(addresses, 60) == {"https://host/1/": 50, "https://host/2/": 50}
    assert folder_counts(addresses, 1) == {"https://host/": 100}
    hosts = [f"https://host{number}/a.mp4" for number in range(5)]
    assert folder_counts([*hosts, "https://host0/b.mp4", "file:a.mp4"], 1) == {"elsewhere": 7}
    assert sum(folder_counts([*hosts, "plain"], 3).values()) == 6
