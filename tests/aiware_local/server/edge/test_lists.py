"""The lists of Edge: jobs, engines, engine categories; filters, order and pages."""

from __future__ import annotations

import json
from typing import Any

import pytest

from aiware_local.launcher import ORGANIZATION_UUID
from aiware_local.server.edge.ids import internal_engine_id, internal_job_id, internal_recording_id, job_id_of
from tests.aiware_local.edge_support import NOWHERE, Edge, translation_job
from tests.aiware_local.support import MONDAY, SPEECHMATICS, TRANSLATION, WRITER, Local

TRANSLATE = "3b2b2ff8-44aa-4db4-9b71-ff96c3bf5923"
CANCEL = "mutation($id: ID!) { cancelJob(id: $id) { id } }"


async def _jobs(edge: Edge, **query: Any) -> list[str]:
    return [job["internalJobID"] for job in (await edge.get("/proc/jobs", **query))["result"]]


async def _engines(edge: Edge, **query: Any) -> list[str]:
    return [engine["engineID"] for engine in (await edge.get("/admin/engines", **{"limit": 100, **query}))["result"]]


@pytest.fixture
async def three(local: Local, edge: Edge) -> list[str]:
    """Three jobs, ten seconds apart, the first at a whole second; each takes two seconds."""
    made = []
    for number in range(3):
        made.append(await edge.new_job(coreID=NOWHERE) if number == 1 else await edge.new_job())
        local.clock.advance(10)
    return made


# --- jobs ------------------------------------------------------------------------------------------------------------


async def test_an_empty_list(edge: Edge) -> None:
    assert await edge.get("/proc/jobs") == {"success": True, "offset": 0, "limit": 10, "count": 0, "result": []}


async def test_newest_first_and_as_their_details(edge: Edge, three: list[str]) -> None:
    answer = await edge.get("/proc/jobs")
    assert answer["result"] == [await edge.detail(job_id) for job_id in reversed(three)]
    assert answer["count"] == 3


async def test_pages(edge: Edge, three: list[str]) -> None:
    jobs = [translation_job() for _ in range(9)]
    everything = [*three, *await edge.create(*jobs)]
    first = await edge.get("/proc/jobs")
    assert (first["offset"], first["limit"], first["count"]) == (0, 10, 10)
    second = await edge.get("/proc/jobs", offset=10)
    assert (second["offset"], second["count"]) == (10, 2)
    found = [job["internalJobID"] for job in [*first["result"], *second["result"]]]
    assert found == list(reversed(everything))
    assert (await edge.get("/proc/jobs", offset=12))["result"] == []
    assert len(await _jobs(edge, limit=1000)) == 12


async def test_order(local: Local, edge: Edge, three: list[str]) -> None:
    assert await _jobs(edge, direction="ASC") == three
    assert await _jobs(edge, direction="desc") == three[::-1]
    assert await _jobs(edge, orderBy="internalJobID", direction="ASC") == sorted(three)
    assert await _jobs(edge, orderBy="coreJobID", direction="ASC") == sorted(three, key=lambda one: str(job_id_of(one)))
    running = await edge.new_job(dueDateTime="2031-01-01T00:00:00Z")
    assert await _jobs(edge, orderBy="dueDateTime", limit=1) == [running]
    assert await _jobs(edge, orderBy="completedDateTime") == [*three[::-1], running]
    assert await _jobs(edge, orderBy="startedDateTime", direction="ASC") == [running, *three]
    assert await _jobs(edge, orderBy="modifiedDateTime", direction="ASC") == [*three, running]
    assert await _jobs(edge, orderBy="jobStatus", limit=1) == [running]


MOMENTS: list[tuple[dict[str, int], list[int]]] = [
    ({"startTime": 10}, [1, 2]),
    ({"startTime": 11}, [2]),
    ({"endTime": 10}, [0, 1]),
    ({"startTime": 10, "endTime": 10}, [1]),
    ({"CreatedAfter": 10}, [2]),
    ({"CreatedAfter": 9}, [1, 2]),
    ({"CreatedBefore": 10}, [0]),
    ({"CreatedBefore": 11}, [0, 1]),
    ({"modifiedAfter": 12}, [2]),  # each changed last when it was complete, two seconds after its making
    ({"modifiedAfter": 11}, [1, 2]),
    ({"modifiedBefore": 12}, [0]),
    ({"modifiedBefore": 13}, [0, 1]),
    ({"CreatedAfter": -1, "CreatedBefore": 21, "modifiedAfter": 2, "modifiedBefore": 22}, [1]),
]
"""What a query says, in seconds since the first job was made, and which of the three jobs are then listed."""


async def test_moments_are_seconds_since_the_epoch(edge: Edge, three: list[str]) -> None:
    for query, chosen in MOMENTS:
        moments = {name: int(MONDAY) + seconds for name, seconds in query.items()}
        assert await _jobs(edge, direction="ASC", **moments) == [three[place] for place in chosen], query


async def test_filters(local: Local, edge: Edge, three: list[str]) -> None:
    running = await edge.new_job()
    local.clock.advance(0.5)
    await local.ask(CANCEL, id=job_id_of(running))
    assert await _jobs(edge, status="aborted") == [running]
    assert await _jobs(edge, status="complete") == three[::-1]
    assert await _jobs(edge, status="rejected") == []
    assert await _jobs(edge, coreID=NOWHERE) == [three[1]]
    assert await _jobs(edge, organizationID=ORGANIZATION_UUID, limit=100) == [running, *three[::-1]]
    assert await _jobs(edge, jobID=three[2]) == [three[2]]
    assert await _jobs(edge, jobID=NOWHERE) == []
    assert await _jobs(edge, coreJobID=job_id_of(three[0])) == [three[0]]
    recording = internal_recording_id(str((await edge.detail(three[0]))["coreRecordingId"]))
    assert await _jobs(edge, recordingID=recording) == [three[0]]


