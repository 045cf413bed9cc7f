"""The local aiWARE, as far as looking at it shows; it is not started for that."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from aiware_local import launcher
from aiware_resources.cli.diagnosis.finding import Finding, fail, ok
from aiware_resources.cli.diagnosis.toolchain import run

CHECK = "local aiWARE"
APERTIUM = "apertium-eng-spa"
"""The Debian package with which the local aiWARE translates between Spanish and English."""


def local_aiware() -> tuple[Finding, bool]:
    """Looks whether the local aiWARE runs, and whether it could be started.

    Returns:
        What was found, and whether it runs and can be asked.
    """
    try:
        port = launcher.wanted_port(None)
        server = launcher.status()
        if server is not None and port is not None and not server.url.endswith(f":{port}"):
            said = f"it runs at {server.url}, but AIWARE_LOCAL_PORT asks for port {port}"
            return fail(CHECK, said, "Stop it: `aiware local stop`; or unset AIWARE_LOCAL_PORT."), False
        if server is not None and not server.token:
            return fail(CHECK, f"it runs at {server.url}, and has no API key", "`aiware local stop`."), False
    except launcher.LauncherError as error:
        return fail(CHECK, str(error), "`aiware local start` tries it; `aiware local logs` shows what it said."), False
    if server is not None:
        return ok(CHECK, f"it runs at {server.url} (process {server.pid}), with its data in {server.data}"), True
    if missing := launcher.missing_packages():
        return fail(CHECK, f"packages that it needs are not installed: {', '.join(missing)}", launcher.INSTALL), False
    folder = launcher.default_data().resolve()
    if not os.access(_nearest(folder), os.W_OK):
        return fail(
            CHECK, f"its data folder {folder} cannot be written", "Check its permissions, or set AIWARE_LOCAL_DATA."
        ), False
    damage = launcher.damage()
    if damage is not None:
        found, _, remedy = damage.partition("). ")
        return fail(CHECK, f"it does not run. {found})", remedy), False
    return ok(CHECK, "it does not run; the next `pulumi up` starts it, as does `aiware local start`"), False


def translation() -> Finding:
    """Looks whether the local aiWARE can translate: by Apertium, with Spanish and English."""
    program = shutil.which("apertium")
    listed = run([program, "-l"])[1].split() if program else []
    if {"spa-eng", "eng-spa"} <= set(listed):
        return ok("translation", f"{program} translates between Spanish and English in the local aiWARE")
    missing = "Apertium is not installed" if program is None else "Apertium is installed without Spanish and English"
    return ok("translation", f"simulated in the local aiWARE: {missing} (Debian: `apt install {APERTIUM}`)")


def _nearest(folder: Path) -> Path:
    """The folder, or the one above it in which it would be made."""
    return next(each for each in (folder, *folder.parents) if each.exists())
