"""`aiware exports show`."""

from __future__ import annotations

import json

from tests.support.command import Aiware
from tests.support.local import Local
from tests.support.objects import request_export, submit


def test_the_link_is_shown_only_when_it_is_asked_for(aiware: Aiware, local: Local) -> None:
    submit(local)
    export = request_export(local, local.only("tdos")["id"], "vtt")
    plain = aiware("exports", "show", export)
    as_json = aiware("exports", "show", export, "--json")
    assert plain.output.startswith(f"id: {export}\nstatus: complete\n")
    assert json.loads(as_json.stdout)["status"] == "complete"
    assert "signature" not in plain.output + as_json.output
    assert "link: http" in aiware("exports", "show", export, "--uri").stdout
    assert json.loads(aiware("exports", "show", export, "--uri", "--json").stdout)["assetUri"].startswith("http")


def test_one_that_is_under_way_has_no_link(aiware: Aiware, local: Local) -> None:
    submit(local)
    local.behave(exportSeconds=600)
    export = request_export(local, local.only("tdos")["id"], "vtt")
    assert "status: incomplete\n" in aiware("exports", "show", export).output
    assert "link: none yet\n" in aiware("exports", "show", export, "--uri").output


def test_one_that_is_not_there(aiware: Aiware, local: Local) -> None:
    result = aiware("exports", "show", "27eef8f5-9f6d-4cb8-a8ad-d8ebf617bd1c")
    assert result.exit_code == 1
    assert "aiWARE has no export request 27eef8f5-" in result.stderr
