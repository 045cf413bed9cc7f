"""`aiware completion`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import BashComplete

from aiware_resources import engines
from aiware_resources.cli import main
from tests.support.command import Aiware


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_code_asks_the_command(aiware: Aiware, shell: str) -> None:
    code = aiware("completion", shell)
    assert code.exit_code == 0
    assert f"_AIWARE_COMPLETE={shell}_complete" in code.stdout


def test_another_shell_is_wrong_usage(aiware: Aiware) -> None:
    assert aiware("completion", "cmd").exit_code == 2


def completed(*words: str) -> list[str]:
    """What is offered for the last of the words, which is begun only."""
    *before, begun = words
    return [item.value for item in BashComplete(main, {}, "aiware", "_AIWARE_COMPLETE").get_completions(before, begun)]


def test_commands_options_stacks_and_engines_are_completed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: mine\nstackConfigDir: stacks\n")
    (tmp_path / "stacks").mkdir()
    for stack in ("prod", "preview", "dev"):
        (tmp_path / "stacks" / f"Pulumi.{stack}.yaml").write_text("config: {}\n")
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / "below")
    assert completed("jobs", "w") == ["watch"]
    assert completed("jobs", "list", "--status", "fa") == ["failed"]
    assert completed("-s", "p") == ["preview", "prod"]
    assert completed("engines", "show", "c0e") == [engines.SPEECHMATICS_ENGLISH]


def test_bash_takes_the_code(tmp_path: Path) -> None:
    script = (
        'eval "$(aiware completion bash)"; COMP_WORDS=(aiware jobs w); COMP_CWORD=2; _aiware_completion aiware; '
        'echo "${COMPREPLY[@]}"'
    )
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(["bash", "--norc", "-c", script], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == "watch\n"
