"""The reference that is made from the code says of arguments, types, defaults and changes what is so."""

from __future__ import annotations

import pytest

from aiware_resources import engines
from tests.support.markdown import table
from tools.docs import wording
from tools.docs.pages import DOCS, names, parts, refreshed


@pytest.mark.parametrize(
    ("page", "argument", "kind", "default", "change"),
    [
        ("cluster.md", "name", "`str`", "required", "in place"),
        ("cluster.md", "memory_size", "`size`", "–", "replaces"),
        ("cluster.md", "adopt", "`bool | str`", "–", "policy"),
        ("temporal-data-object.md", "status", "`str`", "`downloaded`", "in place"),
        ("temporal-data-object.md", "start_date_time", "`time`", "required", "in place"),
        ("job.md", "dag", "`Dag`", "–", "replaces"),
        ("job.md", "tasks", "[`list[TaskArgs]`](#taskargs)", "–", "replaces"),
        ("job.md", "cluster_id", "`str`", "–", "next run"),
        ("job.md", "on_failure", '`"retry" | "replace" | "keep"`', "`retry`", "policy"),
        ("job.md", "timeout", "`float`", "`aiware:jobTimeout`", "policy"),
        ("job-fleet.md", "media", "`dict`", "required", "in place"),
        ("export-request.md", "include_media", "`bool`", "`false`", "replaces"),
    ],
)
def test_an_argument(page: str, argument: str, kind: str, default: str, change: str) -> None:
    rows = {row[0]: row[1:] for row in table(DOCS / page, "Arguments")}
    assert rows[f"`{argument}`"][:3] == [kind, default, change]


def test_a_nested_argument_and_an_output() -> None:
    keys = {row[0]: row[1:3] for row in table(DOCS / "job.md", "ExecutionPreferencesArgs")}
    assert keys["`max_retries`"] == ["`int`", "`1`"]
    outputs = {row[0]: row[1] for row in table(DOCS / "job.md", "Outputs")}
    assert outputs["`result_files`"] == "`list[dict[str, Any]] | None`"


def test_a_setting() -> None:
    rows = {row[0]: row[1:4] for row in table(DOCS / "settings.md", "Settings")}
    assert rows["`aiware:pollInterval`"] == ["`AIWARE_POLL_INTERVAL`", "`number`", "`2`"]
    assert rows["`aiware:token`"] == ["`AIWARE_TOKEN`", "`str`", "–"]


def test_functions() -> None:
    page = DOCS / "functions.md"
    job_id, _, engine_ids, _ = table(page, "get_engine_results")
    assert job_id[:3] == ["`job_id`", "`str`", "–"]
    assert engine_ids[:2] == ["`engine_ids`", "`Sequence[str]`"]
    assert table(page, "transcription")[1][:3] == ["`engine_id`", "`str`", "`engines.SPEECHMATICS_ENGLISH`"]
    assert table(page, "engine")[0][2] == "required"
    assert table(page, "Job.results")[0][0] == "`engine_id`"
    ids = {row[0]: row[1] for row in table(page, "Engine ids")}
    assert ids["`CHUNK`"] == f"`{engines.CHUNK}`"


@pytest.mark.parametrize(
    ("told", "default"),
    [
        ("`delete` (default) or `retain` (default of an adopted cluster).", "delete"),
        ("What it does: `retry` in place (default), or `keep`.", "retry"),
        ("By default as `x` says", None),
        ("Whether to wait; by default as `aiware:wait` says.", "aiware:wait"),
        ("`retain` is the default of an adopted one.", None),
    ],
)
def test_a_default_that_a_docstring_tells(told: str, default: str | None) -> None:
    assert wording.default_told(told) == default


def test_parts_are_made_again_and_the_rest_stays() -> None:
    page = "before\n<!-- generated: settings -->\nstale text\n<!-- end -->\nafter\n"
    made = refreshed(page)
    assert made.startswith("before\n<!-- generated: settings -->\n\n| setting |")
    assert made.endswith("\n\n<!-- end -->\nafter\n")
    assert "stale text" not in made
    assert refreshed(made) == made
    assert names(made) == ["settings"]


def test_a_part_that_nobody_knows_is_an_error() -> None:
    assert "arguments of Job" in parts()
    with pytest.raises(KeyError, match="arguments of Ghost"):
        refreshed("<!-- generated: arguments of Ghost -->\n<!-- end -->\n")
