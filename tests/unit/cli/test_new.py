"""`aiware new` without a `pulumi`: what it makes, and what it refuses. tests/e2e/test_new.py runs the project."""

from __future__ import annotations

import json
import shutil
import stat
import sys
import tomllib
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NoReturn

import pytest
import yaml

from aiware_resources.cli import new, pulumi_command
from aiware_resources.errors import ConfigurationError
from tests.support.command import Aiware

ROOT = Path(__file__).resolve().parents[3]
FILES = {
    ".github/workflows/aiware.yml",
    ".gitignore",
    ".gitlab-ci.yml",
    "Pulumi.dev.yaml",
    "Pulumi.local.yaml",
    "Pulumi.yaml",
    "README.md",
    "__main__.py",
    "media/council.m4a",
    "media/council.vtt",
    "requirements.txt",
    "tests/test_program.py",
}
UP = "pulumi up --stack local --yes"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, which is empty; there is no `pulumi`, and no passphrase."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("PATH", "")
    return folder


def manifest(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((folder / "Pulumi.yaml").read_text(encoding="utf-8"))
    return found


# --- what is made ----------------------------------------------------------------------------------------------------


def test_the_template_is_whole() -> None:
    assert {path.relative_to(new.TEMPLATE).as_posix() for path in new.files_of(new.TEMPLATE)} == FILES
    assert manifest(new.TEMPLATE)["options"] == {"refresh": "always"}
    # What `pulumi new` writes in their place in YAML ends with a line end.
    for file in new.TEMPLATE.glob("*.yaml"):
        for line in file.read_text(encoding="utf-8").splitlines():
            assert "${" not in line or line.endswith((": ${PROJECT}", ": ${DESCRIPTION}"))
    sizes = [path.stat().st_size for path in new.files_of(new.TEMPLATE)]
    assert sum(sizes) < 100_000


def test_the_wheel_has_the_template() -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        patterns = tomllib.load(file)["tool"]["setuptools"]["package-data"]["aiware_resources"]
    package = ROOT / "aiware_resources"
    # As setuptools reads them: a star does not stand for the dot that a name begins with.
    found = {path for pattern in patterns for path in package.glob(pattern) if _is_named(path, package, pattern)}
    assert {new.TEMPLATE / name for name in FILES} <= found


def _is_named(path: Path, package: Path, pattern: str) -> bool:
    hidden = [part for part in path.relative_to(package).parts if part.startswith(".")]
    return path.is_file() and len(hidden) <= pattern.count("/.")


def test_a_project_is_made(aiware: Aiware, here: Path) -> None:
    result = aiware("new", "captions", "--description", 'Captions: "council", a \\ b')
    assert result.exit_code == 0, result.output
    made = here / "captions"
    assert {path.relative_to(made).as_posix() for path in new.files_of(made)} == FILES | {
        ".passphrase",
        ".pulumi-state/.gitignore",
    }
    found = manifest(made)
    assert (found["name"], found["description"]) == ("captions", 'Captions: "council", a \\ b')
    assert found["backend"] == {"url": "file://./.pulumi-state?metadata=skip"}
    assert found["options"] == {"refresh": "always"}
    assert "template" not in found
    texts = "".join(path.read_text(encoding="utf-8") for path in new.files_of(made) if path.suffix != ".m4a")
    assert "${PROJECT}" not in texts
    assert "${DESCRIPTION}" not in texts
    assert (made / "media" / "council.m4a").read_bytes() == (new.TEMPLATE / "media" / "council.m4a").read_bytes()
    assert aiware("new", "second").exit_code == 0
    assert (made / ".passphrase").read_text() != (here / "second" / ".passphrase").read_text()
    assert stat.S_IMODE((made / ".passphrase").stat().st_mode) == 0o600


@pytest.mark.parametrize("name", ["1234", "true", "1.5", "null"])
def test_a_name_is_a_text(aiware: Aiware, here: Path, name: str) -> None:
    assert aiware("new", name).exit_code == 0
    assert manifest(here / name)["name"] == name


def test_its_stacks_are_right(aiware: Aiware, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert aiware("new", "captions").exit_code == 0
    monkeypatch.chdir(here / "captions")
    result = aiware("stacks", "check")
    assert (result.exit_code, result.stdout) == (0, "dev, local: nothing is wrong.\n")


def test_its_environment_is_the_one_of_the_command(aiware: Aiware, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert aiware("new", "captions").exit_code == 0
    assert (here / "captions" / ".venv").resolve() == Path(sys.prefix).resolve()
    with monkeypatch.context() as without:
        without.setattr(sys, "prefix", sys.base_prefix)
        assert aiware("new", "no-environment").exit_code == 0
    monkeypatch.setattr(new, "find_spec", lambda _: None)
    assert aiware("new", "no-pip").exit_code == 0
    assert not list(here.glob("no-*/.venv"))


# --- what is to be done ----------------------------------------------------------------------------------------------


def steps(aiware: Aiware, *arguments: str) -> list[str]:
    result = aiware("new", *arguments)
    assert result.exit_code == 0, result.output
    return [line.removeprefix("  ") for line in result.stdout.splitlines() if line.startswith("  ")]


def test_without_pulumi_it_says_to_install_it(aiware: Aiware, here: Path) -> None:
    result = aiware("new", "captions")
    assert f"There is no `pulumi` on PATH. Install it first: {pulumi_command.INSTALL_PULUMI}\n" in result.stderr
    assert "  pulumi stack init local\n" in result.stdout


def test_two_commands_lead_to_captions(aiware: Aiware, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[tuple[Path, str, dict[str, str]]] = []
    monkeypatch.setattr(shutil, "which", lambda name: str(Path(sys.executable).parent / name))
    monkeypatch.setattr(pulumi_command, "init_stack", lambda *arguments: made.append(arguments))
    enter = 'cd captions && export PULUMI_CONFIG_PASSPHRASE_FILE="$PWD/.passphrase"'
    assert steps(aiware, "captions") == [enter, UP]
    file = {"PULUMI_CONFIG_PASSPHRASE_FILE": str(here / "captions" / ".passphrase")}
    assert made == [(Path("captions"), "local", file)]
    assert steps(aiware, "a", "--dir", "two words")[0].startswith("cd 'two words' && ")
    # Another Python comes first.
    monkeypatch.setattr(shutil, "which", lambda name: f"/elsewhere/{name}")
    assert steps(aiware, "b")[0].startswith("cd b && . .venv/bin/activate && export ")
    # A passphrase that is there is the one.
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "")
    monkeypatch.setattr(sys, "prefix", sys.base_prefix)
    assert steps(aiware, "c") == ["cd c", UP]
    assert not (here / "c" / ".passphrase").exists()
    assert made[-1] == (Path("c"), "local", {})
    # Into the current folder.
    (here / "d").mkdir()
    monkeypatch.chdir(here / "d")
    assert steps(aiware, "d", "--dir", ".") == [UP]


def test_in_a_shell_of_windows(aiware: Aiware, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert new.steps_to_captions(Path("captions"), False, True, is_posix=False) == [
        'cd captions; $env:PULUMI_CONFIG_PASSPHRASE_FILE = "$PWD\\.passphrase"',
        UP,
    ]


def test_json(aiware: Aiware, here: Path) -> None:
    result = aiware("new", "captions", "--json")
    told = json.loads(result.stdout)
    assert (told["name"], told["folder"], told["commands"][-1]) == ("captions", "captions", UP)
    assert {*told["files"]} >= FILES


# --- what it needs of the library ------------------------------------------------------------------------------------

GIT = {"url": "https://git.test/aiware.git", "vcs_info": {"vcs": "git", "commit_id": "0a1b"}}


@pytest.mark.parametrize(
    ("origin", "requirement"),
    [
        (None, "aiware-pipelines[local]==0.1.0"),
        (GIT, "aiware-pipelines[local] @ git+https://git.test/aiware.git@0a1b"),
        (
            {**GIT, "subdirectory": "python"},
            "aiware-pipelines[local] @ git+https://git.test/aiware.git@0a1b#subdirectory=python",
        ),
        (
            {"url": "file:///w/a-0.1.0-py3-none-any.whl", "archive_info": {}},
            "aiware-pipelines[local] @ file:///w/a-0.1.0-py3-none-any.whl",
        ),
        ({"url": "file:///a%20b", "dir_info": {"editable": True}}, "aiware-pipelines[local] @ file:///a%20b"),
    ],
)
def test_the_library_is_named_as_it_is_installed(
    aiware: Aiware, here: Path, monkeypatch: pytest.MonkeyPatch, origin: dict[str, Any] | None, requirement: str
) -> None:
    texts = {"direct_url.json": json.dumps(origin)} if origin else {}
    monkeypatch.setattr(new, "distribution", lambda _: SimpleNamespace(version="0.1.0", read_text=texts.get))
    made = aiware("new", "captions")
    assert made.exit_code == 0
    lines = (here / "captions" / "requirements.txt").read_text().splitlines()
    assert [line for line in lines if not line.startswith("#")] == [requirement, "pytest"]
    told = f"requirements.txt names the library by a path of this machine, which others do not have: {requirement}\n"
    assert (told in made.stderr) == ("file:" in requirement)


def test_a_library_that_is_not_installed_is_named_by_its_name(
    aiware: Aiware, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(name: str) -> NoReturn:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(new, "distribution", missing)
    assert aiware("new", "captions").exit_code == 0
    lines = (here / "captions" / "requirements.txt").read_text().splitlines()
    assert lines == (new.TEMPLATE / "requirements.txt").read_text().splitlines()


# --- what is refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "use letters, digits, hyphens, underscores and periods, 100 of them at most"),
        ("two words", "use letters"),
        ("work/captions", "use letters"),
        ("über", "use letters"),
        ("captions\n", "use letters"),
        ("..", "use letters"),
        ("x" * 101, "100 of them at most"),
        ("aiware", "aiware is taken by the settings of the library: choose another name"),
        ("Pulumi", "Pulumi is taken by Pulumi"),
        ("pulumi.captions", "pulumi.captions is taken by Pulumi"),
    ],
)
def test_a_name_that_cannot_be_is_refused(aiware: Aiware, here: Path, name: str, said: str) -> None:
    result = aiware("new", name)
    assert result.exit_code == 2
    assert said in result.stderr
    assert list(here.iterdir()) == []


def test_a_folder_with_something_in_it_is_refused(aiware: Aiware, here: Path) -> None:
    (here / "captions").mkdir()
    (here / "captions" / ".hidden").touch()
    (here / "file").touch()
    for name in ("captions", "file"):
        result = aiware("new", name)
        assert result.exit_code == 2
        assert f"{name} is not an empty folder: choose another one with --dir." in result.stderr
    assert sorted(path.name for path in here.rglob("*")) == [".hidden", "captions", "file"]


def test_a_folder_whose_parent_is_missing_is_refused(aiware: Aiware, here: Path) -> None:
    result = aiware("new", "captions", "--dir", "no/such")
    assert (result.exit_code, list(here.iterdir())) == (1, [])
    assert result.stderr.startswith("Error: no/such cannot be used: ")


def test_the_environment_and_git_may_be_there_first(
    aiware: Aiware, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (".git", ".venv"):
        (here / name).mkdir()
        (here / name / "of the user").touch()

    def refuse(*_: object) -> None:
        raise ConfigurationError("No.")

    with monkeypatch.context() as refusing:
        refusing.setattr(shutil, "which", lambda name: name)
        refusing.setattr(pulumi_command, "init_stack", refuse)
        assert aiware("new", "captions", "--dir", ".").exit_code == 3
    assert sorted(path.name for path in here.rglob("*")) == [".git", ".venv", "of the user", "of the user"]
    assert aiware("new", "captions", "--dir", ".").exit_code == 0
    assert (here / ".venv" / "of the user").exists()
    assert not (here / ".venv").is_symlink()
    assert manifest(here)["name"] == "captions"


@pytest.mark.parametrize("is_there", [False, True])
def test_nothing_is_left_when_the_stack_cannot_be_made(
    aiware: Aiware, here: Path, monkeypatch: pytest.MonkeyPatch, is_there: bool
) -> None:
    def refuse(*_: object) -> None:
        raise ConfigurationError("The stack local cannot be made: no.")

    if is_there:
        (here / "captions").mkdir()
    monkeypatch.setattr(shutil, "which", lambda name: name)
    monkeypatch.setattr(pulumi_command, "init_stack", refuse)
    result = aiware("new", "captions")
    assert result.exit_code == 3
    assert "The stack local cannot be made: no." in result.stderr
    assert [path.name for path in here.rglob("*")] == ["captions"] * is_there
    # What the link of the environment leads to is untouched.
    assert Path(sys.executable).exists()
