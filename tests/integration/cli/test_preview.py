"""`aiware preview` with a `pulumi` that prints recorded previews."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from aiware_resources.cli import main

RECORDINGS = Path(__file__).parents[2] / "unit" / "report" / "recordings"

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
if "--event-log" in sys.argv:
    assert os.environ["PULUMI_DEBUG_COMMANDS"] == "true"
    said = {{"message": "For.\\nIt is not allowed.", "policyName": "p", "enforcementLevel": "mandatory"}}
    with open(sys.argv[sys.argv.index("--event-log") + 1], "w") as log:
        log.write(json.dumps({{"policyEvent": said}}) + "\\n")
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


def test_what_policies_say_is_in_the_report(pulumi: Path) -> None:
    ran = aiware("-s", "dev", "--", "--policy-pack", "policies")
    assert "policy p: It is not allowed." in ran.stdout
    assert ran.exit_code == 1


def test_a_preview_of_the_stack_is_run(pulumi: Path) -> None:
    assert aiware("-s", "dev", "--", "--target", "URN").stdout.startswith("### 1 TDO changes")
    (call,) = (json.loads(line) for line in pulumi.read_text().splitlines())
    assert call[:5] == ["preview", "--json", "--show-sames", "--stack", "dev"]
    assert "--non-interactive" in call
    assert call[5:7] == ["--target", "URN"]


@pytest.mark.parametrize(
    ("manifest", "arguments", "passed"),
    [
        ("name: mine\n", [], ["--refresh"]),
        ("name: mine\noptions: {refresh: never}\n", [], ["--refresh"]),
        ("name: mine\noptions: {refresh: always}\n", [], []),
        ("name: mine\n", ["--refresh=false"], ["--refresh=false"]),
        ("name: mine\n", ["-r"], ["-r"]),
        ("name: [", [], []),
        (None, [], []),
    ],
)
def test_it_reads_aiware_first_whatever_the_project_says(
    pulumi: Path, manifest: str | None, arguments: list[str], passed: list[str]
) -> None:
    if manifest is not None:
        (pulumi.parent / "Pulumi.yaml").write_text(manifest)
    aiware("-s", "dev", "--", *arguments)
    (call,) = (json.loads(line) for line in pulumi.read_text().splitlines())
    assert call[5 : call.index("--non-interactive")] == passed


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
    assert "Install Pulumi: " in result.stderr
