"""The environment that every test runs in, whatever the one of who started them holds."""

from __future__ import annotations

import contextlib
import importlib
import locale
import os
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from tests.support.guard.sitecustomize import SESSION

GUARD = Path(__file__).with_name("guard")
"""On PYTHONPATH, it keeps a Python process from talking to other machines."""
NO_PLUGINS = Path(__file__).with_name("no_plugins")
"""On PYTHONPATH, it spares a Pulumi command the list of installed packages."""

_PASSED = frozenset({"PATH", "HOME", "USER", "LOGNAME", "SHELL", "TMPDIR", "TMP", "TEMP", "LD_LIBRARY_PATH"})
_OPTIONS = frozenset({"GENERATED_INPUTS", "SEED", "FAULT_SEEDS", "FAULT_API", "FAULT_CHECKPOINTS", "FLEET_KILLS"})
"""What the suite itself can be told."""
_MACHINERY = ("PYTEST_", "COV_", "COVERAGE_", "HYPOTHESIS_")
_WINDOWS = ("SYSTEM", "PROGRAM", "APPDATA", "LOCALAPPDATA", "USERPROFILE", "COMSPEC", "PATHEXT", "WINDIR", "HOMEDRIVE")


def clean(environment: Mapping[str, str], session: Path) -> dict[str, str]:
    """What is left of an environment for tests.

    Args:
        environment: That of whoever starts the tests.
        session: A folder of the tests' own.
    """
    passed = {
        name: value
        for name, value in environment.items()
        if name in _PASSED | _OPTIONS or name.startswith(_MACHINERY) or (os.name == "nt" and name.startswith(_WINDOWS))
    }
    # A program started with the environment's Python must find the same one, and libraries a place to write to.
    runtime = session / "runtime"
    runtime.mkdir(mode=0o700, exist_ok=True)
    return passed | {
        SESSION: str(session),
        "PYTHONPATH": os.pathsep.join([str(GUARD), str(NO_PLUGINS)]),
        "XDG_RUNTIME_DIR": str(runtime),
        "PULUMI_HOME": str(session / "pulumi"),
        # Pulumi's engine ends before its memory is worth collecting.
        "GOGC": "off",
        "GOMEMLIMIT": "400MiB",
        "PULUMI_AUTOMATION_API_SKIP_VERSION_CHECK": "true",
        # Pulumi lists the packages with pip, which looks for a newer pip now and then.
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        # It takes processor time; tests of recognition switch it on.
        "AIWARE_LOCAL_RECOGNITION": "off",
        "LANG": "C.UTF-8",
        "TZ": "UTC",
    }


def enter(*, inherited: bool) -> None:
    """Makes this process, and all that it starts, run in that environment.

    Args:
        inherited: Whether who started this process is in it already, as with the workers of xdist.
    """
    if not inherited:
        wanted = clean(os.environ, Path(tempfile.mkdtemp(prefix="aiware-tests-")))
        os.environ.clear()
        os.environ.update(wanted)
    if hasattr(time, "tzset"):
        time.tzset()
    with contextlib.suppress(locale.Error):
        locale.setlocale(locale.LC_CTYPE, os.environ["LANG"])
    importlib.import_module("tests.support.guard.sitecustomize")
    if sys.flags.optimize:
        raise RuntimeError("Without assertions (PYTHONOPTIMIZE, python -O) tests say nothing.")
