"""Commands in messages name the stack, and never take a secret among their arguments."""

from __future__ import annotations

import re
from pathlib import Path

import pulumi
import pytest

import aiware_resources
from aiware_resources.text import commands

ROOT = Path(aiware_resources.__file__).parents[1]


def test_a_command_is_for_the_stack_at_hand() -> None:
    assert commands.aiware("jobs", "list") == "`aiware jobs list`"
    with commands.about("prod"):
        assert commands.aiware("jobs", "list") == "`aiware jobs list -s prod`"
        with commands.about(None):
            assert commands.aiware("jobs", "list") == "`aiware jobs list`"
        assert commands.config_set("aiware:api", "edge") == "pulumi config set aiware:api edge --stack prod"
    assert commands.config_set("aiware:token") == "pulumi config set --secret aiware:token --stack <stack>"


def test_a_command_is_for_the_aiware_of_a_provider() -> None:
    with commands.about("prod"), commands.through("news"):
        assert commands.aiware("jobs", "list") == "`aiware --provider news jobs list -s prod`"


def test_a_program_is_about_its_own_stack(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulumi.runtime.settings.SETTINGS, "stack", "staging")
    assert commands.aiware("results", "j-1") == "`aiware results j-1 -s staging`"


@pytest.mark.parametrize("folder", ["aiware_resources", "docs", "examples", "stacks"])
def test_no_text_has_a_secret_on_a_command_line(folder: str) -> None:
    for file in (ROOT / folder).rglob("*"):
        if file.suffix not in {".py", ".md", ".yaml", ".yml"}:
            continue
        for line in file.read_text(encoding="utf-8").splitlines():
            # Pulumi asks for a secret whose value is not among the arguments.
            command = re.search(r"pulumi config set [^`#\n]*--secret[^`#\n]*", line)
            words = command[0].split()[3:] if command else []
            values = [word for word in words if not word.startswith("-")]
            stack = 1 if "--stack" in words else 0
            assert len(values) <= 1 + stack or "asks" in line, line
