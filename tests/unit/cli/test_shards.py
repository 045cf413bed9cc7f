"""The CI jobs of an archive in several stacks."""

from __future__ import annotations

import json

import pytest
import yaml
from click.testing import CliRunner

from aiware_resources.cli.shards import shards


def printed(*arguments: str) -> str:
    ran = CliRunner().invoke(shards, ["matrix", *arguments])
    assert ran.exit_code == 0, ran.output
    return ran.output


def test_the_matrix_of_github_is_one_line() -> None:
    out = printed("talks", "2")
    assert out.count("\n") == 1
    assert json.loads(out) == {"include": [{"shard": 0, "stack": "talks-0"}, {"shard": 1, "stack": "talks-1"}]}
    assert printed("talks", "2", "--json") == out


def test_the_child_pipeline_of_gitlab_extends_a_job() -> None:
    made = yaml.safe_load(printed("talks", "2", "--format", "gitlab", "--job", ".update"))
    assert made == {
        "include": [{"local": ".gitlab-ci.yml"}],
        "shard": {"extends": ".update", "parallel": {"matrix": [{"STACK": ["talks-0", "talks-1"]}]}},
    }


def test_there_is_one_shard_at_least() -> None:
    assert CliRunner().invoke(shards, ["matrix", "talks", "0"]).exit_code == 2


@pytest.mark.parametrize("name", ["two words", "tälks", "talks;", "a/b/c/talks", "talks\n", ""])
def test_the_archive_is_called_as_a_stack_can_be(name: str) -> None:
    ran = CliRunner().invoke(shards, ["matrix", name, "2"])
    assert ran.exit_code == 2
    assert "cannot be part of the name of a stack: use letters" in ran.output


def test_the_stacks_may_be_of_an_organization() -> None:
    assert json.loads(printed("acme/talks", "1")) == {"include": [{"shard": 0, "stack": "acme/talks-0"}]}
