"""Inputs generated from the API's schema: whatever a preview accepts, the local aiWARE accepts.

The library and the local aiWARE do not know each other. What they have in common is the API, so this compares what each
makes of the same input. `GENERATED_INPUTS=2000` generates so many; without it, a few that are always the same.
"""

from __future__ import annotations

import asyncio
import copy
import json
import math
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLNullableType,
    get_nullable_type,
    parse,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pulumi.dynamic import Config, ConfigureRequest

from aiware_local.installation.errors import ApiError
from aiware_local.installation.installation import Call, Installation
from aiware_local.server.graphql import run_document
from aiware_local.server.schema import load_schema
from aiware_resources.cluster import ClusterProvider
from aiware_resources.export_request import ExportProvider
from aiware_resources.job import JobProvider
from aiware_resources.reconcile import EntityProvider
from aiware_resources.reconcile.provider import plain
from aiware_resources.single_engine_job import SingleEngineJobProvider
from aiware_resources.temporal_data_object import TdoProvider
from tests.contracts.documents import RIGHT, TDO, URL

WANTED = int(os.environ.get("GENERATED_INPUTS", "0"))
FEW = 100
SETTINGS = {"aiware:endpoint": "local", "aiware:api": "cloud", "aiware:validateEngines": "false"}

LEFT_TO_THE_SERVER = {
    "not_found": "Only aiWARE knows which TDOs, clusters, engines, users and schemas there are.",
    "not_allowed": "Only aiWARE knows whose token it is, and what that may do.",
    "not_implemented": "The local aiWARE has neither job templates nor mentions; another one does.",
}
"""The errors of what a preview cannot see, and why."""

UNSEEN = {
    "was not found: there is no file": "Media is where aiWARE reads it, not where the preview runs.",
    "has no template for": "Which engines have templates is in aiWARE's catalogue, which this preview does not ask.",
}
"""The same for messages of invalid_input."""


# --- from the schema to inputs ---------------------------------------------------------------------------------------

ENGINES = [
    "9e611ad7-2d3b-48f6-a51b-0a1ba40fe255",
    "8bdb0e3b-ff28-4f6e-a3ba-887bd06e6440",
    "c0e55cde-340b-44d7-bb42-2e0d65e98255",
    "8eccf9cc-6b6d-4d7d-8cb3-7ebf4950c5f3",
]
EDGES_OF_INTS = [-(2**31) - 1, -(2**31), -5, -1, 0, 1, 3, 2**31 - 1, 2**31, 10**12, 1.0, 0.5, True, "5"]
MOMENTS = ["2026-01-01T00:00:00Z", "2026-01-01", 1767225600, 1767225600000, 0, -5, "2040-01-01T00:00:00+02:00", "noon"]
MOMENTS_OF_THE_DAY = ["04:00", "23:59:59", "24:00", "4:00", "noon", ""]
ADDRESSES = [
    URL,
    "https://hooks.example/",
    "hooks.example",
    "",
    " ",
    "https://",
    "http://[",
    "x:y",
    "http://a.example:99999",
]
JSON_TEXTS = [
    "{}",
    '{"url": "https://media.example/a.mp4"}',
    '{"ffmpegTemplate": "custom"}',
    "{",
    "",
    "null",
    "5",
    "{'a': 1}",
]
JSON = [
    {},
    {"url": URL},
    {"url": None},
    {"url": ""},
    {"ffmpegTemplate": "custom"},
    {"ffmpegTemplate": "custom", "customFFMPEGTemplate": "-i {{input}}"},
    {"mode": "library-train", "libraryId": "1"},
    {"maxCharacterPerLine": 0},
    {"fileExtension": ".vtt"},
    [],
    "text",
    5,
]
WORDS = ["", " ", "a", "name", "media", "transcript", "vtt", "vtx", "20gb", "-1", "1e3mb", "0", "queued"]
NAMES = ["c", "si", "so", "w", "x", "", 5]

By = Mapping[str, list[Any]]
BY_FIELD: By = {
    "engineId": [*ENGINES, "none"],
    "targetId": [TDO, "5"],
    "tdoId": [TDO, "5"],
    "allowedEngines": ["all", *ENGINES],
    "referenceId": NAMES,
    "parentIoFolderReferenceId": NAMES,
    "childIoFolderReferenceId": NAMES,
    "payloadString": JSON_TEXTS,
    "notificationUris": ADDRESSES,
    "notificationUri": ADDRESSES,
    "uploadUrl": ADDRESSES,
    "uri": [*ADDRESSES, "file:none.mp4"],
    "thumbnailUrl": ADDRESSES,
    "previewUrl": ADDRESSES,
    "sourceImageUrl": ADDRESSES,
    "originalFileUri": ADDRESSES,
    "assetType": ["media", "transcript", "text", ""],
    "extension": ["vtt", "vlf", "vtx", ""],
}
BY_TYPE: By = {
    "Int": EDGES_OF_INTS,
    "Boolean": [True, False, "true", 1],
    "DateTime": MOMENTS,
    "Time": MOMENTS_OF_THE_DAY,
    "JSONData": JSON,
    "String": WORDS,
    "ID": ["1", 1, "", " ", "none"],
}
NOT_DECLARED = {"UploadedFile"}


