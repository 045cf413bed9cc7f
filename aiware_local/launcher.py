"""Starts, finds and stops the local aiWARE: one process for each data folder, which outlives the one that starts it."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil
from filelock import FileLock, Timeout

HOST = "127.0.0.1"
EDGE_PATH = "/edge/v1"
"""The path below which the Edge REST API answers."""
ORGANIZATION_UUID = "8d0f6f0a-7b3f-4f0e-9d0c-6c1d2a17532e"
"""The internalOrganizationID of the one organization of every local aiWARE."""
SERVER_FILE = "server.json"
"""Where the serving process writes down its id, its address and its instance."""
SERVER_LOCK = "server.lock"
LAUNCH_LOCK = "launch.lock"
LOG_FILE = "server.log"
DEFAULT_FOLDER = ".aiware-local"
INSTANCE_HEADER = "X-Aiware-Local-Instance"
CONTROL_HEADER = "X-Aiware-Local-Key"
CONTROL_FILE = "control.header"
"""Holds the header that opens the control calls, as `X-Aiware-Local-Key: <key>`; its owner alone can read it."""

PACKAGES = {
    **{name: name for name in ("ariadne", "budoux", "sentencex", "srt", "starlette", "ttconv", "uvicorn")},
    "charset-normalizer": "charset_normalizer",
    "python-docx": "docx",
    "python-multipart": "python_multipart",
    "webvtt-py": "webvtt",
}
"""What the server needs beside what the library does, by package: its module. They are the extra `local`."""
INSTALL = "pip install 'aiware-pipelines[local]'"

START_SECONDS = 30.0
STOP_SECONDS = 10.0
HEALTH_SECONDS = 5.0
POLL_SECONDS = 0.05
LARGEST_LOG = 5_000_000
TAIL_LINES = 15

_WITHOUT_CONSOLE = getattr(subprocess, "CREATE_NO_WINDOW", 0) | getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)
"""Flags that exist on Windows only: the server does not end with the console of what started it."""


class LauncherError(Exception):
    """The local aiWARE could not be started or stopped; the message says why and what to do."""


class NotInstalledError(LauncherError):
    """Packages that the local aiWARE needs are not installed; the message names them, and the command to run."""


@dataclass(frozen=True)
class LocalServer:
    """A running local aiWARE.

    Attributes:
        url: its address, such as `http://127.0.0.1:41233`.
        pid: its process id.
        data: its data folder.
    """

    url: str
    pid: int
    data: Path

    @property
    def graphql_url(self) -> str:
        """The GraphQL endpoint."""
        return f"{self.url}/v3/graphql"

    @property
    def edge_url(self) -> str:
        """The base URL of the Edge REST API."""
        return f"{self.url}{EDGE_PATH}"

    @property
    def edge_organization_id(self) -> str:
        """The UUID by which the Edge REST API names its organization (internalOrganizationID)."""
        return ORGANIZATION_UUID

    @property
    def token(self) -> str:
        """Its API key. Secret.

        Raises:
            LauncherError: the data folder has no readable credentials.
        """
        try:
            return str(json.loads((self.data / "credentials.json").read_text(encoding="utf-8"))["apiKey"])
        except (OSError, ValueError, KeyError) as error:
            raise LauncherError(
                f"{self.data / 'credentials.json'} cannot be read ({type(error).__name__}); "
                "stop the local aiWARE and remove the folder to begin with an empty one."
            ) from error

    @property
    def control_headers(self) -> dict[str, str]:
        """The header that opens its control calls. Secret.

        Raises:
            LauncherError: the data folder has no readable key.
        """
        try:
            name, _, key = (self.data / CONTROL_FILE).read_text(encoding="utf-8").partition(":")
        except OSError as error:
            raise LauncherError(
                f"{self.data / CONTROL_FILE} cannot be read ({type(error).__name__}); "
                "stop the local aiWARE and start it again, which makes a new key."
            ) from error
        return {name.strip(): key.strip()}


def ensure_running(
    *,
    data: Path | None = None,
    port: int | None = None,
    media_root: Path | None = None,
    recognition: bool | None = None,
) -> LocalServer:
    """The server of the data folder, started if it is not running.

    Processes that ask at the same time get the same server.

    Args:
        data: the data folder; by default AIWARE_LOCAL_DATA, else `.aiware-local` in the project's folder.
        port: the port of a server that is started; by default AIWARE_LOCAL_PORT, else the folder's last one if it is
            free, else any free one.
        media_root: the folder below which engines may read files; by default that of the server if it runs already,
            else AIWARE_LOCAL_MEDIA_ROOT, else the project's folder.
        recognition: whether a server that is started really recognizes speech; by default AIWARE_LOCAL_RECOGNITION,
            else yes.

    Raises:
        NotInstalledError: packages that it needs are not installed.
        LauncherError: it does not start, or it runs with another port or media root than is asked for.
    """
    folder = _folder(data)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    wanted, is_listening = wanted_port(port), wanted_recognition(recognition)
    with lock(folder / LAUNCH_LOCK):
        running = status(data=folder)
        if running is None:
            running = _start(folder, wanted, media_root, recognition=is_listening)
    if wanted is not None and not running.url.endswith(f":{wanted}"):
        raise LauncherError(
            f"The local aiWARE of {folder} runs at {running.url}, not on port {wanted}. "
            "Stop it first, or leave the port out."
        )
    _require_media_root(folder, media_root)
    return running


def status(*, data: Path | None = None) -> LocalServer | None:
    """The server of the data folder if it runs and answers, else None."""
    folder = _folder(data)
    note = _read_note(folder)
    if note is None or not _answers(note):
        return None
    return LocalServer(str(note["url"]), int(note["pid"]), folder)


def stop(*, data: Path | None = None) -> bool:
    """Asks the server of the data folder to stop and waits until it has; False if none was running.

    Raises:
        LauncherError: it is still running after ten seconds.
    """
    folder = _folder(data)
    if not folder.is_dir():
        return False
    with lock(folder / LAUNCH_LOCK):
        running = status(data=folder)
        if running is None:
            return False
        with suppress(psutil.NoSuchProcess):
            process = psutil.Process(running.pid)
            is_ours = process.ppid() == os.getpid()
            process.terminate()
            try:
                with lock(folder / SERVER_LOCK, STOP_SECONDS):
                    pass  # it holds its lock as long as it runs
            except Timeout:
                raise LauncherError(
                    f"The local aiWARE (process {running.pid}) has not stopped within {STOP_SECONDS:.0f} seconds; "
                    f"its log is {folder / LOG_FILE}."
                ) from None
            if is_ours:  # nobody else can take note of its end
                process.wait()
    return True


def missing_packages() -> list[str]:
    """Packages that the server needs, and that are not installed for this Python."""
    return sorted(package for package, module in PACKAGES.items() if not _is_there(module))


def _is_there(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except (ImportError, ValueError):  # something keeps it from being imported
        return False


def lock(path: Path, seconds: float = -1) -> FileLock:
    """A lock that the system releases when its process ends, in whatever way.

    Args:
        path: its file.
        seconds: how long to wait for it; by default as long as it takes.
    """
    return FileLock(path, timeout=seconds, thread_local=False, fallback_to_soft=False)


def logs_path(*, data: Path | None = None) -> Path:
    """Where the server of the data folder writes its log; the file is there once it has been started."""
    return _folder(data) / LOG_FILE


def damage(*, data: Path | None = None) -> str | None:
    """Says what is wrong with the database of a local aiWARE that does not run, and what to do; None when nothing is.

    Args:
        data: the data folder; by default that of the environment.
    """
    # Only here: starting a server needs no database.
    from aiware_local.storage import store

    return store.damage(_folder(data) / store.DATABASE)


def default_data() -> Path:
    """The data folder when none is named: AIWARE_LOCAL_DATA, else `.aiware-local` beside the nearest Pulumi.yaml."""
    named = os.environ.get("AIWARE_LOCAL_DATA")
    if named:
        return Path(named)
    return _project() / DEFAULT_FOLDER


def default_media_root() -> Path:
    """The folder below which engines may read files when none is named: AIWARE_LOCAL_MEDIA_ROOT, else the project."""
    named = os.environ.get("AIWARE_LOCAL_MEDIA_ROOT")
    return Path(named) if named else _project()


def _project() -> Path:
    """The nearest folder with a Pulumi.yaml, going up from the current one; the current one if there is none."""
    here = Path.cwd()
    return next((folder for folder in (here, *here.parents) if (folder / "Pulumi.yaml").is_file()), here)


def _start(folder: Path, port: int | None, media_root: Path | None, *, recognition: bool) -> LocalServer:
    if missing := missing_packages():
        raise NotInstalledError(
            f"The local aiWARE needs packages that are not installed: {', '.join(missing)}. Install them: {INSTALL}"
        )
    root = (media_root or default_media_root()).resolve()
    command = [sys.executable, "-m", "aiware_local", "--data", str(folder), "--media-root", str(root)]
    command += ["--recognition", "on" if recognition else "off"]
    if port is not None:
        command += ["--port", str(port)]
    with _log(folder).open("ab") as output:
        # A session of its own, and none of our descriptors: what started us may wait until our pipes are closed.
        # Windows has no sessions, and POSIX has no such flags.
        process = subprocess.Popen(  # noqa: S603 - our own module
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            close_fds=True,
            start_new_session=True,
            creationflags=_WITHOUT_CONSOLE,
            env=_environment(),
        )
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        running = status(data=folder)
        # Not compared by process id: on Windows a virtual environment's Python starts another one, which serves.
        if running is not None:
            process.returncode = 0  # it lives on by itself; nobody is to wait for it
            return running
        if process.poll() is not None:
            raise LauncherError(f"The local aiWARE did not start. {_tail(folder)}")
        time.sleep(POLL_SECONDS)
    process.kill()
    process.wait()
    raise LauncherError(f"The local aiWARE did not answer within {START_SECONDS:.0f} seconds. {_tail(folder)}")


def _require_media_root(folder: Path, media_root: Path | None) -> None:
    actual = (_read_note(folder) or {}).get("mediaRoot")
    if media_root is not None and str(media_root.resolve()) != actual:
        raise LauncherError(
            f"The local aiWARE of {folder} runs already and reads media below {actual}, not {media_root.resolve()}. "
            "Stop it first; it can then be started with the other folder."
        )


def _environment() -> Mapping[str, str]:
    """The environment of the server: ours without what belongs to Pulumi and aiWARE, with the package on its path."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PULUMI_", "AIWARE_"))}
    paths = [str(Path(__file__).resolve().parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**kept, "PYTHONPATH": os.pathsep.join(paths)}


def _answers(note: Mapping[str, Any]) -> bool:
    """Whether the noted process is the one that answers there: another may have got its port or its process id."""
    address = f"{note['url']}/_local/health"
    try:
        # It speaks HTTP: to read the certificates that HTTPS needs would take longer than its answer.
        response = httpx.get(address, timeout=HEALTH_SECONDS, trust_env=False, verify=False)  # noqa: S501
    except httpx.HTTPError:
        return False
    return bool(response.headers.get(INSTANCE_HEADER) == note["instance"])


def _read_note(folder: Path) -> dict[str, Any] | None:
    try:
        note = json.loads((folder / SERVER_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return note if isinstance(note, dict) and {"url", "pid", "instance"} <= note.keys() else None


def _folder(data: Path | None) -> Path:
    return (data or default_data()).resolve()


def wanted_port(port: int | None) -> int | None:
    """The port that is asked for: the given one, else AIWARE_LOCAL_PORT, else None for any.

    Raises:
        LauncherError: AIWARE_LOCAL_PORT is not a number.
    """
    text = os.environ.get("AIWARE_LOCAL_PORT")
    if port is not None or not text:
        return port
    if not text.isdecimal():
        raise LauncherError(f"AIWARE_LOCAL_PORT is '{text}'; it must be a port number.")
    return int(text)


def wanted_recognition(recognition: bool | None) -> bool:
    """Whether speech is really recognized: as it is asked for, else as AIWARE_LOCAL_RECOGNITION says, else yes.

    Raises:
        LauncherError: AIWARE_LOCAL_RECOGNITION is neither `on` nor `off`.
    """
    text = os.environ.get("AIWARE_LOCAL_RECOGNITION")
    if recognition is not None or not text:
        return recognition is not False
    if text not in ("on", "off"):
        raise LauncherError(f"AIWARE_LOCAL_RECOGNITION is '{text}'; it must be on or off.")
    return text == "on"


def _log(folder: Path) -> Path:
    """The log file; a large one is set aside first."""
    path = folder / LOG_FILE
    if path.exists() and path.stat().st_size > LARGEST_LOG:
        path.replace(path.with_suffix(".log.1"))
    return path


def _tail(folder: Path) -> str:
    path = folder / LOG_FILE
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()[-TAIL_LINES:]
    return f"The end of its log ({path}):\n" + "\n".join(lines)
