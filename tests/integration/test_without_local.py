"""The library without the extra `local`: all of it works, and the local aiWARE says what to install."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from aiware_local.launcher import INSTALL, PACKAGES
from tests.support.no_local import NO_LOCAL

SCRIPT = """
import importlib, json, pkgutil
import aiware_resources
from aiware_local import pytest_plugin
from aiware_resources.cli import main
from aiware_resources.errors import ConfigurationError
from aiware_resources.settings import Settings
from click.testing import CliRunner

for module in pkgutil.walk_packages(aiware_resources.__path__, "aiware_resources."):
    # The console needs an extra of its own, which shares packages with the local aiWARE.
    if not module.name.startswith("aiware_resources.console."):
        importlib.import_module(module.name)
told = {}
for name, endpoint in (("default", {}), ("local", {"aiware:endpoint": "local"})):
    try:
        Settings.from_mapping(endpoint).resolve_endpoint()
    except ConfigurationError as error:
        told[name] = str(error)
for arguments in ("local start", "local status", "local stop", "clusters list", "doctor --json"):
    done = CliRunner().invoke(main, arguments.split())
    told[arguments] = [done.exit_code, done.output]
print(json.dumps(told))
"""


def test_everything_else_works_and_one_sentence_says_what_to_install(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        env=os.environ | {"PYTHONPATH": str(NO_LOCAL), "AIWARE_LOCAL_DATA": str(tmp_path / "data")},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    missing = ", ".join(sorted(PACKAGES))
    sentence = f"The local aiWARE needs packages that are not installed: {missing}. Install them: {INSTALL}"
    assert told["default"] == told["local"] == sentence
    assert told["local start"] == [1, f"Error: {sentence}\n"]
    assert "`aiware local start` starts it" in told["clusters list"][1]
    assert told["local status"][0] == 1
    assert told["local stop"] == [0, "The local aiWARE was not running.\n"]
    (found,) = (each for each in json.loads(told["doctor --json"][1])["findings"] if each["check"] == "local aiWARE")
    assert (found["status"], found["remedy"]) == ("fail", INSTALL)
    assert not (tmp_path / "data" / "server.log").exists()
