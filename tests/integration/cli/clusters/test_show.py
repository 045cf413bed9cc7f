"""`aiware clusters show`."""

from __future__ import annotations

import json

from tests.support.command import Aiware
from tests.support.local import Local
from tests.support.objects import make_cluster


def test_it_is_shown_by_name_or_id(aiware: Aiware, local: Local) -> None:
    made = make_cluster(local, "c")
    shown = aiware("clusters", "show", "c").output
    assert f"id: {made}\nname: c\ntype: RT\n" in shown
    assert "memory: 20 GiB" in shown
    as_json = aiware("clusters", "show", made, "--json").output
    assert json.loads(as_json)["allowedEngines"] == ["all"]
    assert "sekrit" not in shown + as_json


def test_one_that_is_not_there(aiware: Aiware, local: Local) -> None:
    make_cluster(local, "pipelines")
    result = aiware("clusters", "show", "pipeline")
    assert result.exit_code == 1
    assert 'aiWARE has no cluster "pipeline"' in result.stderr
    assert 'Did you mean "pipelines"' in result.stderr
