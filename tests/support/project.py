"""A Pulumi project in a folder of its own, driven as a user would: by the real engine, from the shell."""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import yaml

from tests.support.forked_python import SOCKET, wait_for_forks
from tests.support.host import HASTE

ROOT = Path(__file__).resolve().parents[2]
STACK = "local"
LONGEST = 240
"""Seconds that a Pulumi command may take; far more than any does."""


@dataclass(frozen=True)
class Ran:
    """A command that has ended.

    Attributes:
        code: Its exit code.
        output: What it wrote, standard error included.
    """

    code: int
    output: str


class Project:
    """A Pulumi project with its own state, and its own local aiWARE.

    Args:
        folder: Where to make it.
        data: The data folder of its local aiWARE; by default one in the project's folder.
        python: A folder that stands for the virtual environment, as `forked_python` makes it.
        longest: Seconds that a command may take.
    """

    def __init__(
        self, folder: Path, longest: float = LONGEST, data: Path | None = None, python: Path | None = None
    ) -> None:
        self.folder = folder
        self._longest = longest
        self._events = folder / "events.json"
        self.data = data or folder / "aiware-data"
        self._config: dict[str, Any] = {"aiware:endpoint": "local", "aiware:pollInterval": "0.2", **HASTE}
        manifest = yaml.safe_load((ROOT / "Pulumi.yaml").read_text())
        # What the shipped program wants to be told, a test's own program does not.
        del manifest["config"]
        (folder / "Pulumi.yaml").write_text(yaml.safe_dump(manifest))
        (folder / "stacks").mkdir()
        (folder / ".venv").symlink_to(python or sys.prefix)
        (folder / "state").mkdir()
        (folder / "runtime").mkdir(mode=0o700)  # another is not used
        self.environment = self._environment()

    def _environment(self) -> dict[str, str]:
        python = (self.folder / ".venv").resolve()
        forked = {SOCKET: str(python / "socket")} if (python / "socket").exists() else {}
        folders = (python / "bin", Path(sys.prefix, "bin"), ROOT / ".pulumi-cli" / "bin")
        programs = [*map(str, folders), os.environ["PATH"]]
        return os.environ | {
            "PATH": os.pathsep.join(programs),
            "PULUMI_BACKEND_URL": f"{(self.folder / 'state').as_uri()}?metadata=skip",
            "PULUMI_HOME": str(self.folder / "pulumi-home"),
            "XDG_RUNTIME_DIR": str(self.folder / "runtime"),
            "PULUMI_CONFIG_PASSPHRASE": "a passphrase for tests",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            # Tests look into the state while a command runs.
            "PULUMI_SKIP_CHECKPOINTS": "false",
            # Lets `up` take `--event-log`.
            "PULUMI_DEBUG_COMMANDS": "true",
            "AIWARE_LOCAL_DATA": str(self.data),
            "AIWARE_LOCAL_MEDIA_ROOT": str(self.folder),
            **forked,
        }

    # --- what it declares --------------------------------------------------------------------------------------------

    def program(self, source: str) -> None:
        """Writes the program."""
        (self.folder / "__main__.py").write_text(_HEADER + textwrap.dedent(source))

    def config(self, **values: Any) -> None:
        """Sets configuration: ``aiware__token`` for ``aiware:token``; ``None`` takes a key out."""
        changed = {key.replace("__", ":"): value for key, value in values.items()}
        self._config = {key: value for key, value in (self._config | changed).items() if value is not None}
        self._write_config()

    def _write_config(self) -> None:
        path = self.folder / "stacks" / f"Pulumi.{STACK}.yaml"
        kept = yaml.safe_load(path.read_text()) if path.exists() else {}
        path.write_text(yaml.safe_dump({**kept, "config": self._config}))

    # --- what is done with it ----------------------------------------------------------------------------------------

    def init(self) -> None:
        """Makes the stack; after the first one in this process, as a copy of that one."""
        state, config = self.folder / "state", self.folder / "stacks" / f"Pulumi.{STACK}.yaml"
        if not _new_stack:
            self._write_config()
            self.pulumi("stack", "init", STACK)
            made = {file.relative_to(state): file.read_bytes() for file in state.rglob("*") if file.is_file()}
            _new_stack.append((made, yaml.safe_load(config.read_text())["encryptionsalt"]))
        files, salt = _new_stack[0]
        for path, content in files.items():
            (state / path).parent.mkdir(parents=True, exist_ok=True)
            (state / path).write_bytes(content)
        config.write_text(yaml.safe_dump({"encryptionsalt": salt}))
        self.environment["PULUMI_STACK"] = STACK
        self._write_config()

    def pulumi(self, *arguments: str, fails: bool | None = False) -> Ran:
        """Runs a Pulumi command.

        Args:
            arguments: Its arguments.
            fails: Whether it must fail; ``None`` when it may.
        """
        command = ["pulumi", *arguments, "--non-interactive", "--color", "never"]
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=self._longest,
            check=False,
        )
        ran = Ran(done.returncode, done.stdout)
        assert fails is None or (ran.code != 0) == fails, ran.output
        return ran

    def aiware(self, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
        """Runs the ``aiware`` command in the project's folder, with something on its standard input."""
        return subprocess.run(
            ["aiware", *arguments],
            cwd=self.folder,
            env=self.environment,
            input=given,
            capture_output=True,
            text=True,
            timeout=self._longest,
            check=False,
        )

    def told(self, *arguments: str) -> Any:
        """Runs the ``aiware`` command, which must not fail, and reads the JSON that it prints."""
        ran = self.aiware(*arguments, "--json")
        assert ran.returncode == 0, ran.stderr
        return json.loads(ran.stdout)

    def up(self, *arguments: str, fails: bool | None = False) -> Ran:
        """Runs ``pulumi up``."""
        self._events.unlink(missing_ok=True)
        return self.pulumi("up", "--yes", "--skip-preview", "--event-log", str(self._events), *arguments, fails=fails)

    def destroy(self) -> Ran:
        """Runs ``pulumi destroy``."""
        return self.pulumi("destroy", "--yes", "--skip-preview")

    def preview(self, *, fails: bool | None = False) -> dict[str, str]:
        """Runs ``pulumi preview``.

        Returns:
            What is to happen to each resource (``create``, ``update``, ``replace``, ``delete``) by ``Type name``;
            resources that stay as they are are left out.
        """
        ran = self.pulumi("preview", "--json", fails=fails)
        return _telling(json.loads(ran.output[ran.output.index("{") :])["steps"])

    def changes(self) -> dict[str, str]:
        """What the last `up` did to each resource, as `preview` tells what is to happen."""
        events = map(json.loads, self._events.read_text().splitlines())
        return _telling([event["resourcePreEvent"]["metadata"] for event in events if "resourcePreEvent" in event])

    def outputs(self) -> Any:
        """The stack's outputs; a secret one as Pulumi shows it."""
        (stack,) = (each for each in self.resources() if each["type"] == "pulumi:pulumi:Stack")
        outputs: dict[str, Any] = stack.get("outputs", {})
        return {key: "[secret]" if _is_secret(value) else value for key, value in outputs.items()}

    def state(self) -> dict[str, dict[str, Any]]:
        """The recorded resources, by ``Type name``; secrets stay encrypted."""
        return {_short(each["urn"]): each for each in self.resources() if "dynamic/aiware" in each["type"]}

    def resources(self) -> list[dict[str, Any]]:
        """What the state's file holds at this moment, while a command runs as well."""
        file = self.folder / "state" / ".pulumi" / "stacks" / "aiware-pipelines" / f"{STACK}.json"
        latest = json.loads(file.read_text())["checkpoint"].get("latest") if file.exists() else None
        return (latest or {}).get("resources") or []

    def ids(self, kind: str) -> set[str]:
        """The ids of the recorded resources of a type, without those whose creation is under way."""
        return {each["id"] for key, each in self.state().items() if key.startswith(f"{kind} ") and each.get("id")}

    def start(self, *arguments: str, forked: bool = False) -> subprocess.Popen[str]:
        """Starts a Pulumi command, and does not wait for it.

        Args:
            arguments: Its arguments.
            forked: Whether program and provider hosts are forked; they are as a user's otherwise.
        """
        with (self.folder / "started.log").open("w") as log:
            return subprocess.Popen(
                ["pulumi", *arguments, "--non-interactive", "--color", "never"],
                cwd=self.folder,
                env={key: value for key, value in self.environment.items() if forked or key != SOCKET},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                text=True,
            )


_new_stack: list[tuple[dict[Path, bytes], str]] = []
"""The state of a stack that was just made, and the salt of its passphrase."""


def until(is_so: Callable[[], bool], seconds: float = LONGEST) -> None:
    """Waits until something is so."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "it did not become so in time"
        time.sleep(0.1)


def kill(process: subprocess.Popen[str]) -> None:
    """Kills a command and all that it started, without a chance to clean up."""
    end_all(family(process))
    process.wait(timeout=30)
    wait_for_forks(30)


def family(process: subprocess.Popen[str]) -> list[psutil.Process]:
    """A running command and all that it started."""
    engine = psutil.Process(process.pid)
    return [engine, *engine.children(recursive=True)]


def end_all(processes: Sequence[psutil.Process]) -> None:
    """Kills processes, where they are still there."""
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(processes, timeout=30)


def _telling(steps: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    # The stack and its providers are Pulumi's own.
    told = (step for step in steps if step["op"] in _TELLING and "::pulumi:" not in step["urn"])
    return {_short(step["urn"]): step["op"] for step in told}


def _is_secret(value: Any) -> bool:
    return isinstance(value, dict) and "ciphertext" in value


def _short(urn: str) -> str:
    found = re.fullmatch(r".*::(?:.*[:/])?([A-Za-z]+)::(.*)", urn)
    assert found, urn
    return f"{found[1]} {found[2]}"


_TELLING = frozenset({"create", "update", "replace", "delete"})

_HEADER = """from __future__ import annotations

import pulumi

from aiware_resources import Cluster, ExportRequest, Job, TemporalDataObject, engines, pipelines

"""
