"""What an entry's job produces, and what is recorded of it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from aiware_resources import pipelines
from aiware_resources.fleet.entries import Entry, fingerprint, first_fingerprint, is_first, marker
from aiware_resources.job import JobState
from aiware_resources.reconcile.naming import api_properties

GRAPH = pipelines.transcription("https://media.test/a.mp4")
JOB: dict[str, Any] = api_properties(
    JobState,
    {
        "tasks": list(GRAPH.tasks),
        "routes": list(GRAPH.routes),
        "target": {"name": "A", "start_date_time": "2026-03-02T09:00:00Z"},
        "triggers": [1],
    },
)


def edited(edit: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    changed = copy.deepcopy(JOB)
    edit(changed)
    return changed


def renamed(job: dict[str, Any]) -> None:
    """Gives the folders of a job other names."""
    for task in job["tasks"]:
        for folder in task["ioFolders"]:
            folder["referenceId"] += "-x"
    for route in job["routes"]:
        for key in ("parentIoFolderReferenceId", "childIoFolderReferenceId"):
            route[key] += "-x"


def test_fingerprints_are_in_users_states_and_stay() -> None:
    """If this fails, an upgrade of the library would run every job of every fleet again. Never change the value."""
    assert first_fingerprint(JOB) == "f4172130f7e1"
    assert fingerprint(JOB) == "2.924a882eeaff"
    assert (is_first(first_fingerprint(JOB)), is_first(fingerprint(JOB))) == (True, False)


@pytest.mark.parametrize(
    "edit",
    [
        lambda job: job["tasks"][0]["payload"].update(url="b"),
        lambda job: job["tasks"][3].update(engineId="other"),
        lambda job: job["routes"].pop(),
        lambda job: job.update(triggers=2),
        lambda job: job.update(isReprocessJob=True),
        lambda job: job["target"].update(name="n"),
        lambda job: job["tasks"][0].update(standbyTask={"engineId": "e"}),
    ],
)
def test_what_a_job_produces_changes_its_fingerprint(edit: Callable[[dict[str, Any]], object]) -> None:
    assert fingerprint(edited(edit)) != fingerprint(JOB)


@pytest.mark.parametrize(
    "edit",
    [
        renamed,
        lambda job: job["tasks"][0].update(executionPreferences={"maxRetries": 3}),
        lambda job: job.update(clusterId="rt-2", name="n", jobConfig={"a": 1}, retries=2, notificationUris=["x"]),
        lambda job: job["target"].update(startDateTime=1772442000000),
        lambda job: job["target"].update(status="downloaded"),
        lambda job: job.update(isReprocessJob=False, triggers=[1]),
        lambda job: job["routes"].reverse(),
    ],
)
def test_another_spelling_and_another_way_to_run_do_not(edit: Callable[[dict[str, Any]], object]) -> None:
    assert fingerprint(edited(edit)) == fingerprint(JOB)


def test_how_a_standby_task_runs_is_no_part_of_it_either() -> None:
    def with_standby(priority: int) -> dict[str, Any]:
        standby = {"engineId": "e", "executionPreferences": {"priority": priority}}
        return edited(lambda job: job["tasks"][0].update(standbyTask=standby))

    assert fingerprint(with_standby(1)) == fingerprint(with_standby(2))


def test_a_payload_may_hold_anything() -> None:
    def with_payload(number: int) -> dict[str, Any]:
        payload = {"engineId": "e", "executionPreferences": {"a": number}}
        return edited(lambda job: job["tasks"][0].update(payload=payload))

    assert fingerprint(with_payload(1)) != fingerprint(with_payload(2))


@pytest.mark.parametrize(
    ("entry", "text"),
    [
        (Entry("26_x", "460", owns_target=True, product="0123456789ab"), "26_x 460 0123456789ab"),
        (Entry("26_x", "460", owns_target=False, product="0123456789ab"), "26_x =460 0123456789ab"),
        (Entry("26_x", None, owns_target=True, product="0123456789ab"), "26_x - 0123456789ab"),
    ],
)
def test_a_recorded_entry_reads_back(entry: Entry, text: str) -> None:
    assert entry.text() == text
    assert Entry.parse(text) == entry


def test_markers_tell_fleets_entries_and_products_apart() -> None:
    marks = {marker(owner, key, product) for owner in ("p/s/a", "p/s/b") for key in "xy" for product in ("1", "2")}
    assert len(marks) == 8
    assert all(len(mark) == 16 for mark in marks)
