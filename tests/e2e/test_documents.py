"""Jobs as people send them, in a program: each runs to its end, and nothing is done twice."""

from __future__ import annotations

import json
from typing import Any

from pydantic.alias_generators import to_snake

from tests.contracts.documents import RIGHT, URL
from tests.support.local import Local
from tests.support.project import Project

PROGRAM = """
import json

media = [{{"asset_type": "media", "uri": "{url}"}}]
tdo = TemporalDataObject("tdo", start_date_time=1574311000, stop_date_time=1574315000, assets=media)
for name, job in json.loads({documents!r}).items():
    if job.get("target_id"):
        job["target_id"] = tdo.id
    Job(name, **job)
"""

NOT_CARRIED = "adapter of a TDO, null url"
"""Pulumi cannot carry a null in an engine's own JSON, which the program is told."""

OF_OTHERS = {"payload", "details", "jobConfig", "options"}


def in_python(value: Any) -> Any:
    """Properties under the names that a program gives them."""
    if isinstance(value, list):
        return [in_python(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {to_snake(key): item if key in OF_OTHERS else in_python(item) for key, item in value.items()}


def test_what_is_right_runs_in_a_program(project: Project, local: Local) -> None:
    documents = {document.name: in_python(document.job) for document in RIGHT if document.name != NOT_CARRIED}
    project.program(PROGRAM.format(url=URL, documents=json.dumps(documents)))
    project.up()
    assert len(local.objects()["jobs"]) == len(documents) == len(RIGHT) - 1
    assert {job["status"] for job in local.objects()["jobs"]} == {"complete"}
    project.up()
    assert project.changes() == {}
    assert local.mutations() == {"createTDO": 1, "createJob": len(documents)}
