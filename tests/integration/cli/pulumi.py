"""A `pulumi` for tests: it keeps a stack's configuration in a file, and notes how it was called."""

from __future__ import annotations

import json
import stat
import sys
from pathlib import Path
from typing import Any

import pytest

SECRET = "sekrit-token-of-the-stack"

_PROGRAM = """#!{python}
import json, pathlib, sys
folder = pathlib.Path({folder!r})
arguments = sys.argv[1:]
given = sys.stdin.read()
with (folder / "calls.jsonl").open("a") as calls:
    calls.write(json.dumps({{"arguments": arguments, "given": given}}) + "\\n")
told = json.loads((folder / "told.json").read_text())
if told["code"]:
    print(told["error"], file=sys.stderr)
    sys.exit(told["code"])
config = json.loads((folder / "config.json").read_text())
words = [word for word in arguments if not word.startswith("-") and word != told["stack"]]
if words == ["config"]:
    print(json.dumps(config))
elif words[:2] == ["config", "set"]:
    config[words[2]] = {{"value": given, "secret": "--secret" in arguments}}
elif words[:2] == ["config", "rm"]:
    del config[words[2]]
else:
    sys.exit(f"not a call that was expected: {{arguments}}")
(folder / "config.json").write_text(json.dumps(config))
"""


class FakePulumi:
    """A `pulumi` on PATH.

    Args:
        folder: Where to put it.
        monkeypatch: Makes it the only one.
    """

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._program = folder / "pulumi"
        self._folder = folder
        folder.mkdir()
        monkeypatch.setenv("PATH", str(folder))

    def refuses(self, error: str) -> None:
        """Makes every call fail."""
        self._install("{}", error=error, code=255)

    def has_config(self, stack: str = "prod", **config: Any) -> None:
        """Gives a stack its configuration; ``aiware__token`` for ``aiware:token``."""
        entries = {key.replace("__", ":"): {"value": value, "secret": value == SECRET} for key, value in config.items()}
        other = {"aiware-pipelines:recordings": {"objectValue": [], "secret": False}}
        self._install(json.dumps({**entries, **other}), stack=stack)

    def _install(self, config: str, *, stack: str = "prod", error: str = "", code: int = 0) -> None:
        self._program.write_text(_PROGRAM.format(python=sys.executable, folder=str(self._folder)))
        self._program.chmod(stat.S_IRWXU)
        (self._folder / "config.json").write_text(config)
        (self._folder / "told.json").write_text(json.dumps({"stack": stack, "error": error, "code": code}))

    @property
    def config(self) -> dict[str, Any]:
        """The stack's configuration as it is now, the program's own left out."""
        found: dict[str, Any] = json.loads((self._folder / "config.json").read_text())
        return {key: entry for key, entry in found.items() if key.startswith("aiware:")}

    @property
    def calls(self) -> list[list[str]]:
        """The arguments of every call."""
        lines = (self._folder / "calls.jsonl").read_text().splitlines()
        return [json.loads(line)["arguments"] for line in lines]
