"""`aiware stacks check`: what it prints and how it ends. What it finds is tested in tests/unit/stacks."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.support.command import Aiware

ROOT = Path(__file__).resolve().parents[3]
FINE = "config:\n  aiware:endpoint: local\n  cluster: {name: a, allowedEngines: [all]}\n  recordings: []\n"
WRONG = FINE.replace("endpoint: local", "endpont: local").replace("recordings: []", "recordings: [{name: a, ulr: u}]")
REMOTE = FINE.replace("endpoint: local", "endpoint: https://aiware.test/v3/graphql")
LINES = (
    "stacks/Pulumi.wrong.yaml:aiware:endpont: is not a setting: did you mean aiware:endpoint?\n"
    "stacks/Pulumi.wrong.yaml:aiware-pipelines:recordings[0].ulr: is not known here: did you mean url?\n"
)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a stack that is fine; the current folder."""
    for name in ("configuration.py", "Pulumi.yaml"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "stacks").mkdir()
    (tmp_path / "stacks" / "Pulumi.fine.yaml").write_text(FINE)
    monkeypatch.chdir(tmp_path)
    # Neither Pulumi nor a passphrase is needed.
    monkeypatch.setenv("PATH", "")
    return tmp_path


def test_nothing_is_wrong(aiware: Aiware, project: Path) -> None:
    result = aiware("stacks", "check")
    assert (result.exit_code, result.output) == (0, "fine: nothing is wrong.\n")


def test_each_problem_is_a_line(aiware: Aiware, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "stacks" / "Pulumi.wrong.yaml").write_text(WRONG)
    result = aiware("stacks", "check")
    assert (result.exit_code, result.stdout) == (1, LINES)
    assert aiware("-s", "fine", "stacks", "check").exit_code == 0
    assert aiware("-s", "wrong", "stacks", "check").stdout == LINES
    monkeypatch.chdir(project / "stacks")
    assert aiware("-s", "organization/wrong", "stacks", "check").stdout == LINES.replace("stacks/", "")


def test_a_hint_is_no_problem(aiware: Aiware, project: Path) -> None:
    (project / "stacks" / "Pulumi.prod.yaml").write_text(REMOTE)
    result = aiware("stacks", "check")
    assert (result.exit_code, result.stdout) == (0, "fine, prod: nothing is wrong.\n")
    assert result.stderr.startswith("stacks/Pulumi.prod.yaml:aiware:token: hint: No aiWARE token is set.")
    assert aiware("-q", "stacks", "check").stderr == ""


def test_json(aiware: Aiware, project: Path) -> None:
    (project / "stacks" / "Pulumi.wrong.yaml").write_text(WRONG)
    (project / "stacks" / "Pulumi.prod.yaml").write_text(REMOTE)
    result = aiware("stacks", "check", "--json")
    found = json.loads(result.stdout)
    assert (result.exit_code, found["stacks"]) == (1, ["fine", "prod", "wrong"])
    assert found["problems"][0] == {
        "file": "stacks/Pulumi.wrong.yaml",
        "key": "aiware:endpont",
        "problem": "is not a setting: did you mean aiware:endpoint?",
    }
    assert [hint["key"] for hint in found["hints"]] == ["aiware:token"]
    assert len(found["problems"]) == 2


@pytest.mark.parametrize("as_json", [(), ("--json",)])
def test_what_cannot_be_checked(
    aiware: Aiware, project: Path, monkeypatch: pytest.MonkeyPatch, as_json: tuple[str, ...]
) -> None:
    gone = aiware("-s", "gone", "stacks", "check", *as_json)
    assert (gone.exit_code, gone.stdout) == (3, "")
    assert "There is no stack gone" in gone.stderr
    monkeypatch.chdir("/")
    outside = aiware("stacks", "check", *as_json)
    assert (outside.exit_code, outside.stdout) == (3, "")
    assert "no Pulumi project here" in outside.stderr
