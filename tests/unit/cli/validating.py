"""What the tests of `aiware validate` share: files to be read, and the problems that are told."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import Aiware

ROOT = Path(__file__).parents[3]
MUTATION = ROOT / "tests" / "contracts" / "calls" / "06-create-job.graphql"
DOCUMENT = "mutation($input: CreateJob) { createJob(input: $input) { id } }"
SHORT = "{\n  clusters {\n    records { id name }\n  }\n}\n"

Written = Callable[..., Path]


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """Writes a file: text as it is, anything else as JSON."""

    def write(content: Any, name: str = "job.json") -> Path:
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(content if isinstance(content, str) else json.dumps(content))
        return file

    return write


@pytest.fixture(autouse=True)
def offline(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """aiWARE is out of reach, and the settings are of no use."""
    monkeypatch.setenv("AIWARE_ENDPOINT", "https://aiware.example/v3/graphql")
    monkeypatch.setenv("AIWARE_API", "edge")


def problems(aiware: Aiware, file: Path, *more: str) -> dict[str, str]:
    """What is said to be wrong, by path."""
    result = aiware("validate", str(file), *more, "--json")
    found = json.loads(result.stdout)
    assert (found["valid"], result.exit_code) == ((True, 0) if not found["problems"] else (False, 1))
    return {problem["path"]: problem["message"] for problem in found["problems"]}
