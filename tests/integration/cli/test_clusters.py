"""`aiware clusters`."""

from __future__ import annotations

import json

from tests.support.command import Aiware
from tests.support.local import Local
from tests.support.objects import make_cluster


def test_they_are_listed(aiware: Aiware, local: Local) -> None:
    assert aiware("clusters", "list").output == "There are no such clusters.\n"
    made = make_cluster(local, "pipelines")
    assert made in aiware("clusters", "list", columns=80).output
    listed = aiware("clusters", "list", "--json").output
    assert [each["id"] for each in json.loads(listed)] == [made]
    assert "sekrit" not in listed


def test_name_type_and_limit(aiware: Aiware, local: Local) -> None:
    names = [f"pipelines-{number:02}" for number in range(31)]
    for name in names:
        make_cluster(local, name)
    other = make_cluster(local, "other", "OnPrem")

    def listed(*arguments: str) -> list[dict[str, str]]:
        found: list[dict[str, str]] = json.loads(aiware("clusters", "list", *arguments, "--json").stdout)
        return found

    assert sorted(each["name"] for each in listed("--name", "pipelines")) == names
    assert [each["id"] for each in listed("--type", "OnPrem")] == [other]
    assert listed("--name", "pipelines", "--type", "OnPrem") == []
    assert len(listed()) == 32
    assert len(listed("--limit", "3")) == 3


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
