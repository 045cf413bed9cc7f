"""`aiware login` and `-s`, with the real Pulumi: what is stored is what the commands and the program then use."""

from __future__ import annotations

import yaml

from tests.support.local import Local
from tests.support.project import STACK, Project


def test_credentials_go_into_the_stack_encrypted(project: Project, local: Local) -> None:
    project.config(aiware__endpoint=local.server.graphql_url)
    missing = project.aiware("-s", STACK, "whoami")
    assert (missing.returncode, "No aiWARE token is set." in missing.stderr) == (3, True)
    password = local.credentials["password"]
    login = ("-s", STACK, "login", "-u", local.credentials["userName"], "--password-stdin")

    done = project.aiware(*login, given=password)
    assert (done.returncode, done.stderr) == (0, "")
    written = (project.folder / "stacks" / f"Pulumi.{STACK}.yaml").read_text()
    assert yaml.safe_load(written)["config"]["aiware:token"].keys() == {"secure"}
    assert password not in written + done.stdout

    shown = project.told("-s", STACK, "whoami")
    assert shown["user"]["name"] == local.credentials["userName"]

    unknown = project.aiware("-s", "nowhere", "whoami")
    assert unknown.returncode == 3
    assert "no stack named 'nowhere' found" in unknown.stderr
    project.environment["PULUMI_CONFIG_PASSPHRASE"] = "another"
    locked = project.aiware("-s", STACK, "whoami")
    assert (locked.returncode, "incorrect passphrase" in locked.stderr) == (3, True)
