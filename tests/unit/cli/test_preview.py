"""`aiware preview`: reports of recorded previews, and of a `pulumi` that answers as one does."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from aiware_resources.cli import main

RECORDINGS = Path(__file__).parents[1] / "report" / "recordings"

PULUMI = """#!{python}
import json, os, sys
with open(os.environ["CALLS"], "a") as calls:
    calls.write(json.dumps(sys.argv[1:]) + "\\n")
if sys.argv[1:3] == ["stack", "--show-name"]:
    print("chosen")
    sys.exit()
if sys.argv[1] != "preview" or "missing" in sys.argv:
    sys.exit("error: no stack named 'missing' found")
print(open(os.environ["PRINTED"]).read())
sys.stderr.write(os.environ.get("SAID", ""))
sys.exit(int(os.environ.get("CODE", "0")))
"""


def aiware(*arguments: str, typed: str | None = None) -> Result:
    result = CliRunner().invoke(main, ["preview", *arguments], input=typed)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def recording(name: str) -> str:
    return str(RECORDINGS / f"{name}.json")


@pytest.fixture
def pulumi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Puts a `pulumi` on PATH that prints a recorded preview; returns the file that notes its calls."""
    program = tmp_path / "bin" / "pulumi"
    program.parent.mkdir()
    program.write_text(PULUMI.format(python=sys.executable))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("PRINTED", recording("update"))
    monkeypatch.setenv("CALLS", str(tmp_path / "calls"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "calls"


def test_markdown_is_what_comes_when_nothing_is_said() -> None:
    result = aiware("--from", recording("update"))
    assert result.exit_code == 0
    first, *_ = result.stdout.splitlines()
    assert first == "### 1 TDO changes, 1 cluster changes, 3 jobs change on record only. 1 failure is kept"
    assert result.stdout.endswith("<!-- aiware-preview: aiware-pipelines/local -->\n")
    assert result.stderr == ""


def test_formats_and_files(tmp_path: Path) -> None:
    assert json.loads(aiware("--from", recording("update"), "--json").stdout)["stack"] == "local"
    assert aiware("--from", recording("update"), "-f", "html").stdout.startswith("<!DOCTYPE html>")
    file = tmp_path / "report.json"
    result = aiware("--from", recording("update"), "--format", "json", "-o", str(file))
    assert result.stdout == ""
    assert "The report is in" in result.stderr
    assert json.loads(file.read_text())["jobsToRun"] == 0


def test_standard_input() -> None:
    text = Path(recording("failed")).read_text(encoding="utf-8")
    assert aiware("--from", "-", typed=text).stdout.startswith("### 1 job will run\n")


@pytest.mark.parametrize(
    ("name", "options", "code"),
    [
        ("update", [], 0),
        ("update", ["--exit-code"], 2),
        ("nothing", ["--exit-code"], 0),
        ("update", ["--fail-on", "delete,replace"], 0),
        ("replace", ["--fail-on", "replace"], 1),
        ("replace", ["--fail-on", "delete"], 1),
        ("failed-replace", ["--fail-on", "delete"], 0),
        ("failed-replace", ["--fail-on", "replace"], 1),
        ("delete", ["--fail-on", "replace"], 0),
        ("drift", ["--fail-on", "drift"], 1),
        ("delete", ["--fail-on", "delete", "--exit-code"], 1),
        ("error", [], 1),
        ("update", ["--fail-on", "deletes"], 2),
    ],
)
def test_exit_codes(name: str, options: list[str], code: int) -> None:
    assert aiware("--from", recording(name), *options).exit_code == code


def test_what_must_not_happen_is_named() -> None:
    said = aiware("--from", recording("replace"), "--fail-on", "delete,replace").stderr
    assert "Error: TemporalDataObject episode: is replaced by another; the old one is DELETED with its content." in said
    assert "Error: SingleEngineJob single would be replaced." in said


def test_a_preview_of_the_stack_is_run(pulumi: Path) -> None:
    assert aiware("-s", "dev", "--", "--target", "URN").stdout.startswith("### 1 TDO changes")
    (call,) = (json.loads(line) for line in pulumi.read_text().splitlines())
    assert call[:5] == ["preview", "--json", "--show-sames", "--stack", "dev"]
    assert "--non-interactive" in call
    assert call[5:7] == ["--target", "URN"]


def test_a_preview_that_fails_without_a_reason_in_its_output(pulumi: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CODE", "255")
    monkeypatch.setenv("SAID", "error: the stack is locked")
    result = aiware()
    assert result.exit_code == 1
    assert result.stdout.startswith("### The preview FAILED; until then: 1 TDO changes")
    assert "error: the stack is locked" in result.stdout


def test_the_comment_of_a_preview_that_ends_at_once_is_the_same(
    pulumi: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: aiware-pipelines\n")
    printed = tmp_path / "printed.json"
    printed.write_text('{"steps": [], "diagnostics": [{"severity": "error", "message": "error: SyntaxError"}]}')
    monkeypatch.setenv("PRINTED", str(printed))
    assert aiware("-s", "local").stdout.endswith("<!-- aiware-preview: aiware-pipelines/local -->\n")
    assert aiware().stdout.endswith("<!-- aiware-preview: aiware-pipelines/chosen -->\n")


def test_no_such_stack(pulumi: Path) -> None:
    result = aiware("-s", "missing")
    assert result.exit_code == 3
    assert result.stderr.startswith("Error: The preview did not begin: no stack named 'missing' found.")


def test_no_pulumi(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    result = aiware("-s", "dev")
    assert result.exit_code == 3
    assert 'Run: eval "$(make -s env)"' in result.stderr


def test_something_else_than_a_preview(tmp_path: Path) -> None:
    file = tmp_path / "x"
    file.write_text("error: no stack selected")
    result = aiware("--from", str(file))
    assert result.exit_code == 1
    assert "This is no output of `pulumi preview --json`" in result.stderr
    assert aiware("--from", str(file), "--", "--target", "x").exit_code == 2
