"""What is wrong with a fleet is said before anything is submitted."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import Any

import pytest

from aiware_resources import JobTemplate, engines, export_request, job_fleet, media_value, pipelines
from aiware_resources.export_request import ExportProvider
from aiware_resources.fleet.checking import problems
from aiware_resources.fleet.entries import Entry, fingerprint, jobs_of
from aiware_resources.fleet.files.formats import TRANSCRIPTION, CaptionFormat, captions_of, configurations
from aiware_resources.job_fleet import JobFleetProvider
from aiware_resources.settings import Settings


@pytest.mark.parametrize(
    ("argument", "path", "says"),
    [
        ({"cluster_id": "c"}, "clusterId", "belongs beside the template"),
        ({"on_failure": "keep"}, "onFailure", "belongs beside the template"),
        ({"wait": False}, "wait", "belongs beside the template"),
        ({"adopt": "j1"}, "adopt", "belongs beside the template"),
        ({"results_to": "out"}, "resultsTo", "belongs beside the template"),
    ],
)
def test_a_template_says_what_jobs_are_and_nothing_else(argument: dict[str, Any], path: str, says: str) -> None:
    make: Any = JobTemplate
    template = make(tasks=[], **argument).properties
    found = problems(Settings(), {}, {"template": template, "media": {"a": {}}})
    assert [(problem.path, says in problem.reason) for problem in found] == [(("template", path), True)]


def vtt(ending: str) -> dict[str, Any]:
    return {"extension": "vtt", "options": {"fileExtension": ending}}


@pytest.mark.parametrize(
    ("given", "path", "says"),
    [
        ({"exports": [{"extension": "vtt"}]}, "exports", "give download_to"),
        ({"downloadTo": "out"}, "downloadTo", "give exports"),
        ({"downloadTo": "out", "exports": []}, "downloadTo", "give exports"),
        ({"downloadTo": "out", "exports": [{"extension": "vttt"}]}, "exports[0].extension", "must be"),
        ({"downloadTo": "out", "exports": [{"extension": "vlf", "options": {"x": 1}}]}, "exports[0].options.x", "vlf"),
        ({"downloadTo": "out", "exports": [vtt("x"), vtt("X")]}, "exports[1]", "as exports[0] does"),
        ({"resultsTo": "out\n"}, "resultsTo", "control character"),
    ],
)
def test_files_have_a_place_and_a_name_of_their_own(given: dict[str, Any], path: str, says: str) -> None:
    news = {"__owner": "p/s/f", "template": JobTemplate(tasks=[]).properties, "media": {}, **given}
    found = JobFleetProvider().with_settings(Settings()).check({}, news).failures
    assert [each.property for each in found] == [path], found
    assert says in found[0].reason


def test_edge_has_no_captions() -> None:
    settings = Settings(api="edge", endpoint="http://localhost:1/edge/v1", token="t")
    values = {"exports": [CaptionFormat(extension="vtt")], "downloadTo": "out"}
    problems = list(JobFleetProvider().with_settings(settings).problems(values, frozenset()))
    assert [problem.path for problem in problems] == [("exports",), ("downloadTo",)]
    assert all("give the Job or the JobFleet results_to instead" in problem.reason for problem in problems)


def test_captions_are_made_of_what_the_template_finds_out() -> None:
    made = captions_of(
        [{"extension": "vtt"}], JobTemplate(dag=pipelines.transcription("https://media.test/a")).properties
    )
    assert made[0].of == ("engineId", engines.SPEECHMATICS_ENGLISH)
    several = {"tasks": [{"engineId": "one"}, {"engineId": "two"}]}
    assert captions_of([{"extension": "vtt"}], several)[0].of == ("categoryId", TRANSCRIPTION)
    named = captions_of([{"extension": "vtt", "engineId": "two"}, {"extension": "srt", "categoryId": "c"}], several)
    assert [each.of for each in named] == [("engineId", "two"), ("categoryId", "c")]
    assert [len(each["formats"]) for each in configurations([*made, *made, *named])] == [2, 1, 1]


def test_beside_a_fleet_with_captions_no_request_is_taken_for_one_whose_answer_was_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = threading.Event()
    for module in (job_fleet, export_request):
        monkeypatch.setattr(module, "MADE_BY_PROGRAM", made)
    news = {"__owner": "p/s/f", "template": JobTemplate(tasks=[]).properties, "media": {}}
    fleet = JobFleetProvider().with_settings(Settings())
    fleet.check({}, news)
    assert not made.is_set()
    fleet.check({}, {**news, "exports": [{"extension": "vtt"}], "downloadTo": "out"})
    # Asking aiWARE, which is not there, would be an error.
    export = ExportProvider().with_settings(Settings())
    assert export.find({}, None, datetime.now(UTC), lost=True) is None


def test_fleets_of_one_name_in_two_components_are_compared_each_with_its_own() -> None:
    def inputs(parent: str, title: str) -> dict[str, Any]:
        template = JobTemplate(tasks=[], target={"name": media_value("title")}).properties
        owner = {"__owner": "p/s/f", "__parent": parent}
        return {**owner, "template": template, "media": {"a": {"title": title}}, "concurrency": 8}

    fleet = JobFleetProvider().with_settings(Settings())
    was, will = inputs("my:One", "old"), inputs("my:One", "new")
    ((_, job),) = jobs_of(was)
    outs = {**was, "jobs": {"a": Entry("j", "1", owns_target=True, product=fingerprint(job)).text()}}
    fleet.check(was, will)
    # What the other one has recorded is what this one is to become.
    fleet.check(inputs("my:Other", "new"), inputs("my:Other", "newer"))
    assert fleet.diff("id", outs, will).changes
    assert not fleet.diff("id", outs, was).changes
