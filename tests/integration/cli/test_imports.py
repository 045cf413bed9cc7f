"""What is imported, and what is not, before it is needed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping

import pytest

HEAVY = frozenset({"pulumi", "grpc", "graphql", "numpy", "httpx", "pydantic", "rich", "dill", "yaml"})
"""Packages that take long to import."""

_COMMAND = """
import sys
from aiware_resources.cli import main
try:
    main(prog_name="aiware")
finally:
    print(*sys.modules, file=sys.stderr)
"""
_LIBRARY = """
import sys
import aiware_resources
print(*sys.modules, file=sys.stderr)
"""


def imported(program: str, *arguments: str, environment: Mapping[str, str] | None = None) -> set[str]:
    """The modules that a program has imported at its end."""
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        env=os.environ | (environment or {}),
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stderr.split())


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["--version"],
        ["completion", "bash"],
        # Not adopt: it has an option for each entity that can be adopted, as the entities say.
        *([name, "--help"] for name in ("assets", "clusters", "dag", "doctor", "drift", "engines", "exports")),
        *(
            [name, "--help"]
            for name in ("jobs", "local", "login", "new", "preview", "results", "stacks", "tdos", "validate")
        ),
        ["jobs", "list", "--help"],
        ["whoami", "--help"],
    ],
    ids=" ".join,
)
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    assert not imported(_COMMAND, *arguments) & HEAVY


@pytest.mark.parametrize(
    "words", ["aiware j", "aiware jobs list --st", "aiware jobs list --status ", "aiware engines show c"]
)
def test_completion_imports_nothing_heavy(words: str) -> None:
    asked = {"_AIWARE_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
    assert not imported(_COMMAND, environment=asked) & HEAVY


def test_completion_of_a_stack_does_without_pulumi() -> None:
    asked = {"_AIWARE_COMPLETE": "bash_complete", "COMP_WORDS": "aiware -s l", "COMP_CWORD": "2"}
    assert not imported(_COMMAND, environment=asked) & {"pulumi", "grpc", "graphql", "numpy", "httpx"}


def test_only_the_command_that_is_called_is_imported() -> None:
    found = imported(_COMMAND, "jobs", "--help")
    assert "aiware_resources.cli.jobs" in found
    assert not found & {"aiware_resources.cli.tdos", "aiware_resources.cli.watching", "aiware_resources.api"}


def test_the_library_is_imported_at_its_first_use() -> None:
    assert not imported(_LIBRARY) & HEAVY
    found = imported(_LIBRARY.replace("import aiware_resources\n", "from aiware_resources import *\n"))
    assert {"aiware_resources.job", "aiware_resources.catalogue"} <= found
    # Few programs need any of these.
    assert not found & {"graphql", "numpy", "deepdiff", "jwt", "cryptography"}
