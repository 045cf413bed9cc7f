"""The report of a run as HTML, JSON and JUnit XML."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from aiware_resources.report.run import Run, html, junit, sentence
from aiware_resources.report.run.html import LISTED
from aiware_resources.report.run.model import Failure, Requests
from aiware_resources.report.run.timeline import SHOWN
from tests.unit.report.pages import first, read
from tests.unit.report.run.examples import at, everything, job

VOID = {"meta", "link", "img", "br", "hr", "input"}


class HtmlFile(SingleFileSnapshotExtension):
    """A golden page as a file of its own, to be opened in a browser."""

    file_extension = "html"
    _write_mode = WriteMode.TEXT


class XmlFile(HtmlFile):
    """The same for XML."""

    file_extension = "xml"


class Strict(HTMLParser):
    """Refuses elements that are not closed in their order, and collects attributes and headings."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.seen: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def made(**more: object) -> Run:
    return everything().model_copy(update=more)


def test_html(snapshot: SnapshotAssertion) -> None:
    assert html(everything()) == snapshot(extension_class=HtmlFile)


def test_junit(snapshot: SnapshotAssertion) -> None:
    assert junit(everything()) == snapshot(extension_class=XmlFile)


def test_a_page_is_well_formed_and_needs_nothing_else() -> None:
    parser = Strict()
    parser.feed(html(everything()))
    parser.close()
    assert parser.open == []
    assert {"src", "href", "srcset", "action", "onclick", "style"}.isdisjoint(name for name, _ in parser.attributes)
    assert {"script", "link", "img", "iframe", "object", "image", "use"}.isdisjoint(parser.seen)
    style = first(read(html(everything())), "style").text
    assert "url(" not in style
    assert "@import" not in style


def test_a_page_can_be_read_by_everybody() -> None:
    page = read(html(everything()))
    headings = [int(each.name[1]) for each in page.select("h1, h2, h3")]
    assert headings[0] == 1
    assert all(below - above <= 1 for above, below in pairwise(headings))
    assert all(table.select("caption") for table in page.select("table"))
    assert all(drawing.get("aria-hidden") or drawing.select("title, desc") for drawing in page.select("svg"))
    assert all(head.get("scope") for head in page.select("th"))
    style = first(page, "style").text
    assert "prefers-color-scheme: dark" in style
    assert "max-width: 640px" in style
    assert first(page, "meta[name=viewport]")["content"] == "width=device-width, initial-scale=1"


def test_text_from_outside_is_not_markup() -> None:
    hostile = "<img src=x onerror=alert(1)>\"'&]]>"
    failure = Failure(reason=hostile, remedy=hostile, log=(hostile,))
    run = made(jobs=(job(hostile, "failed", failure=failure, tdo="1", tdo_name=hostile),), not_known=(hostile,))
    page = read(html(run))
    assert page.select("img") == []
    assert page.text.count(hostile) > 5
    case = ElementTree.fromstring(junit(run)).find(".//testcase")  # noqa: S314 - we have just written it
    assert case is not None
    assert case.get("name") == hostile


def test_many_jobs_are_not_many_rows() -> None:
    jobs = tuple(job(f"j{number}", start=number) for number in range(LISTED + 30))
    failed = job("broken", "failed", start=9_999, failure=Failure(reason="it broke", remedy=""))
    page = read(html(made(jobs=(*jobs, failed), fleets=(), exports=(), files=())))
    rows = page.select("section table tbody tr")
    assert len(rows) == LISTED
    assert "broken" in rows[0].text
    assert "31 jobs more: --format json tells all." in page.text
    labels = [each.text for each in page.select("svg text.job")]
    assert len(labels) == SHOWN
    assert any("broken" in label for label in labels)


def test_what_did_not_have_to_run_is_not_in_the_timeline() -> None:
    labels = [each.text for each in read(html(everything())).select("svg text.job")]
    assert labels == [
        "council · complete · 1 min 0 s",
        "storm · failed · 31 s",
        "episodes[ep-7] · complete · 1 min 5 s",
        "episodes[ep-9] · failed · 1 min 0 s",
        "live · running · 8 min 30 s",
    ]


def test_junit_counts_what_ci_shows() -> None:
    root = ElementTree.fromstring(junit(everything()))  # noqa: S314 - we have just written it
    suite = root.find("testsuite")
    assert suite is not None
    assert {key: suite.get(key) for key in ("name", "tests", "failures", "errors", "skipped")} == {
        "name": "studio/dev",
        "tests": "9",
        "failures": "4",
        "errors": "0",
        "skipped": "2",
    }
    storm = next(case for case in suite if case.get("name") == "storm")
    failure = storm.find("failure")
    assert (storm.get("classname"), storm.get("time")) == ("studio.dev.Job", "31.000")
    assert failure is not None
    assert failure.text is not None
    assert failure.get("message") == "failed: Speechmatics (c0e55cde): invalid_data: no speech in it"
    assert "no speech in <stdin> & others" in failure.text
    assert "aiware jobs logs" in failure.text
    fleet = next(case for case in suite if case.get("name") == "episodes")
    assert [each.get("message") for each in fleet] == ["9 of 10,000 jobs failed."]


def test_json_has_all() -> None:
    told = json.loads(everything().as_json())
    assert told["summary"] == sentence(everything())
    assert [each["name"] for each in told["jobs"]] == ["council", "storm", "live", "old", "purged"]
    assert told["jobs"][0]["transcripts"][0]["confidence"] == 0.914
    assert told["jobs"][3]["transcripts"] is None
    assert told["files"][0]["firstLines"] == ["WEBVTT", "<i>Hm.</i>"]
    assert Run.model_validate(told) == everything()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({}, "15 jobs ran, 9,989 did not have to, of 1 it is not known. 10 jobs and 1 export failed"),
        ({"jobs": (job("a"), job("b", ran=False)), "fleets": (), "exports": ()}, "1 job ran, 1 did not have to"),
        ({"jobs": (job("a"),), "exports": ()}, "13 jobs ran, 9,988 did not have to. 9 jobs failed"),
        ({"jobs": (job("a"),), "fleets": (), "exports": (), "update": None}, "The stack has 1 job"),
        ({"jobs": (), "fleets": (), "exports": ()}, "The stack has no jobs"),
    ],
)
def test_sentence(more: dict[str, object], said: str) -> None:
    assert sentence(made(**more)) == said


def test_an_empty_stack_has_a_page() -> None:
    run = Run(project="studio", stack="dev", made=at(0))
    assert first(read(html(run)), "h1").text == "The stack has no jobs."
    assert ElementTree.fromstring(junit(run)).findall(".//testcase") == []  # noqa: S314 - as above


@pytest.mark.parametrize(
    ("requests", "said"),
    [
        (Requests(sent=41, refused=0, held=0), "aiWARE was asked 41 times; nothing had to wait for a rate limit."),
        (Requests(sent=1, refused=0, held=3), "aiWARE was asked 1 time; the rate limit refused 0, and held requests"),
        (None, None),
    ],
)
def test_a_page_tells_of_requests_and_waits_where_they_are_known(requests: Requests | None, said: str | None) -> None:
    text = first(read(html(made(requests=requests))), "header").text
    assert (said in text) if said else ("aiWARE was asked" not in text)
