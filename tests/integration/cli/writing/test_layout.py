"""The layout of generated Python: it is what ruff makes of it, and it means what was given."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aiware_resources.cli.writing.layout import Argument, assignment
from aiware_resources.reconcile.adoption import Code

RUFF = [str(Path(sys.executable).with_name("ruff")), "format", "--isolated", "--line-length", "120", "-"]

texts = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        ["'", '"', 'it\'s "both"', "\\", "line\nbreak\ttab", "\x00\x7f\u2028", "x" * 130, "市" * 50, "é\u0301"]
    ),
)
leaves = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), texts)
values = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4), max_leaves=25
)


def formatted(source: str) -> str:
    """What ruff makes of it."""
    done = subprocess.run(RUFF, input=source, capture_output=True, text=True, check=True)
    return done.stdout


def arguments_in(source: str) -> dict[str, Any]:
    """The arguments of the one call, as Python reads them."""
    (statement,) = ast.parse(source).body
    assert isinstance(statement, ast.Assign)
    assert isinstance(statement.value, ast.Call)
    return {each.arg or "": ast.literal_eval(each.value) for each in statement.value.keywords}


@settings(max_examples=40, deadline=None)
@given(texts, st.dictionaries(st.sampled_from(["name", "tags", "details", "payload"]), values, max_size=4))
def test_any_call_is_laid_out_as_ruff_would_and_means_what_was_given(first: str, given: dict[str, Any]) -> None:
    arguments = [Argument(name, value) for name, value in given.items()]
    source = f"{assignment('thing', 'Cluster', first, arguments)}\n"
    assert formatted(source) == source
    assert arguments_in(source) == given


@pytest.mark.parametrize("length", range(70, 95))
def test_where_the_line_ends(length: int) -> None:
    source = assignment("thing", "Cluster", "a", [Argument("name", "x" * length), Argument("tags", ["a", "b"])])
    assert formatted(f"{source}\n") == f"{source}\n"


def test_comments_stand_above_their_argument() -> None:
    comment = ["why", "and how"]
    source = assignment("thing", "Job", "a", [Argument("adopt", "1"), Argument("tasks", Code("other.id"), comment)])
    assert source == ('thing = Job(\n    "a",\n    adopt="1",\n    # why\n    # and how\n    tasks=other.id,\n)')
    assert formatted(f"{source}\n") == f"{source}\n"


def test_code_inside_of_values_stays_code() -> None:
    source = assignment("job", "Job", "a", [Argument("tasks", [{"engine_id": Code("engines.CHUNK"), "n": 1}])])
    assert source == 'job = Job("a", tasks=[{"engine_id": engines.CHUNK, "n": 1}])'
