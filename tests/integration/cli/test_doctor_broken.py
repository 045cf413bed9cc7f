"""`aiware doctor` on a machine with each thing of the project broken, and with what only looks so."""

from __future__ import annotations

import json
import stat
import sys
from collections.abc import Callable
from importlib.metadata import version

import pytest

from tests.integration.cli.machine import HELPERS, MANIFEST, SECRET, Machine, findings, unused_port
from tests.support.command import Aiware

Break = Callable[[Machine], object]


def _unlinked(name: str) -> Break:
    return lambda machine: (machine.bin / name).unlink()


def _venv_is(kind: str) -> Break:
    def change(machine: Machine) -> None:
        venv = machine.project / ".venv"
        venv.unlink()
        if kind == "broken":
            (venv / "bin").mkdir(parents=True)
            (venv / "bin" / "python").symlink_to(machine.program("python-that-ends", "#!/bin/sh\nexit 3\n"))

    return change


def _requirements(text: str) -> Break:
    return lambda machine: (machine.project / "requirements.txt").write_text(text)


def _locked(pyproject: str) -> Break:
    """A requirements.txt as a tool compiles it, beside a pyproject.toml."""

    def change(machine: Machine) -> None:
        _requirements(f"click=={version('click')} \\\n    --hash=sha256:abc\n    # via mine\n")(machine)
        (machine.project / "pyproject.toml").write_text(pyproject)

    return change


