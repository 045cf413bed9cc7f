"""The report of a run as JUnit XML: each job is a test case, so that CI shows failed jobs as it shows failed tests.

A fleet is one test case, and so is each of its failed jobs that is listed.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element, indent, tostring

from aiware_resources.report.run.elements import element
from aiware_resources.report.run.model import Export, Failure, Fleet, Job, Run
from aiware_resources.text.words import counted


def junit(run: Run) -> str:
    """Writes the report as JUnit XML."""
    cases = list(_cases(run))
    suite = element(
        "testsuite",
        *cases,
        name=f"{run.project}/{run.stack}",
        tests=str(len(cases)),
        failures=_count(cases, "failure"),
        errors="0",
        skipped=_count(cases, "skipped"),
        time=f"{sum(float(case.get('time', 0)) for case in cases):.3f}",
        timestamp=run.made.isoformat(),
    )
    suites = element("testsuites", suite)
    indent(suites)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(suites, encoding="unicode")}\n'


def _cases(run: Run) -> Iterator[Element]:
    for job in run.jobs:
        yield _job(run, job)
    for fleet in run.fleets:
        yield _fleet(run, fleet)
        yield from (_job(run, job) for job in fleet.failed)
    for export in run.exports:
        yield _case(run, export, export.status, None, export.failure)


def _job(run: Run, job: Job) -> Element:
    return _case(run, job, job.status, job.seconds, job.failure)


def _fleet(run: Run, fleet: Fleet) -> Element:
    failure = fleet.failure
    if failure is None and fleet.failures:
        said = f"{fleet.failures:,} of {counted(fleet.jobs, 'job')} failed."
        failure = Failure(reason=said, remedy="The first ones are test cases of their own.")
    ended = sum(fleet.statuses.values()) + fleet.not_shown - sum(fleet.statuses.get(each, 0) for each in _UNDER_WAY)
    return _case(run, fleet, "complete" if ended == fleet.jobs else "running", None, failure)


_UNDER_WAY = ("pending", "queued", "running")


def _case(
    run: Run, each: Job | Fleet | Export, status: str | None, seconds: float | None, failure: Failure | None
) -> Element:
    case = element("testcase", name=each.name, classname=f"{run.project}.{run.stack}.{each.type}")
    if seconds is not None:
        case.set("time", f"{seconds:.3f}")
    if failure is not None:
        text = "\n".join([failure.reason, *failure.log, failure.remedy])
        case.append(element("failure", text, message=failure.reason.split("\n")[0], type=status or "failed"))
    elif status != "complete":
        # A job whose record was purged is not a failure.
        case.append(
            element("skipped", message=f"It has not ended: {status}." if status else "aiWARE does not show it.")
        )
    return case


def _count(cases: list[Element], kind: str) -> str:
    return str(sum(case.find(kind) is not None for case in cases))
