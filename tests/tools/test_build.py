"""The build of the Pulumi CLI: done only where it is needed, once, and never by half. Go is a stand-in."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.tools.conftest import Project

BUILD = "pulumi-cli/build.py"
ALL_FOUR = ["pulumi", "pulumi-language-python", "pulumi-language-python-exec", "pulumi-resource-pulumi-python"]

# Answers as `go` does, keeps a record of its calls, and fails where `fail` says so, with a build half done.
GO = """
import json, pathlib, sys
here = pathlib.Path(__file__).parent
arguments = sys.argv[1:]
with (here / "calls").open("a") as calls:
    calls.write(json.dumps(arguments) + chr(10))
fail = here / "fail"
if fail.exists():
    match, text = json.loads(fail.read_text())
    if match in " ".join(arguments):
        if "-o" in arguments:
            pathlib.Path(arguments[arguments.index("-o") + 1]).write_text("half of it")
        sys.exit(text)
if arguments[:2] == ["env", "GOVERSION"]:
    print((here / "go-version").read_text())
elif arguments[:2] == ["list", "-m"]:
    print(here / "sdk")
elif arguments[0] == "build":
    output = pathlib.Path(arguments[arguments.index("-o") + 1])
    if output.exists():
        sys.exit(f"build output {output} already exists and is not an object file")
    output.write_text(f"#!{sys.executable} -IS\\nprint('v3.259.0')")
"""


@pytest.fixture
def go(project: Project) -> Path:
    project.program("go", GO)
    (project.programs / "go-version").write_text("go1.26.8", encoding="utf-8")
    for script in ("python/cmd/pulumi-language-python-exec", "python/dist/pulumi-resource-pulumi-python"):
        file = project.programs / "sdk" / script
        file.parent.mkdir(parents=True)
        file.write_text("#!/bin/sh\n", encoding="utf-8")
        file.chmod(0o444)  # as in Go's module cache
    return project.programs


def built(project: Project) -> list[str]:
    """Names of the files that the build made."""
    folder = project.folder / ".pulumi-cli" / "bin"
    return sorted(file.name for file in folder.iterdir()) if folder.exists() else []


def packages_built(go: Path) -> list[str]:
    """Last parts of the Go packages that were built since the record was emptied, which this does."""
    calls = [json.loads(line) for line in (go / "calls").read_text(encoding="utf-8").splitlines()]
    (go / "calls").write_text("", encoding="utf-8")
    return [call[-1].rsplit("/", 1)[1] for call in calls if call[0] == "build"]


def test_installed_cli_is_used_and_nothing_is_built(project: Project, installed_pulumi: Path) -> None:
    assert installed_pulumi.exists()
    result = project.run(BUILD)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    assert built(project) == []
    assert project.run(BUILD, "--where").stdout == ""


def test_language_host_beside_what_a_link_points_to_counts(project: Project, tmp_path: Path) -> None:
    for name in ("pulumi", "pulumi-language-python", "pulumi-resource-pulumi-python"):
        project.program(name, "print('v3.259.0')", tmp_path / "opt")
    (project.programs / "pulumi").symlink_to(tmp_path / "opt" / "pulumi")
    assert project.run(BUILD, "--where").stdout == ""


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("v3.199.9", "is version 3.199.9, and 3.200.0 or newer is needed"),
        (
            "v3.259.0",
            "cannot run Python programs, for want of pulumi-language-python and pulumi-resource-pulumi-python",
        ),
        ("what?", "does not show its version"),
    ],
)
def test_installed_cli_that_will_not_do_is_passed_over(project: Project, go: Path, answer: str, reason: str) -> None:
    program = project.program("pulumi", f"print({answer!r})")
    result = project.run(BUILD)
    assert result.returncode == 0
    assert f"{program} {reason}" in result.stderr
    assert built(project) == ALL_FOUR
    assert packages_built(go) == ["pulumi-language-python", "pulumi"]


def test_built_cli_is_executable_and_says_where_it_is(project: Project, go: Path) -> None:
    assert go.exists()
    result = project.run(BUILD)
    assert result.stdout == ""
    assert "building pulumi v3." in result.stderr
    folder = project.folder / ".pulumi-cli" / "bin"
    assert all(os.access(folder / name, os.X_OK) for name in ALL_FOUR)
    assert project.run(BUILD, "--where").stdout == f"{folder}\n"


def test_second_run_does_nothing_even_with_the_built_cli_on_path(project: Project, go: Path) -> None:
    project.run(BUILD)
    packages_built(go)
    folder = project.folder / ".pulumi-cli" / "bin"
    path = f"{folder}{os.pathsep}{go}"
    result = project.run(BUILD, PATH=path)
    assert (result.returncode, result.stderr) == (0, "")
    assert project.run(BUILD, "--where", PATH=path).stdout == f"{folder}\n"
    assert (go / "calls").read_text(encoding="utf-8") == ""


def test_failed_build_leaves_no_half_program_and_goes_on_from_there(project: Project, go: Path) -> None:
    (go / "fail").write_text(json.dumps(["-o", "out of memory"]), encoding="utf-8")
    first = project.run(BUILD)
    assert first.returncode == 1
    assert "The Pulumi CLI could not be built: `go build` failed in" in first.stderr
    assert "out of memory" in first.stderr
    assert not set(ALL_FOUR) & set(built(project))

    (go / "fail").write_text(json.dumps(["pkg/v3/cmd/pulumi", "out of memory"]), encoding="utf-8")
    packages_built(go)
    assert project.run(BUILD).returncode == 1
    assert set(ALL_FOUR) - set(built(project)) == {"pulumi"}
    assert packages_built(go) == ["pulumi-language-python"]

    (go / "fail").unlink()
    assert project.run(BUILD).returncode == 0
    assert built(project) == ALL_FOUR
    assert packages_built(go) == ["pulumi"]


def test_new_pin_is_built_again(project: Project, go: Path) -> None:
    project.run(BUILD)
    packages_built(go)
    sums = project.folder / "tools" / "pulumi-cli" / "language" / "go.sum"
    sums.write_text(sums.read_text(encoding="utf-8") + "# changed\n", encoding="utf-8")
    assert project.run(BUILD).returncode == 0
    assert packages_built(go) == ["pulumi-language-python"]


def test_no_go_says_what_to_install(project: Project) -> None:
    result = project.run(BUILD)
    assert result.returncode == 1
    assert "there is no `go` on PATH. Install Go 1." in result.stderr
    assert "https://www.pulumi.com/docs/install/" in result.stderr


def test_old_go_is_refused(project: Project, go: Path) -> None:
    (go / "go-version").write_text("go1.22.3", encoding="utf-8")
    result = project.run(BUILD)
    assert result.returncode == 1
    assert f"{go / 'go'} is go1.22.3, and Go 1." in result.stderr
    assert packages_built(go) == []


def test_missing_network_is_told_apart(project: Project, go: Path) -> None:
    trouble = "dial tcp: lookup proxy.golang.org: no such host"
    (go / "fail").write_text(json.dumps(["list -deps", trouble]), encoding="utf-8")
    result = project.run(BUILD)
    assert result.returncode == 1
    assert trouble in result.stderr
    assert "check the network and `go env GOPROXY`" in result.stderr
