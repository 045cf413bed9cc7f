"""The engine catalogue, and one engine on one file."""

from __future__ import annotations

import json
from typing import Any

import pytest

from aiware_local.engines.roles import ROLES
from aiware_local.installation.catalogue import load_catalogue
from tests.aiware_local.support import ADAPTER, SPEECHMATICS, TRANSLATION, Local

TRANSCRIPTION = "67cd4dd0-2f75-445d-a6f0-2f297d6cd182"
AMAZON_TRANSLATE = "1fc4d3d4-54ab-42d1-882c-cfc9df42f386"
DOCUMENTED = [
    "9e611ad7-2d3b-48f6-a51b-0a1ba40fe255",
    "9e611ad7-2d3b-48f6-a51b-0a1ba40feab4",
    "352556c7-de07-4d55-b33f-74b1cf237f25",
    "8bdb0e3b-ff28-4f6e-a3ba-887bd06e6440",
    "75fc943b-b5b0-4fe1-bcb6-9a7e1884257a",
    "29694232-a4f5-4622-a422-b48f206ca52a",
    "c0e55cde-340b-44d7-bb42-2e0d65e98255",
    "f99d363b-d20a-4498-b3cc-840b79ee7255",
    "8eccf9cc-6b6d-4d7d-8cb3-7ebf4950c5f3",
    "045e675b-ed7c-43bf-8300-a2f2102f57a4",
    "95c910f6-4a26-4b66-96cb-488befa86466",
    "5305265c-d566-4716-8904-debf7e0ac857",
    "d66f553d-3cef-4c5a-9b66-3e551cc48b4b",
    "e62665c7-f855-4168-8aa3-668a7b0a50ea",
    "374fab67-7726-4df1-b087-8878f1de206b",
    "0bf3b38f-6022-412b-b58e-819a2b633786",
    AMAZON_TRANSLATE,
]
LAUNCH = "mutation($i: LaunchSingleEngineJob!) { launchSingleEngineJob(input: $i) { id targetId clusterId } }"


@pytest.mark.parametrize("engine_id", DOCUMENTED)
async def test_documented_engines_are_there(local: Local, engine_id: str) -> None:
    query = "query($id: ID!) { engine(id: $id) { id name state category { name type { name } } } }"
    engine = (await local.ask(query, id=engine_id))["engine"]
    assert engine["state"] == "active"
    assert engine["category"]["type"]["name"]


def test_every_engine_has_something_to_run() -> None:
    catalogue = load_catalogue()
    assert {engine["_role"] for engine in catalogue.engines.values()} == set(ROLES)
    assert {engine["categoryId"] for engine in catalogue.engines.values()} <= set(catalogue.categories)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ('category: "Translate"', {TRANSLATION, AMAZON_TRANSLATE}),
        ('category: "transcript", name: "speechmatics"', {SPEECHMATICS}),
        (f'categoryId: "{TRANSCRIPTION}", filter: {{mode: [Chunk], name: "Speech"}}', {SPEECHMATICS}),
        (f'ids: ["{ADAPTER}", "{SPEECHMATICS}", "none"]', {ADAPTER, SPEECHMATICS}),
        (f'id: "{ADAPTER}"', {ADAPTER}),
        ("state: [disabled]", set()),
        ("filter: {type: [Ingestion]}", set(DOCUMENTED[:2])),
        ("owned: true", set()),
        ('filter: {language: "en"}', set()),
    ],
)
async def test_filters(local: Local, arguments: str, expected: set[str]) -> None:
    page = (await local.ask(f"{{ engines({arguments}) {{ records {{ id }} }} }}"))["engines"]
    assert {record["id"] for record in page["records"]} == expected


async def test_order_and_pages(local: Local) -> None:
    query = "{ engines(orderBy: [{field: name, direction: desc}], limit: 3) { count records { name } } }"
    names = [record["name"] for record in (await local.ask(query))["engines"]["records"]]
    assert names == sorted(names, reverse=True)
    assert (await local.refused("{ engines(limit: 1001) { count } }"))["name"] == "invalid_input"


async def test_categories(local: Local) -> None:
    query = """{ engineCategories(type: "Cognition") { records { id categoryType totalEngines engineIds
        exportFormats { format } engines(limit: 1) { count } } } }"""
    records = (await local.ask(query))["engineCategories"]["records"]
    by_type = {record["categoryType"]: record for record in records}
    assert by_type.keys() == {
        *("transcript", "translate", "speaker", "text", "language", "keyword"),
        *("face", "object", "concept", "entity"),
    }
    transcription = by_type["transcript"]
    assert transcription["totalEngines"] == len(transcription["engineIds"]) == 3
    assert [entry["format"] for entry in transcription["exportFormats"]][:2] == ["txt", "docx"]
    assert (await local.refused('{ engineCategory(id: "none") { id } }'))["name"] == "not_found"
    assert (await local.refused('{ engine(id: "none") { id } }'))["name"] == "not_found"


