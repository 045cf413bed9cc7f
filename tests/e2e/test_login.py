"""`aiware login` and `-s`, with the real Pulumi: what is stored is what the commands and the program then use."""

from __future__ import annotations

import json
import subprocess

import yaml

from tests.support.local import Local
from tests.support.project import STACK, Project


def aiware(project: Project, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    """Runs the command in the project's folder."""
    return subprocess.run(
        ["aiware", *arguments],
        cwd=project.folder,
        env=project.environment,
        input=given,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_credentials_go_into_the_stack_encrypted(project: Project, local: Local) -> None:
    project.config(aiware__endpoint=local.server.graphql_url)
    missing = aiware(project, "-s", STACK, "whoami")
    assert (missing.returncode, "No aiWARE token is set." in missing.stderr) == (3, True)
    password = local.credentials["password"]
    login = ("-s", STACK, "login", "-u", local.credentials["userName"], "--password-stdin")

    done = aiware(project, *login, given=password)
    assert (done.returncode, done.stderr) == (0, "")
    written = (project.folder / "stacks" / f"Pulumi.{STACK}.yaml").read_text()
    assert yaml.safe_load(written)["config"]["aiware:token"].keys() == {"secure"}
    assert password not in written + done.stdout

    shown = json.loads(aiware(project, "-s", STACK, "whoami", "--json").stdout)
    assert shown["user"]["name"] == local.credentials["userName"]

    unknown = aiware(project, "-s", "nowhere", "whoami")
    assert unknown.returncode == 3
    assert "no stack named 'nowhere' found" in unknown.stderr
    locked = subprocess.run(
        ["aiware", "-s", STACK, "whoami"],
        cwd=project.folder,
        env=project.environment | {"PULUMI_CONFIG_PASSPHRASE": "another"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (locked.returncode, "incorrect passphrase" in locked.stderr) == (3, True)
