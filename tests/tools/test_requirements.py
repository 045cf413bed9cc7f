"""What the package says that it needs is what its code imports."""

from __future__ import annotations

import ast
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from itertools import chain
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from aiware_local.launcher import PACKAGES

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
BROUGHT_ALONG = {"google": "pulumi", "grpc": "pulumi", "pydantic_core": "pydantic"}
"""Modules that come with another package, which needs them in any version that works."""
OURS = {"aiware_local", "aiware_resources"}


def names(requirements: list[str]) -> set[str]:
    return {canonicalize_name(Requirement(each).name) for each in requirements}


BASE = names(PROJECT["dependencies"])
LOCAL = names(PROJECT["optional-dependencies"]["local"])
POLICIES = names(PROJECT["optional-dependencies"]["policies"])
RECOGNITION = names(PROJECT["optional-dependencies"]["speech"]) - names(PROJECT["optional-dependencies"]["engines"])
CONSOLE = names(PROJECT["optional-dependencies"]["console"])
FEEDS = names(PROJECT["optional-dependencies"]["feeds"])
BY_THE_YEAR = ("packaging", "fsspec", "s3fs", "gcsfs", "adlfs")
"""Packages whose versions are years: there is no next major one."""


def imported(package: str) -> set[str]:
    """The packages that the code of one of ours imports, whatever it does with them."""

    def modules() -> Iterator[str]:
        for file in (ROOT / package).rglob("*.py"):
            if "template" in file.parts:
                continue
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Import):
                    yield from (each.name.partition(".")[0] for each in node.names)
                elif isinstance(node, ast.ImportFrom) and node.module:
                    yield node.module.partition(".")[0]

    found = set(modules()) - set(sys.stdlib_module_names) - OURS
    # What recognizes speech cannot be installed on every machine.
    owners = {"moonshine_voice": ["moonshine-voice"], **packages_distributions()}
    return {BROUGHT_ALONG.get(each) or canonicalize_name(owners[each][0]) for each in found}


def test_the_library_needs_what_it_imports() -> None:
    assert imported("aiware_resources") == BASE | POLICIES | CONSOLE | FEEDS


def test_the_local_aiware_needs_its_extra_besides() -> None:
    # pytest is there where its plugin is used; Starlette reads forms with python-multipart.
    assert imported("aiware_local") - BASE == LOCAL - {"python-multipart"} | {"pytest"} | RECOGNITION
    assert imported("aiware_resources") & LOCAL <= CONSOLE


def test_the_launcher_looks_for_the_whole_extra() -> None:
    assert set(PACKAGES) == LOCAL
    owners = packages_distributions()
    assert {package: owners[module] for package, module in PACKAGES.items()} == {each: [each] for each in PACKAGES}


def test_each_requirement_has_a_lowest_version_and_ends_before_the_next_major_one() -> None:
    for line in chain(PROJECT["dependencies"], *PROJECT["optional-dependencies"].values()):
        operators = {each.operator for each in Requirement(line).specifier}
        assert operators == ({">="} if line.startswith(BY_THE_YEAR) else {">=", "<"}), line
