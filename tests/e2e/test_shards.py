"""An archive over several stacks: with another number of shards, entries change hands and no job runs again."""

from __future__ import annotations

import json
import shutil

from tests.support.local import Local
from tests.support.project import STACK, Project

PROGRAM = """
import os

from aiware_resources import JobFleet, JobTemplate, media_from, media_key, media_value

fleet = JobFleet(
    "archive",
    template=JobTemplate(
        dag=pipelines.transcription(media_value("url")), target={"name": media_key()}, triggers=media_value("version")
    ),
    media=media_from("talks.csv", shards=int(open("shards.txt").read()), allow_empty=True),
)
"""
KEYS = [f"talk-{number}" for number in range(10)]


def declare(project: Project, shards: int, version: int = 1) -> None:
    rows = [f"{key},https://media.test/{key}.mp4,{version}" for key in KEYS]
    (project.folder / "talks.csv").write_text("\n".join(["key,url,version", *rows]))
    (project.folder / "shards.txt").write_text(str(shards))


def add_shard(project: Project, index: int) -> None:
    """Makes a stack as the one that is there."""
    stacks = project.folder / "stacks"
    shutil.copy(stacks / f"Pulumi.{STACK}.yaml", stacks / f"Pulumi.talks-{index}.yaml")
    salt = (stacks / f"Pulumi.talks-{index}.yaml").read_text()
    project.pulumi("stack", "init", f"talks-{index}")
    (stacks / f"Pulumi.talks-{index}.yaml").write_text(salt)


def jobs(project: Project, index: int) -> dict[str, str]:
    file = project.folder / "state" / ".pulumi" / "stacks" / "aiware-pipelines" / f"talks-{index}.json"
    resources = json.loads(file.read_text())["checkpoint"]["latest"].get("resources") or []
    found = [each["outputs"]["jobs"] for each in resources if each["type"].endswith("JobFleet")]
    return dict(found[0]) if found else {}


def up(project: Project, index: int) -> str:
    return project.up("--stack", f"talks-{index}").output


def test_one_shard_more(project: Project, local: Local) -> None:
    project.program(PROGRAM)
    declare(project, 1)
    for index in (0, 1):
        add_shard(project, index)
    up(project, 0)
    before = jobs(project, 0)
    assert before.keys() == set(KEYS)

    # The first one has what the second one has not taken over yet.
    declare(project, 2)
    assert "fleet archive: holds, until their shard has taken them over, talk-" in up(project, 0)
    assert jobs(project, 0) == before
    assert "fleet archive: takes over talk-" in up(project, 1)
    moved = jobs(project, 1)
    assert moved.items() < before.items()
    assert "fleet archive: gives up talk-" in up(project, 0)
    assert jobs(project, 0) == {key: text for key, text in before.items() if key not in moved}
    assert local.mutations() == {"createJob": 10}

    report = json.loads(project.aiware("report", "--shards", "talks", "--json").stdout)
    assert [(fleet["name"], fleet["jobs"]) for fleet in report["fleets"]] == [
        ("archive (talks-0)", 10 - len(moved)),
        ("archive (talks-1)", len(moved)),
    ]
