"""From Python's names to the API's, at every depth, and never inside somebody's data."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Annotated, Any

import pulumi
import pytest
from pydantic import Field

from aiware_resources.cluster import ClusterState
from aiware_resources.export_request import ExportState
from aiware_resources.job import JobState
from aiware_resources.reconcile import ApiModel
from aiware_resources.reconcile.naming import api_properties, python_name
from aiware_resources.temporal_data_object import TdoState


def test_names_are_translated_at_every_depth() -> None:
    folder = {"reference_id": "out", "mode": "stream", "type": "output"}
    task = {
        "engine_id": "e",
        "io_folders": [folder],
        "execution_preferences": {"parent_complete_before_starting": True},
    }
    route = {"parent_io_folder_reference_id": "out", "child_io_folder_reference_id": "in"}
    assert api_properties(JobState, {"target_id": "1", "tasks": [task], "routes": (route,)}) == {
        "targetId": "1",
        "tasks": [
            {
                "engineId": "e",
                "ioFolders": [{"referenceId": "out", "mode": "stream", "type": "output"}],
                "executionPreferences": {"parentCompleteBeforeStarting": True},
            }
        ],
        "routes": [{"parentIoFolderReferenceId": "out", "childIoFolderReferenceId": "in"}],
    }


def test_the_keys_of_a_payload_are_somebodys_data() -> None:
    data = {"snake_key": 1, "nested": [{"other_key": None}]}
    assert api_properties(JobState, {"tasks": [{"payload": data}], "job_config": data, "triggers": [data]}) == {
        "tasks": [{"payload": data}],
        "jobConfig": data,
        "triggers": [data],
    }
    formats = [{"extension": "vtt", "options": {"max_lines": 1}}]
    assert api_properties(ExportState, {"output_configurations": [{"formats": formats}]}) == {
        "outputConfigurations": [{"formats": formats}]
    }
    assert api_properties(TdoState, {"details": {"a_b": 1}}) == {"details": {"a_b": 1}}


def test_names_that_are_the_apis_own_already_stay() -> None:
    task = {"engineId": "e", "ioFolders": [{"referenceId": "a"}]}
    assert api_properties(JobState, {"targetId": "1", "tasks": [task]}) == {"targetId": "1", "tasks": [task]}


def test_what_is_not_given_is_left_out_but_what_is_empty_is_not() -> None:
    given = {"tags": [], "paused": False, "container_tag": "", "name": None, "cluster_config": {}}
    assert api_properties(ClusterState, given) == {
        "tags": [],
        "paused": False,
        "containerTag": "",
        "clusterConfig": {},
    }


def test_a_name_that_is_not_known_is_translated_as_well_so_that_check_can_refuse_it() -> None:
    assert api_properties(JobState, {"engine_ids": ["a"]}) == {"engineIds": ["a"]}


def test_capitals_that_the_api_wants_are_kept() -> None:
    assert api_properties(ClusterState, {"restart_time_utc": "03:00"}) == {"restartTimeUTC": "03:00"}


class Inner(ApiModel):
    some_name: str = Field(alias="someOTHERName")


class Outer(ApiModel):
    either: Inner | list[Annotated[Inner, "one of many"]] | str


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"some_name": "x"}, {"someOTHERName": "x"}),
        ([{"some_name": "x"}], [{"someOTHERName": "x"}]),
        ("some_name", "some_name"),
    ],
)
def test_a_union_is_translated_by_what_the_value_is(value: Any, expected: Any) -> None:
    assert api_properties(Outer, {"either": value}) == {"either": expected}


async def test_outputs_are_translated_when_they_resolve() -> None:
    tasks = pulumi.Output.from_input([pulumi.Output.from_input({"engine_id": "e", "payload": {"a_b": 1}})])
    translated = api_properties(
        JobState, {"tasks": tasks, "target": {"parent_folder_id": pulumi.Output.from_input("7")}}
    )
    async with asyncio.timeout(20):
        assert await translated["tasks"].future() == [{"engineId": "e", "payload": {"a_b": 1}}]
        assert await translated["target"]["parentFolderId"].future() == "7"


async def test_a_secret_stays_one() -> None:
    translated = api_properties(JobState, {"tasks": pulumi.Output.secret([{"engine_id": "e"}])})
    async with asyncio.timeout(20):
        assert await translated["tasks"].is_secret()


def test_the_engines_own_keys_stay_as_they_are() -> None:
    assert [python_name(key) for key in ("targetId", "restartTimeUTC", "__owner", "name")] == [
        "target_id",
        "restart_time_utc",
        "__owner",
        "name",
    ]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (datetime(2026, 3, 2, 9, tzinfo=UTC), "2026-03-02T09:00:00.000Z"),
        (datetime(2026, 3, 2, 10, tzinfo=timezone(timedelta(hours=1))), "2026-03-02T09:00:00.000Z"),
        (datetime(2026, 3, 2, 9, 0, 0, 1500), "2026-03-02T09:00:00.001Z"),
        (date(2026, 3, 2), "2026-03-02T00:00:00.000Z"),
        (1772442000, 1772442000),
        ("2026-03-02", "2026-03-02"),
    ],
)
def test_times_of_python_are_written_as_aiware_writes_them(given: Any, said: Any) -> None:
    assert api_properties(TdoState, {"start_date_time": given}) == {"startDateTime": said}
    assert api_properties(JobState, {"target": {"stop_date_time": given}}) == {"target": {"stopDateTime": said}}
    assert api_properties(JobState, {"tasks": [{"execution_preferences": {"due_date_time": given}}]}) == {
        "tasks": [{"executionPreferences": {"dueDateTime": said}}]
    }
    assert api_properties(ExportState, {"tdo_data": [{"start_date": given}]}) == {"tdoData": [{"startDate": said}]}


def test_times_in_somebodys_data_stay_as_they_are() -> None:
    when = datetime(2026, 3, 2, tzinfo=UTC)
    assert api_properties(TdoState, {"details": {"when": when}}) == {"details": {"when": when}}
