"""Which addresses may be used."""

from __future__ import annotations

import json
from typing import Any

import pytest

from aiware_resources.policies.addresses import endpoint_objections, objections
from aiware_resources.policies.declared import Declared
from tests.unit.policies.made import UNKNOWN, declared, not_known, violations

PLAIN = "HTTP://user:hidden@media.example.com/hidden/a.mp4?X-Amz-Signature=hidden"
SECURE = PLAIN.lower().replace("http://", "https://")


def job(**payload: Any) -> dict[str, Any]:
    return {"tasks": [{"engineId": "e", "payload": payload}]}


PLACES = [
    ("Job", lambda url: job(url=url), "tasks[0].payload.url"),
    ("Job", lambda url: job(details={"name": [url]}), "tasks[0].payload.details.name[0]"),
    ("Job", lambda url: {"tasks": [{"payloadString": json.dumps({"url": url})}]}, "tasks[0].payloadString.url"),
    ("Job", lambda url: {"notificationUris": ["https://a", url]}, "notificationUris[1]"),
    ("Job", lambda url: {"target": {"assets": [{"uri": url}]}}, "target.assets[0].uri"),
    ("SingleEngineJob", lambda url: {"uploadUrl": url}, "uploadUrl"),
    ("SingleEngineJob", lambda url: {"fields": {"name": url}}, "fields.name"),
    ("SingleEngineJob", lambda url: {"notificationUri": url}, "notificationUri"),
    ("TemporalDataObject", lambda url: {"thumbnailUrl": url}, "thumbnailUrl"),
    (
        "JobFleet",
        lambda url: {"template": job(url="${media.url}"), "media": {"a": {"url": url}}},
        "tasks[0].payload.url of the entry a",
    ),
    (
        "JobFleet",
        lambda url: {
            "template": job(url="${media.scheme}://media.example.com"),
            "media": {"a": {"scheme": url.partition(":")[0]}},
        },
        "tasks[0].payload.url of the entry a",
    ),
]


@pytest.mark.parametrize(("kind", "properties", "where"), PLACES)
def test_an_address_without_encryption_is_refused_and_its_secrets_are_not_told(
    kind: str, properties: Any, where: str
) -> None:
    (said,) = violations(objections(declared(kind, properties(PLAIN))))
    assert said.startswith(f"{kind} it: {where} is http://media.example.com, an address without encryption.")
    assert "hidden" not in said
    assert not list(objections(declared(kind, properties(SECURE))))
    assert not list(objections(declared(kind, properties(PLAIN)), {"media.example.com"}))


@pytest.mark.parametrize(
    "properties",
    [
        job(url="http://127.0.0.1:8000/a.mp4"),
        job(url="http://localhost/a.mp4"),
        job(url="http://[::1]/a.mp4"),
        job(url="file:media/a.mp4", text="see http://example.com"),
        {"name": "http://a"},
        {"triggers": ["http://a"]},
        {"target": {"details": {"schema": "http://schema.example.com"}, "description": "http://a"}},
    ],
)
def test_this_machine_and_what_is_no_address_are_not_refused(properties: dict[str, Any]) -> None:
    assert not list(objections(declared("Job", properties)))


def test_an_address_that_cannot_be_read_is_refused() -> None:
    assert violations(objections(declared("Job", job(url="http://[broken/a?token=hidden")))) != []


def test_what_is_not_known_yet_may_be_such_an_address() -> None:
    resource = declared("Job", {"targetId": UNKNOWN, **job(url=UNKNOWN, libraryId=UNKNOWN)})
    assert not_known(objections(resource)) == [
        "Job it: tasks[0].payload.url is not known yet, so `pulumi up` checks it"
    ]


def test_the_endpoint() -> None:
    (said,) = violations(endpoint_objections("aiware:endpoint", "http://edge.example.com:8080/edge/v1"))
    assert said.startswith("aiware:endpoint is http://edge.example.com, an address without encryption.")
    for endpoint in ("local", "https://api.veritone.com/v3/graphql", "http://127.0.0.1:9000"):
        assert not list(endpoint_objections("aiware:endpoint", endpoint))


def test_the_endpoint_of_a_provider() -> None:
    def provider(endpoint: str) -> Declared:
        type_ = "pulumi:providers:pulumi-python"
        return Declared.of(f"urn:pulumi:dev::studio::{type_}::other", type_, {"aiware:endpoint": endpoint})

    (said,) = violations(objections(provider("http://edge.example.com/v1")))
    assert said.startswith("pulumi-python other: aiware:endpoint is http://edge.example.com, an address without")
    assert not list(objections(provider("https://edge.example.com/v1")))
    assert len(not_known(objections(provider(UNKNOWN)))) == 1
