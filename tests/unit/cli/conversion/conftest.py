"""The command that converts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import Aiware
from tests.unit.cli.conversion.documents import Converted


@pytest.fixture
def converted(aiware: Aiware, tmp_path: Path) -> Converted:
    """Converts a text, or a value as JSON; the program without its first lines."""

    def convert(content: Any, name: str = "job.json", *, says: str = "") -> str:
        file = tmp_path / name
        file.write_text(content if isinstance(content, str) else json.dumps(content))
        result = aiware("convert", str(file))
        assert (result.exit_code, result.stderr) == (0, says)
        return result.stdout.removeprefix("from __future__ import annotations\n\n")

    return convert