def values(name: str, of_type: GraphQLInputType, depth: int = 0) -> st.SearchStrategy[Any]:
    """Values of a type of the schema, and a few that are not of it."""
    if isinstance(of_type, GraphQLNonNull):
        inner: GraphQLNullableType = of_type.of_type
        return values(name, inner, depth)  # type: ignore[arg-type]  # an input type inside an input type
    if isinstance(of_type, GraphQLList):
        items = values(name, of_type.of_type, depth + 1)
        return st.lists(items if isinstance(of_type.of_type, GraphQLNonNull) else items | st.none(), max_size=2)
    if isinstance(of_type, GraphQLInputObjectType):
        return objects(of_type, depth + 1)
    if isinstance(of_type, GraphQLEnumType):
        return st.sampled_from([*of_type.values, "none"])
    return st.sampled_from(BY_FIELD.get(name) or BY_TYPE[of_type.name])


def objects(of_type: GraphQLInputObjectType, depth: int = 0) -> st.SearchStrategy[Any]:
    """Objects of an input type: what is required, and some of the rest."""
    fields = {name: each.type for name, each in of_type.fields.items() if not _is_left_out(each.type)}
    required = {name: values(name, each, depth) for name, each in fields.items() if isinstance(each, GraphQLNonNull)}
    optional = [name for name in fields if name not in required]
    if depth > 3:
        return st.fixed_dictionaries(required)
    rest = {name: st.none() | values(name, fields[name], depth) for name in optional}
    few = st.lists(st.sampled_from(optional), max_size=3, unique=True) if optional else st.just([])
    return few.flatmap(lambda chosen: st.fixed_dictionaries(required | {name: rest[name] for name in chosen}))


def _is_left_out(of_type: GraphQLInputType) -> bool:
    return getattr(get_nullable_type(of_type), "name", "") in NOT_DECLARED


@st.composite
def mutated(draw: st.DrawFn, of_type: GraphQLInputObjectType, right: list[Any]) -> Any:
    """Inputs that are right, with up to three values in them replaced."""
    made = copy.deepcopy(draw(st.sampled_from(right)))
    for _ in range(draw(st.integers(0, 3))):
        _replace(draw, of_type, made)
    return made


def _replace(draw: st.DrawFn, of_type: GraphQLInputObjectType, made: dict[str, Any]) -> None:
    name = draw(st.sampled_from([name for name, each in of_type.fields.items() if not _is_left_out(each.type)]))
    within = get_nullable_type(of_type.fields[name].type)
    held = made.get(name)
    if isinstance(within, GraphQLList) and isinstance(held, list) and held and draw(st.booleans()):
        within, held = get_nullable_type(within.of_type), draw(st.sampled_from(held))
    if isinstance(within, GraphQLInputObjectType) and isinstance(held, dict) and draw(st.integers(0, 3)):
        _replace(draw, within, held)
        return
    made[name] = draw(st.none() | values(name, of_type.fields[name].type))


# --- what each makes of an input -------------------------------------------------------------------------------------


class Sent(Exception):
    """What a provider would have sent."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__("sent")
        self.arguments = arguments
        self.named = named


class Recorder:
    """Stands for the API: notes what is sent, and sends nothing."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def send(*arguments: Any, **named: Any) -> Any:
            raise Sent(*arguments, **named)

        return send


