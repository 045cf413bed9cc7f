"""The report of each kind of change, from what the real engine printed (see record.py), word for word."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from aiware_resources.report import Report, as_json, build, html, markdown, marker, parse, sentence

RECORDINGS = Path(__file__).parent / "recordings"
NAMES = sorted(path.stem for path in RECORDINGS.glob("*.json"))
SECRETS = ("stored-e07f31", "docker-4c1d9a", "docker-77aa01", "service-8b7e2f", "4c1d9a77aa01")


class MarkdownFile(SingleFileSnapshotExtension):
    """A golden report as a file of its own, to be looked at as a pull request shows it."""

    file_extension = "md"
    _write_mode = WriteMode.TEXT


def report_of(name: str) -> Report:
    return build(parse((RECORDINGS / f"{name}.json").read_text(encoding="utf-8")))


@pytest.mark.parametrize("name", NAMES)
def test_markdown(name: str, snapshot: SnapshotAssertion) -> None:
    assert markdown(report_of(name)) == snapshot(extension_class=MarkdownFile)


@pytest.mark.parametrize("name", NAMES)
def test_no_format_tells_a_secret_or_the_pickled_provider(name: str) -> None:
    report = report_of(name)
    recorded = (RECORDINGS / f"{name}.json").read_text(encoding="utf-8")
    pickled = set(re.findall(r'"__provider": "(\w+)', recorded))
    assert pickled
    for text in (markdown(report, None), html(report), as_json(report)):
        assert [hidden for hidden in (*SECRETS, *pickled, "__provider", "__owner") if hidden in text] == []


@pytest.mark.parametrize("name", NAMES)
def test_the_first_line_says_what_happens(name: str) -> None:
    report = report_of(name)
    assert markdown(report).startswith(f"### {sentence(report)}\n")
    assert markdown(report).rstrip().endswith(marker(report))
    assert json.loads(as_json(report))["summary"] == sentence(report)


SENTENCES = {
    "nothing": "Nothing changes. 2 failures are kept",
    "update": "1 TDO changes, 1 cluster changes, 3 jobs change on record only. 1 failure is kept",
    "update-secret": "1 TDO changes. 1 failure is kept",
    "error": "The preview FAILED",
    "failed": "1 job will run",
}


@pytest.mark.parametrize("name", SENTENCES)
def test_sentence(name: str) -> None:
    assert sentence(report_of(name)) == SENTENCES[name]


def test_what_is_done_to_a_tdo_is_named_by_its_policy() -> None:
    says = {change.name: change.says for change in report_of("delete").changes if change.type == "TemporalDataObject"}
    assert says == {
        "episode": "is DELETED with its content",
        "private": "is DELETED with its content",
        "emptied": "is CLEANED UP: it stays, without storage",
        "kept": "is only forgotten: aiWARE keeps it",
    }


def test_destructive_changes_come_first() -> None:
    for name in ("delete", "replace", "everything"):
        destroys = [change.destroys for change in report_of(name).changes]
        assert any(destroys)
        assert destroys == sorted(destroys, reverse=True)


def test_a_repair_of_drift_is_no_change_of_the_program() -> None:
    report = report_of("drift")
    repaired = {change.name for change in report.changes if change.is_repair}
    assert repaired == {"main", "episode", "private", "kept"}
    text = markdown(report)
    changes, _, rest = text.partition("#### Drift")
    assert "`main`" not in changes
    assert "`main`" in rest


def test_jobs_to_run_are_counted_in_fleets_too() -> None:
    assert report_of("create").jobs_to_run == 9
    assert report_of("fleet").jobs_to_run == 2
    assert report_of("nothing").jobs_to_run == 0