async def test_tasks_of_an_engine(local: Local) -> None:
    await local.run_transcription("https://media.example/a.mp4")
    query = """query($id: ID!) { engine(id: $id) { tasks(status: ["complete"]) { count }
        taskMetrics { completedCount failedCount } } }"""
    engine = (await local.ask(query, id=SPEECHMATICS))["engine"]
    assert engine == {"tasks": {"count": 1}, "taskMetrics": {"completedCount": 1, "failedCount": 0}}
    local.clock.advance(100 * 24 * 60 * 60)
    assert (await local.ask(query, id=SPEECHMATICS))["engine"]["tasks"] == {"count": 0}


async def test_launch_on_a_new_file_and_again_on_its_tdo(local: Local) -> None:
    (local.media_root / "a.mp4").write_bytes(b"x")
    cluster = await local.new_cluster()
    fields = [{"fieldName": "clusterId", "fieldValue": cluster}, {"fieldName": "diarise", "fieldValue": "true"}]
    values = {"engineId": SPEECHMATICS, "uploadUrl": "a.mp4", "fields": fields}
    job = (await local.ask(LAUNCH, i=values))["launchSingleEngineJob"]
    assert job["clusterId"] == cluster
    local.clock.advance(100)
    done = await local.job(job["id"])
    assert (done["status"], len(done["tasks"]["records"])) == ("complete", 5)
    payloads = "query($id: ID!) { job(id: $id) { tasks { records { payload } } } }"
    tasks = (await local.ask(payloads, id=job["id"]))["job"]["tasks"]["records"]
    assert tasks[0]["payload"] == {"url": "a.mp4"}
    assert tasks[3]["payload"] == {"diarise": "true"}
    again = (await local.ask(LAUNCH, i={"engineId": SPEECHMATICS, "targetId": job["targetId"]}))[
        "launchSingleEngineJob"
    ]
    local.clock.advance(100)
    assert (await local.job(again["id"]))["status"] == "complete"


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"engineId": "none", "uploadUrl": "a"}, "not_found"),
        ({"engineId": SPEECHMATICS}, "invalid_input"),
        ({"engineId": SPEECHMATICS, "uploadUrl": "a", "targetId": 5}, "invalid_input"),
        ({"engineId": ADAPTER, "uploadUrl": "a"}, "invalid_input"),
        ({"engineId": SPEECHMATICS, "targetId": 5}, "not_found"),
        (
            {"engineId": SPEECHMATICS, "uploadUrl": "a", "fields": [{"fieldName": "priority", "fieldValue": "high"}]},
            "invalid_input",
        ),
    ],
)
async def test_launch_refuses(local: Local, values: dict[str, Any], name: str) -> None:
    assert (await local.refused(LAUNCH, i=values))["name"] == name


async def test_templates_are_json_with_placeholders(local: Local) -> None:
    query = "query($id: ID!) { engine(id: $id) { standaloneJobTemplates { type templateLanguage template } } }"
    templates = (await local.ask(query, id=SPEECHMATICS))["engine"]["standaloneJobTemplates"]
    assert [entry["type"] for entry in templates] == ["Upload", "Reprocess"]
    assert json.loads(templates[0]["template"])["tasks"][0]["payload"] == {"url": "{{uploadUrl}}"}
    assert (await local.ask(query, id=ADAPTER))["engine"]["standaloneJobTemplates"] == []


async def test_fields_of_every_type(local: Local) -> None:
    query = """{ engines(limit: 100) { records { name supportedInputFormats
        fields { name type label info required min max step defaultValue defaultValues options { key value } } } } }"""
    records = (await local.ask(query))["engines"]["records"]
    fields = [field for record in records for field in record["fields"]]
    assert {field["type"] for field in fields} >= {"Text", "Number", "Picklist", "MultiPicklist"}
    assert all(field["label"] and field["info"] for field in fields)
    assert any([option["value"] for option in field["options"] or []] == ["false", "true"] for field in fields)
    assert all(record["supportedInputFormats"] for record in records)


@pytest.mark.parametrize(
    "field",
    [field for engine in load_catalogue().engines.values() for field in engine["fields"]],
    ids=lambda field: field["name"],
)
def test_a_default_is_a_possible_value(field: dict[str, Any]) -> None:
    default = field.get("defaultValue")
    if field["type"] == "Number":
        assert field["min"] <= float(str(default)) <= field["max"]
        assert field["step"] > 0
    elif field["type"] == "Picklist":
        assert default in [None, *(option["value"] for option in field["options"])]
    elif field["type"] == "MultiPicklist":
        assert set(field["defaultValues"]) <= {option["value"] for option in field["options"]}
    else:
        assert default is None or isinstance(default, str)
