"""Secrets never appear, whoever knows that they are."""

from __future__ import annotations

import pytest

from aiware_resources.report import as_json, html, markdown
from aiware_resources.report.masking import clear_secrets, masked, without_signature
from tests.unit.report.made import report, state, step, update

CLUSTER = {"name": "c", "allowedEngines": ["all"]}


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("https://host/a?X-Amz-Signature=abc&b=1", "https://host/a?[secret]"),
        (
            "see https://host/a?expires=1&sig=x, and s3://b/k?token=t",
            "see https://host/a?[secret] and s3://b/k?[secret]",
        ),
        ("https://user:pass@host/a", "https://[secret]@host/a"),
        ("https://host/watch?v=5&page=2", "https://host/watch?v=5&page=2"),
        ("ssh://git@host/a", "ssh://git@host/a"),
        ("no link: a?token=b", "no link: a?token=b"),
    ],
)
def test_links(text: str, safe: str) -> None:
    assert without_signature(text) == safe


def test_keys_that_hold_secrets() -> None:
    value = {"serviceToken": "a", "n": {"apiKey": "b", "tokens": 5, "list": [{"password": "c"}]}, "special": "d"}
    assert masked(value, ["special"]) == {
        "serviceToken": "[secret]",
        "n": {"apiKey": "[secret]", "tokens": 5, "list": [{"password": "[secret]"}]},
        "special": "[secret]",
    }
    assert clear_secrets(value, ["special"]) == {"a", "b", "c", "d"}


def test_what_an_entity_holds_for_secret_is_masked_though_pulumi_does_not_know() -> None:
    old = CLUSTER | {"dockerCredentials": {"user": "clear-8a61"}, "serviceToken": "clear-9b72"}
    new = CLUSTER | {"dockerCredentials": {"user": "clear-7c83"}, "serviceToken": "clear-6d94"}
    for made in (update("Cluster", old, new), report(step("create", "Cluster", "it", new=state("Cluster", new)))):
        for text in (markdown(made), html(made), as_json(made)):
            assert "clear-" not in text


def test_messages_quote_no_secret() -> None:
    new = CLUSTER | {"serviceToken": "clear-9b72"}
    error = {"severity": "error", "message": "error: token clear-9b72 of https://host/a?sig=clear-5e05 is refused"}
    made = report(step("create", "Cluster", "it", new=state("Cluster", new)), diagnostics=[error])
    assert made.errors == ("token [secret] of https://host/a?[secret] is refused",)


def test_a_list_that_holds_a_secret_elsewhere_is_not_shown() -> None:
    old = {"tasks": [{"engineId": "e"}], "notificationUris": ["[secret]", "b"]}
    new = {"tasks": [{"engineId": "e"}], "notificationUris": ["b", "clear-1f2a"]}
    (change,) = update("Job", old, new).changes
    assert [(each.old, each.new) for each in change.properties] == [("[secret]", "[secret]")]


def test_a_change_of_a_secret_is_told() -> None:
    props = CLUSTER | {"dockerCredentials": "[secret]"}
    (change,) = update("Cluster", props, props).changes
    assert change.notes == ("A secret in dockerCredentials changes.",)
    (change,) = update("Cluster", props, props | {"tags": ["x"]}).changes
    assert change.notes == ("Whether secrets in it change (dockerCredentials) is not shown.",)
