"""The report of a run as Markdown."""

from __future__ import annotations

from markdown_it import MarkdownIt

from aiware_resources.report.run import Run, markdown
from aiware_resources.report.run.markdown import LISTED
from aiware_resources.report.run.model import Failure
from tests.unit.report.run.examples import at, everything, job


def test_it_tells_what_ran_and_what_failed() -> None:
    text = markdown(everything())
    assert text.splitlines()[0].startswith("### ")
    assert "The update " in text
    assert "| fleet | status | jobs | ran |" in text
    assert "| failed | why |" in text


def test_what_others_wrote_stays_in_its_cell() -> None:
    said = "a | b <script>alert(1)</script> `c` [x](http://evil.test)"
    failed = [job(f"job-{number}", failure=Failure(reason=said, remedy="")) for number in range(LISTED + 2)]
    text = markdown(Run(project="p", stack="s", made=at(0), jobs=tuple(failed)))
    assert "And 2 more." in text
    shown = MarkdownIt().enable("table").render(text)
    assert shown.count("<tr>") == LISTED + 1
    assert "<script>" not in shown
    assert "<a " not in shown