def _scripts(machine: Machine) -> None:
    """A virtual environment as Windows has it."""
    _venv_is("missing")(machine)
    (machine.project / ".venv" / "Scripts").mkdir(parents=True)
    (machine.project / ".venv" / "Scripts" / "python.exe").symlink_to(
        machine.program("python", f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    )


def _built_from(path: str, module_version: str) -> Break:
    """A language host as Go builds one, which has in it what it was built from."""
    module = path.removesuffix("/python/cmd/pulumi-language-python")
    return lambda machine: machine.program(
        HELPERS[0], f"#!/bin/sh\n# \x00path\t{path}\nmod\t{module}\t{module_version}\th1:sum=\n"
    )


def _old_python(machine: Machine) -> None:
    _venv_is("missing")(machine)
    python = machine.project / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    packages = {"python": [3, 10, 4], "packages": {"pulumi": None, "click": version("click")}}
    python.write_text(f"#!/bin/sh\necho '{json.dumps(packages)}'\n")
    python.chmod(stat.S_IRWXU)


def _elsewhere(machine: Machine) -> None:
    machine.monkeypatch.chdir("/")


def _unreachable(machine: Machine) -> None:
    machine.env(AIWARE_ENDPOINT=f"http://127.0.0.1:{unused_port()}/v3/graphql", AIWARE_TOKEN=SECRET)


BROKEN: dict[str, tuple[Break, str, str, str, str]] = {
    "no pulumi": (_unlinked("pulumi"), "Pulumi CLI", "fail", "no `pulumi` on PATH", "make setup"),
    "old pulumi": (
        lambda machine: machine.pulumi(version="v3.199.9"),
        *("Pulumi CLI", "fail", "3.199.9; 3.200.0 or newer is needed", "make setup"),
    ),
    "pulumi that does not run": (
        lambda machine: machine.pulumi(version="error: no license"),
        *("Pulumi CLI", "fail", "does not show its version: error: no license", "make setup"),
    ),
    "no language host": (
        _unlinked("pulumi-language-python"),
        *("language host", "fail", "pulumi-language-python is neither beside", "Install Pulumi as a whole"),
    ),
    "language host that is old": (
        _built_from("github.com/pulumi/pulumi/sdk/v3/python/cmd/pulumi-language-python", "v3.78.1"),
        *(
            "language host",
            "warn",
            "3.78.1, which runs programs, and policy packs with `runtime: aiware`",
            "install Pulumi as a whole",
        ),
    ),
    "newer SDK": (
        lambda machine: machine.pulumi(version="v3.200.0"),
        *("versions", "warn", f"3.200.0, the Python SDK (the package pulumi) {version('pulumi')}:", "Install Pulumi"),
    ),
    "manifest without refresh": (
        lambda machine: (machine.project / "Pulumi.yaml").write_text(MANIFEST),
        *("refresh", "warn", "do not see drift", "Pulumi.yaml: options: {refresh: always}"),
    ),
    "old Python": (
        _old_python,
        *("virtual environment", "fail", "is Python 3.10.4; 3.11 or newer is needed", "make setup"),
    ),
    "missing package of a range": (
        _requirements("no-such-package-of-ours[extra] >= 1.0, < 2  # a range\n"),
        *("packages", "fail", "not installed: no-such-package-of-ours", "make setup"),
    ),
    "no project": (_elsewhere, "project", "warn", "no Pulumi project here", "Change into"),
    "no virtual environment": (
        _venv_is("missing"),
        *("virtual environment", "fail", "/.venv/bin/python is missing", "make setup"),
    ),
    "virtual environment of a Python that is gone": (
        _venv_is("broken"),
        *("virtual environment", "fail", "does not run", "make setup"),
    ),
    "missing package": (
        _requirements("no-such-package-of-ours==1.0\n"),
        *("packages", "fail", "not installed: no-such-package-of-ours", "make setup"),
    ),
    "other package": (
        _requirements("click==1.0\n"),
        *("packages", "warn", "instead of 1.0", "make setup"),
    ),
    "package out of range": (
        _requirements("click>=1,<2\n"),
        *("packages", "warn", "instead of <2,>=1", "make setup"),
    ),
    "package of this Python": (
        _requirements('click==1.0 ; python_full_version >= "3.11" \\\n    --hash=sha256:abc\n'),
        *("packages", "warn", "instead of 1.0", "make setup"),
    ),
    "stale lock": (
        lambda machine: (machine.project / "pyproject.toml").write_text('[project]\ndependencies = ["click>=99"]\n'),
        *("requirements", "warn", f"click=={version('click')} instead of click>=99", "make lock"),
    ),
    "lock that lacks a package": (
        _locked("[project]\ndependencies = ['click', 'none-such[a]>=2']\n"),
        *("requirements", "warn", "it lacks none-such[a]>=2", "make lock"),
    ),
    "wrong stack file": (
        lambda machine: machine.stack("config:\n  aiware:wiat: true\n"),
        *("stack files", "fail", "1 problem, the first: Pulumi.prod.yaml: aiware:wiat", "aiware stacks check"),
    ),
    "manifest that is not YAML": (
        lambda machine: (machine.project / "Pulumi.yaml").write_text("name: ["),
        *("project", "fail", "is not YAML", "Correct it"),
    ),
    "no stack file": (
        lambda machine: (machine.project / "stacks" / "Pulumi.prod.yaml").unlink(),
        *("stack files", "warn", "there are none", "docs/stacks.md"),
    ),
    "not logged in": (
        lambda machine: machine.pulumi(whoami="error: PULUMI_ACCESS_TOKEN must be set"),
        *("state backend", "fail", "PULUMI_ACCESS_TOKEN must be set", "pulumi login"),
    ),
    "setting that is none": (
        lambda machine: machine.env(AIWARE_JOB_TIMEOUT="soon"),
        *("settings", "fail", "AIWARE_JOB_TIMEOUT should be a number", "Correct it"),
    ),
    "no token": (
        lambda machine: machine.env(AIWARE_ENDPOINT="https://aiware.test/v3/graphql"),
        *("settings", "fail", "No aiWARE token is set", "Correct it"),
    ),
    "unreachable endpoint": (_unreachable, "endpoint", "fail", "cannot be reached", "Check aiware:endpoint"),
    "port that is none": (
        lambda machine: machine.env(AIWARE_LOCAL_PORT="http"),
        *("local aiWARE", "fail", "AIWARE_LOCAL_PORT is 'http'", "aiware local"),
    ),
}


@pytest.mark.parametrize("what", BROKEN)
def test_what_is_broken_is_found_with_a_remedy(aiware: Aiware, machine: Machine, what: str) -> None:
    break_, check, status, seen, remedy = BROKEN[what]
    break_(machine)
    code, found = findings(aiware)
    assert found[check]["status"] == status, found
    assert seen in found[check]["seen"]
    assert remedy in (found[check]["remedy"] or "")
    assert code == (status == "fail")
    # One thing is broken, and one thing is said to be.
    assert [each["check"] for each in found.values() if each["status"] == "fail" and each["check"] != check] == []


@pytest.mark.parametrize(
    "change",
    [
        lambda machine: machine.program(HELPERS[0], ""),
        _built_from("github.com/pulumi/pulumi/sdk/python/cmd/pulumi-language-python/v3", "(devel)"),
        lambda machine: machine.pulumi(version="v3.999.0"),
        _requirements('--index-url https://packages.test\n-r other.txt\nnone==1; sys_platform == "win32"\n'),
        _requirements(f"click=={version('click')} \\\n    --hash=sha256:abc\n"),
        _requirements("click==8.*\npulumi>=3,<4\nmine @ https://packages.test/mine.whl\n"),
        _requirements('click==1 ; python_version < "3.11"\n-e .\n'),
        _locked("[project]\ndependencies = ['Click>=8,<9']\n"),
        _locked("[tool.mine]\n"),
        _scripts,
    ],
    ids=[
        "host without build",
        "host of its own module",
        "newer CLI",
        "options and markers",
        "hashes",
        "ranges",
        "other Python",
        "lock",
        "no project",
        "Scripts",
    ],
)
def test_what_is_fine_is_not_warned_of(aiware: Aiware, machine: Machine, change: Break) -> None:
    change(machine)
    assert {each["status"] for each in findings(aiware)[1].values()} == {"ok"}
