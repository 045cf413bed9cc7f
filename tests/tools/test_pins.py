"""Versions that must agree: the Python SDK, the engine, and the scripts that the engine starts."""

from __future__ import annotations

import re
from pathlib import Path

from packaging.version import Version

REPOSITORY = Path(__file__).resolve().parents[2]
MODULES = REPOSITORY / "tools" / "pulumi-cli"


def required(module: str, path: str) -> str:
    text = (MODULES / module / "go.mod").read_text(encoding="utf-8")
    match = re.search(rf"^\s*{re.escape(path)} v(\S+)", text, re.MULTILINE)
    assert match is not None
    return match[1]


def test_engine_is_not_older_than_the_python_sdk() -> None:
    """Older ones refuse what the SDK asks for; so the registry of Go modules may be ahead of that of Python's."""
    requirements = (REPOSITORY / "requirements.txt").read_text(encoding="utf-8")
    (python,) = re.findall(r"^pulumi==(\S+)", requirements, re.MULTILINE)
    engine = required("engine", "github.com/pulumi/pulumi/pkg/v3")
    assert Version(python) <= Version(engine)
    assert engine == required("engine", "github.com/pulumi/pulumi/sdk/v3")


def test_language_host_is_the_last_one_that_the_sdk_module_holds() -> None:
    assert required("language", "github.com/pulumi/pulumi/sdk/v3") == "3.78.1"
