"""launchSingleEngineJob: one engine on one file, by a template of the engine.

A template is the text of a CreateJob input as JSON, with placeholders such as `{{uploadUrl}}`; a value stands for the
whole of a JSON value, so the template's placeholders carry no quotes.

Sources: overview/aiWARE-in-depth/single-engine-jobs.md, support article 000004184.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from graphql import coerce_input_value

from aiware_local.installation.errors import invalid_input, not_found
from aiware_local.installation.installation import MUTATION, Info
from aiware_local.jobs.input import require_addresses
from aiware_local.jobs.jobs import create_job
from aiware_local.storage.store import Record

ADAPTER = "9e611ad7-2d3b-48f6-a51b-0a1ba40fe255"
PLAYBACK = "352556c7-de07-4d55-b33f-74b1cf237f25"
CHUNK = "8bdb0e3b-ff28-4f6e-a3ba-887bd06e6440"
WRITER = "8eccf9cc-6b6d-4d7d-8cb3-7ebf4950c5f3"
ASSET_CREATOR = "75fc943b-b5b0-4fe1-bcb6-9a7e1884257a"
TEXT_ROLES = frozenset({"translation", "extraction", "language", "keywords"})
"""Engines that work on documents: these are stored as they are, and not cut."""
WITH_TEMPLATES = frozenset({"transcription", *TEXT_ROLES})
JOB_FIELDS = frozenset({"clusterId", "priority", "notificationUri"})
"""Fields that a template puts into the job; every other field goes into the engine's payload."""

_PLACEHOLDER = re.compile(r'"\{\{(\w+)\}\}"')
RECOGNITION_ROUTES = [("chunkOutput", "engineInput"), ("engineOutput", "writerInput")]


def job_templates(engine: Record) -> list[Record]:
    """The templates of an engine: one for a new file and one for an existing TDO; none for engines of other kinds."""
    if engine["_role"] not in WITH_TEMPLATES:
        return []
    return [_template("Upload", _upload_job(engine)), _template("Reprocess", _reprocess_job(engine))]


@MUTATION.field("launchSingleEngineJob")
def resolve_launch(_: Any, info: Info, **args: Any) -> Record:
    """Fills in the engine's template and creates the job."""
    call, values = info.context, args["input"]
    engine = call.installation.catalogue.engine(str(values["engineId"]))
    if engine is None:
        raise not_found("Engine", str(values["engineId"]))
    url, target_id = values.get("uploadUrl"), values.get("targetId")
    if (url is None) == (target_id is None):
        raise invalid_input("Give either uploadUrl (a new file) or targetId (an existing TDO).")
    wanted = "Upload" if target_id is None else "Reprocess"
    template = next((entry["template"] for entry in job_templates(engine) if entry["type"] == wanted), None)
    if template is None:
        raise invalid_input(f"Engine {engine['id']} has no template for {wanted} jobs; use createJob.")
    fields = {field["fieldName"]: field.get("fieldValue") for field in values.get("fields") or []}
    if values.get("clusterId") is not None:
        fields["clusterId"] = values["clusterId"]
    job_input = _fill(template, {"uploadUrl": url, "targetId": target_id, **_parameters(fields)})
    mutation = info.schema.mutation_type
    if mutation is None:
        raise LookupError("the schema has no mutations")
    return create_job(call, coerce_input_value(job_input, mutation.fields["createJob"].args["input"].type))


def _parameters(fields: Mapping[str, str | None]) -> Record:
    priority = fields.get("priority") or "0"
    if not re.fullmatch(r"-?\d+", priority):
        raise invalid_input(f"The field priority is '{priority}'; it must be a whole number.", field="fields")
    uri = fields.get("notificationUri")
    require_addresses([uri] if uri else [], "notificationUri")
    return {
        "clusterId": fields.get("clusterId"),
        "priority": int(priority),
        "notificationUris": [uri] if uri else [],
        "engineFields": {name: value for name, value in fields.items() if name not in JOB_FIELDS},
    }


def _fill(template: str, parameters: Mapping[str, Any]) -> Record:
    filled: Record = json.loads(_PLACEHOLDER.sub(lambda match: json.dumps(parameters.get(match.group(1))), template))
    return {key: value for key, value in filled.items() if value is not None}


def _template(kind: str, job: Record) -> Record:
    return {"type": kind, "template": json.dumps(job), "templateLanguage": "Handlebars"}


def _upload_job(engine: Record) -> Record:
    tasks = [
        _task(ADAPTER, payload={"url": "{{uploadUrl}}"}, folders=[("adapterOutput", "stream", "output")]),
        _task(_keeper(engine), waits=True, folders=[("playbackInput", "stream", "input")]),
        _task(
            CHUNK,
            _cut(engine),
            waits=True,
            folders=[("chunkInput", "stream", "input"), ("chunkOutput", "chunk", "output")],
        ),
        *_recognition(engine),
    ]
    routes = [("adapterOutput", "playbackInput"), ("adapterOutput", "chunkInput"), *RECOGNITION_ROUTES]
    return {"target": {}, **_job(tasks, routes)}


def _reprocess_job(engine: Record) -> Record:
    tasks = [_task(CHUNK, _cut(engine), folders=[("chunkOutput", "chunk", "output")]), *_recognition(engine)]
    return {"targetId": "{{targetId}}", "isReprocessJob": True, **_job(tasks, RECOGNITION_ROUTES)}


def _keeper(engine: Record) -> str:
    return ASSET_CREATOR if engine["_role"] in TEXT_ROLES else PLAYBACK


def _cut(engine: Record) -> Record:
    return {"ffmpegTemplate": "rawchunk" if engine["_role"] in TEXT_ROLES else "audio"}


def _recognition(engine: Record) -> list[Record]:
    folders = [("engineInput", "chunk", "input"), ("engineOutput", "chunk", "output")]
    return [
        _task(engine["id"], payload="{{engineFields}}", folders=folders),
        _task(WRITER, folders=[("writerInput", "chunk", "input")]),
    ]


def _job(tasks: list[Record], routes: list[tuple[str, str]]) -> Record:
    return {
        "clusterId": "{{clusterId}}",
        "notificationUris": "{{notificationUris}}",
        "tasks": tasks,
        "routes": [{"parentIoFolderReferenceId": one, "childIoFolderReferenceId": other} for one, other in routes],
    }


def _task(engine_id: str, payload: Any = None, *, folders: list[tuple[str, str, str]], waits: bool = False) -> Record:
    return {
        "engineId": engine_id,
        "payload": payload if payload is not None else {},
        "ioFolders": [{"referenceId": name, "mode": mode, "type": kind} for name, mode, kind in folders],
        "executionPreferences": {"priority": "{{priority}}", "parentCompleteBeforeStarting": waits},
    }