async def test_jobs_of_graphql_are_listed(local: Local, edge: Edge) -> None:
    job = await local.run_transcription("https://media.example/a.mp4")
    assert await _jobs(edge) == [internal_job_id(job["id"])]


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"status": "cancelled"}, "status: Input should be 'scheduled'"),
    ({"limit": 0}, "limit: Input should be greater than or equal to 1"),
    ({"limit": 1001}, "limit: Input should be less than or equal to 1000"),
    ({"limit": "ten"}, "limit: must be a whole number"),
    ({"offset": -1}, "offset: Input should be greater than or equal to 0"),
    ({"offset": "1.0"}, "offset: must be a whole number"),
    ({"orderBy": "name"}, "orderBy is 'name'; it must be one of createdDateTime"),
    ({"direction": "up"}, "direction: must be ASC or DESC"),
    ({"jobID": "26112411_aaaaaaaaaa"}, "jobID: must be a UUID"),
    ({"CreatedAfter": "2026-11-24"}, "CreatedAfter: must be a whole number"),
    ({"CreatedAfter": 2**63}, "CreatedAfter: Input should be less than"),
    ({"createdAfter": 5}, "createdAfter is not known to the API"),
    ({"limit": [1, 2]}, "The query gives limit more than once"),
]


async def test_refused_queries(edge: Edge) -> None:
    for query, says in REFUSED:
        status, detail = await edge.refused("GET", "/proc/jobs", params=query)
        assert (status, detail[: len(says)]) == (400, says)


async def test_other_organizations_are_forbidden(edge: Edge) -> None:
    for path, name in (("/proc/jobs", "organizationID"), ("/admin/engines", "internalOrganizationID")):
        status, detail = await edge.refused("GET", path, params={name: NOWHERE})
        assert (status, detail.partition(":")[0]) == (403, f"{name} is {NOWHERE}")


# --- engines ---------------------------------------------------------------------------------------------------------


async def test_engines(local: Local, edge: Edge) -> None:
    answer = await edge.get("/admin/engines", engineIDs=TRANSLATION)
    fields = json.loads(answer["result"][0].pop("fieldsJSON"))
    assert [field["name"] for field in fields] == ["url", "target"]
    assert answer == {
        "success": True,
        "offset": 0,
        "limit": 10,
        "count": 1,
        "result": [
            {
                "engineID": TRANSLATION,
                "engineName": "Translation - Spanish to English",
                "engineCategoryID": TRANSLATE,
                "engineState": "active",
                "engineType": "chunk",
                "engineOutputType": "chunk",
                "internalOrganizationID": ORGANIZATION_UUID,
                "preload": False,
                "createdDateTime": "2019-01-01T00:00:00.000Z",
                "modifiedDateTime": "2019-01-01T00:00:00.000Z",
            }
        ],
    }
    everything = [internal_engine_id(engine) for engine in local.installation.catalogue.engines]
    assert await _engines(edge) == everything
    assert [engine for offset in (0, 10, 20) for engine in await _engines(edge, limit=10, offset=offset)] == everything


AMAZON_TRANSLATE = "1fc4d3d4-54ab-42d1-882c-cfc9df42f386"


async def test_filters_of_engines(edge: Edge) -> None:
    everything = await _engines(edge)
    assert await _engines(edge, engineName="spanish") == [TRANSLATION]
    assert await _engines(edge, engineCategoryID=TRANSLATE) == [TRANSLATION, AMAZON_TRANSLATE]
    assert await _engines(edge, engineIDs=f"{WRITER}, {SPEECHMATICS.upper()}") == [SPEECHMATICS, WRITER]
    assert await _engines(edge, engineIDs=NOWHERE) == []
    assert await _engines(edge, engineState="active") == everything
    assert await _engines(edge, engineState="paused") == []
    chunks = await _engines(edge, engineType="chunk")
    assert await _engines(edge, engineOutputType="chunk") == chunks
    assert await _engines(edge, engineType="batch") == [internal_engine_id("insert-into-index")]
    assert SPEECHMATICS in chunks
    assert len(chunks) < len(everything)
    assert await _engines(edge, preload="true") == []
    assert await _engines(edge, preload="false") == everything
    assert await _engines(edge, startTime=1546300800, endTime=1546300800) == everything
    assert await _engines(edge, startTime=1546300801) == []
    assert await _engines(edge, internalOrganizationID=ORGANIZATION_UUID) == everything


async def test_order_of_engines(edge: Edge) -> None:
    for field in ("engineName", "engineID", "engineCategoryID", "engineState", "engineType", "modifiedDateTime"):
        answer = await edge.get("/admin/engines", orderBy=field, direction="ASC", limit=100)
        values = [engine[field] for engine in answer["result"]]
        assert values == sorted(values)


async def test_refused_queries_of_engines(edge: Edge) -> None:
    for query in ({"engineType": "other"}, {"preload": "yes"}, {"orderBy": "price"}, {"engineState": "disabled"}):
        assert (await edge.refused("GET", "/admin/engines", params=query))[0] == 400


async def test_categories(local: Local, edge: Edge) -> None:
    answer = await edge.get("/admin/engine/categories")
    assert answer["success"] is True
    assert [category["engineCategoryID"] for category in answer["result"]] == list(
        local.installation.catalogue.categories
    )
    assert answer["result"][1] == {
        "engineCategoryID": TRANSLATE,
        "engineCategoryName": "Translate",
        "engineCategoryType": "translate",
        "createdDateTime": "2019-01-01T00:00:00.000Z",
        "modifiedDateTime": "2019-01-01T00:00:00.000Z",
    }
