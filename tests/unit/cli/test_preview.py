"""`aiware preview`: reports of recorded previews."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from aiware_resources.cli import main

RECORDINGS = Path(__file__).parents[1] / "report" / "recordings"


def aiware(*arguments: str, typed: str | None = None) -> Result:
    result = CliRunner().invoke(main, ["preview", *arguments], input=typed)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def recording(name: str) -> str:
    return str(RECORDINGS / f"{name}.json")


def test_markdown_is_what_comes_when_nothing_is_said() -> None:
    result = aiware("--from", recording("update"))
    assert result.exit_code == 0
    first, *_ = result.stdout.splitlines()
    assert first == "### 1 TDO changes, 1 cluster changes, 3 jobs change on record only. 1 failure is kept"
    assert result.stdout.endswith("<!-- aiware-preview: aiware-pipelines/local -->\n")
    assert result.stderr == ""


@pytest.mark.parametrize("name", sorted(path.stem for path in RECORDINGS.glob("*.json")))
def test_text_tells_what_markdown_tells(name: str) -> None:
    text = aiware("--from", recording(name), "-f", "text").stdout
    report = json.loads(aiware("--from", recording(name), "--json").stdout)
    assert text.startswith(f"{report['summary']}\n")
    for row in report["rows"]:
        assert all(each in text for each in (*row["says"], *(reason["words"] for reason in row["because"])))
    assert all(drifted["name"] in text for drifted in report["drift"])
    assert not any(mark in text for mark in ("**", "<br>", "| |", "\x1b"))


def test_a_terminal_gets_text_in_colors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    shown = CliRunner().invoke(main, ["preview", "--from", recording("replace")], color=True).stdout
    assert "\x1b[1;31m" in shown
    assert "###" not in shown
    monkeypatch.setenv("NO_COLOR", "1")
    plain = CliRunner().invoke(main, ["preview", "--from", recording("replace")], color=True).stdout
    assert "\x1b" not in plain
    assert "###" not in plain


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


def test_something_else_than_a_preview(tmp_path: Path) -> None:
    file = tmp_path / "x"
    file.write_text("error: no stack selected")
    result = aiware("--from", str(file))
    assert result.exit_code == 1
    assert "This is not output of `pulumi preview --json`" in result.stderr
    assert aiware("--from", str(file), "--", "--target", "x").exit_code == 2
