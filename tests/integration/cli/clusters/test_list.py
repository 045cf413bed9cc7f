"""`aiware clusters list`."""

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