@dataclass(frozen=True)
class Mutation:
    """A mutation, and the entity that sends it.

    Attributes:
        name: Its name.
        input_type: The type of its input.
        provider: What reconciles the entity.
        right: Inputs that are right.
        to_properties: What the entity calls an input's fields.
        to_input: The input, from what the provider sends.
    """

    name: str
    input_type: str
    provider: type[EntityProvider]
    right: list[Any]
    to_properties: Callable[[dict[str, Any]], dict[str, Any]] = dict
    to_input: Callable[[Sent], dict[str, Any]] = field(default=lambda sent: dict(sent.arguments[0]))

    def __str__(self) -> str:
        return self.name

    @property
    def inputs(self) -> st.SearchStrategy[Any]:
        of_type = load_schema().type_map[self.input_type]
        assert isinstance(of_type, GraphQLInputObjectType)
        return mutated(of_type, self.right) | objects(of_type)

    def sent(self, properties: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> dict[str, Any] | None:
        """What is sent of an input; ``None`` when the preview refuses it."""
        provider = self.provider()
        provider.configure(ConfigureRequest(Config(dict(SETTINGS), "aiware")))
        checked = provider.check({}, properties)
        if checked.failures:
            return None
        monkeypatch.setattr(type(provider), "api", Recorder())
        try:
            provider.make(plain(checked.inputs), None)
        except Sent as sent:
            return self.to_input(sent)
        finally:
            monkeypatch.undo()
        raise AssertionError("nothing was sent")


def _launched(properties: dict[str, Any]) -> dict[str, Any]:
    """A launch under the names of the resource, whose fields are an object."""
    listed = properties.get("fields")
    if not isinstance(listed, list):
        return properties
    return {**properties, "fields": {each["fieldName"]: each.get("fieldValue") or "" for each in listed if each}}


def _launch(sent: Sent) -> dict[str, Any]:
    names = {"upload_url": "uploadUrl", "target_id": "targetId"}
    fields = [{"fieldName": name, "fieldValue": value} for name, value in sent.named["fields"].items()]
    given = {names[key]: value for key, value in sent.named.items() if key in names and value is not None}
    return {"engineId": sent.arguments[0], **given, "fields": fields}


SPAN = {"startDateTime": "2026-01-01T00:00:00Z", "stopDateTime": "2026-01-01T01:00:00Z"}
ASSET = {"assetType": "media", "uri": URL, "fileData": {"size": 5}, "setAsPrimary": True}
MUTATIONS = [
    Mutation("createJob", "CreateJob", JobProvider, [each.job for each in RIGHT]),
    Mutation(
        "createTDO",
        "CreateTDO",
        TdoProvider,
        [SPAN, {**SPAN, "assets": [ASSET], "contentTemplates": [{"schemaId": "1", "data": {}}], "sourceData": {}}],
    ),
    Mutation(
        "createCluster",
        "CreateCluster",
        ClusterProvider,
        [
            {"name": "c", "allowedEngines": ["all"], "dockerCredentials": {}},
            {
                "name": "c",
                "allowedEngines": ENGINES,
                "dockerCredentials": {"user": "u"},
                "collaborators": [{"organizationId": "1", "permission": "viewer"}],
                "memorySize": "20gb",
                "restartTimeUTC": "04:00",
            },
        ],
    ),
    Mutation(
        "createExportRequest",
        "CreateExportRequest",
        ExportProvider,
        [
            {"tdoData": [{"tdoId": TDO}]},
            {
                "tdoData": [{"tdoId": TDO, "startOffsetMs": 0, "stopOffsetMs": 5000}],
                "outputConfigurations": [{"engineId": ENGINES[2], "formats": [{"extension": "vtt", "options": {}}]}],
            },
        ],
    ),
    Mutation(
        "launchSingleEngineJob",
        "LaunchSingleEngineJob",
        SingleEngineJobProvider,
        [
            {"engineId": ENGINES[2], "uploadUrl": URL, "fields": []},
            {"engineId": ENGINES[2], "targetId": TDO, "priority": 5, "notificationUri": URL},
        ],
        _launched,
        _launch,
    ),
]


@dataclass(frozen=True)
class Server:
    """A local aiWARE inside the test's process, with one TDO that has media."""

    installation: Installation
    runner: asyncio.Runner
    tdo_id: str

    def errors(self, mutation: Mutation, content: dict[str, Any]) -> list[tuple[str, str]]:
        """What it says against an input: the names and the messages."""
        declared = f"{mutation.input_type}!"
        document = parse(f"mutation($input: {declared}) {{ {mutation.name}(input: $input) {{ id }} }}")
        call = Call(self.installation, self.installation.clock.now(), "http://127.0.0.1")
        text = json.dumps(content).replace(f'Id": "{TDO}"', f'Id": "{self.tdo_id}"')
        result = self.runner.run(run_document(document, call, {"input": json.loads(text)}))
        return [(_name(error.original_error), error.message) for error in result.errors or []]


def _name(error: Exception | None) -> str:
    return str(error.name) if isinstance(error, ApiError) else "wrong value" if error is None else repr(error)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: Path = tmp_path_factory.mktemp("aiware")
    (folder / "media").mkdir()
    installation = Installation(folder / "data", folder / "media")
    made = {**SPAN, "assets": [ASSET]}
    with asyncio.Runner() as runner:
        call = Call(installation, installation.clock.now(), "http://127.0.0.1")
        document = parse("mutation($input: CreateTDO!) { createTDO(input: $input) { id } }")
        result = runner.run(run_document(document, call, {"input": made}))
        assert result.data is not None
        yield Server(installation, runner, result.data["createTDO"]["id"])
    installation.close()


def _is_explained(name: str, message: str) -> bool:
    return name in LEFT_TO_THE_SERVER or any(words in message for words in UNSEEN)


@pytest.mark.parametrize("mutation", MUTATIONS, ids=str)
def test_what_a_preview_accepts_is_accepted(
    mutation: Mutation, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    share = 3 if mutation.name == "createJob" else 1
    examples = math.ceil((WANTED or FEW) * share / (len(MUTATIONS) + 2))
    accepted = explained = 0

    @settings(
        max_examples=examples,
        derandomize=not WANTED,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(made=mutation.inputs)
    def compare(made: dict[str, Any]) -> None:
        nonlocal accepted, explained
        sent = mutation.sent(mutation.to_properties(made), monkeypatch)
        if sent is None:
            return
        accepted += 1
        errors = server.errors(mutation, sent)
        assert [each for each in errors if not _is_explained(*each)] == [], sent
        explained += bool(errors)

    compare()
    print(f"{mutation}: {examples} inputs, {accepted} accepted by the preview, {explained} of these by it alone")
    assert accepted >= examples // 10
