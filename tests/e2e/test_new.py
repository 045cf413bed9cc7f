"""A new project from an empty folder: `aiware new`, the commands that it prints, captions; and `pulumi new`."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from aiware_resources.cli.new import TEMPLATE
from tests.support.project import ROOT


class Shell:
    """A shell of a user who has Pulumi, and an environment with the library; they are logged in nowhere."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        programs = [f"{sys.prefix}/bin", str(ROOT / ".pulumi-cli" / "bin"), os.environ["PATH"]]
        self.environment = os.environ | {
            "PATH": os.pathsep.join(programs),
            "PULUMI_HOME": str(folder.parent / "pulumi-home"),
            "PULUMI_SKIP_UPDATE_CHECK": "true",
        }

    def run(self, *commands: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", "-euc", "\n".join(commands)],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
            check=False,
        )


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    folder = tmp_path / "empty"
    folder.mkdir()
    made = Shell(folder)
    yield made
    for data in folder.rglob(".aiware-local"):
        made.run(f"cd {data.parent}", "aiware local stop")


def test_two_commands_lead_to_captions(shell: Shell) -> None:
    ran = shell.run("aiware new captions")
    assert ran.returncode == 0, ran.stdout
    commands = [line.strip() for line in ran.stdout.splitlines() if line.startswith("  ")]
    assert len(commands) == 2
    ran = shell.run(*commands, "pytest -p no:asyncio", "pulumi preview --diff", "pulumi destroy --yes --skip-preview")
    assert ran.returncode == 0, ran.stdout
    captions = shell.folder / "captions" / "out" / "local" / "recording.vtt"
    assert captions.read_text(encoding="utf-8").startswith("WEBVTT\n")
    assert "city council" in " ".join(captions.read_text(encoding="utf-8").split())
    assert "1 passed" in ran.stdout
    assert "6 unchanged" in ran.stdout
    assert "6 deleted" in ran.stdout


def test_nothing_is_left_where_pulumi_refuses(shell: Shell) -> None:
    ran = shell.run("export PULUMI_BACKEND_URL=file:///nonexistent/folder", "aiware new captions")
    assert ran.returncode == 3
    assert "The stack local cannot be made" in ran.stdout
    assert list(shell.folder.iterdir()) == []


def test_pulumi_takes_the_template(shell: Shell) -> None:
    ran = shell.run(
        f"pulumi new '{TEMPLATE}' --generate-only --yes --name 1234 --dir captions --description 'a: \"b\"'"
    )
    assert ran.returncode == 0, ran.stdout
    made = shell.folder / "captions"
    manifest = yaml.safe_load((made / "Pulumi.yaml").read_text(encoding="utf-8"))
    assert (manifest["name"], manifest["description"]) == ("1234", 'a: "b"')
    assert manifest["options"] == {"refresh": "always"}
    assert "template" not in manifest
    assert (made / ".github" / "workflows" / "aiware.yml").is_file()
    assert 'project="1234"' in (made / "tests" / "test_program.py").read_text(encoding="utf-8")
