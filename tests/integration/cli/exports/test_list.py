"""`aiware exports list`."""

from __future__ import annotations

import json

from tests.support.command import Aiware
from tests.support.local import Local
from tests.support.objects import request_export, submit


def test_they_are_listed_without_their_links(aiware: Aiware, local: Local) -> None:
    assert aiware("exports", "list").output == "There are no such export requests.\n"
    submit(local)
    tdo = local.only("tdos")["id"]
    complete = request_export(local, tdo, "vtt")
    assert json.loads(aiware("exports", "show", complete, "--uri", "--json").stdout)["assetUri"]
    local.behave(exportSeconds=600)
    incomplete = request_export(local, tdo, "srt")
    table = aiware("exports", "list", columns=100).output
    as_json = aiware("exports", "list", "--json").stdout
    assert complete in table
    assert [each["id"] for each in json.loads(as_json)] == [incomplete, complete]
    assert "signature" not in table + as_json
    assert "assetUri" not in as_json
    found = aiware("exports", "list", "--status", "complete", "--status", "failed", "--json").stdout
    assert [each["id"] for each in json.loads(found)] == [complete]


def test_the_limit_goes_beyond_a_page(aiware: Aiware, local: Local) -> None:
    submit(local)
    local.behave(exportSeconds=600)
    tdo = local.only("tdos")["id"]
    ids = [request_export(local, tdo, "vtt") for _ in range(31)]
    short = aiware("exports", "list", "--json")
    assert len(json.loads(short.stdout)) == 30
    assert short.stderr == "These are the first 30; --limit shows more.\n"
    long = aiware("exports", "list", "--limit", "31", "--json")
    assert ({each["id"] for each in json.loads(long.stdout)}, long.stderr) == (set(ids), "")
