"""What a project's `configuration.py` is made of."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import aiware_resources
from aiware_resources.configuration import ClusterArguments, check_span

ROOT = Path(__file__).resolve().parents[2]
PUBLIC = {"aiware_resources", "aiware_resources.configuration"}


@pytest.mark.parametrize("file", ["configuration.py", "__main__.py"])
def test_the_shipped_program_imports_what_is_public(file: str) -> None:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
    assert {name for name in imported if name.startswith("aiware_resources")} <= PUBLIC


def test_the_names_of_the_library_are_where_it_says() -> None:
    tree = ast.parse(Path(aiware_resources.__file__).read_text(encoding="utf-8"))
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    for_type_checkers = {
        alias.name: node.module
        for node in imports
        for alias in node.names
        if node.module and node.module.startswith("aiware_resources.")
    }
    at_run_time = {name: f"aiware_resources.{module}" for name, module in aiware_resources._MODULES.items()}
    assert for_type_checkers == at_run_time
    assert sorted(aiware_resources.__all__) == sorted(at_run_time)
    assert all(getattr(aiware_resources, name) is not None for name in aiware_resources.__all__)
    with pytest.raises(AttributeError, match="has no attribute 'Jbo'"):
        _ = aiware_resources.Jbo  # type: ignore[attr-defined]


def test_arguments_of_a_cluster_stay_as_they_are_written() -> None:
    given = {"name": "c", "allowedEngines": ["all"], "memorySize": "20gb"}
    assert ClusterArguments.model_validate(given).given() == {
        "name": "c",
        "allowed_engines": ["all"],
        "memory_size": "20gb",
    }


def test_a_span_does_not_end_before_it_starts() -> None:
    check_span("2026-01-01T00:00:00Z", "2026-01-01T01:00:00Z")
    with pytest.raises(ValueError, match="stop is earlier than"):
        check_span("2026-01-01T00:00:00Z", 0)
