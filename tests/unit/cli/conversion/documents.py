"""Documents with jobs, and the programs that they are converted into."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from aiware_resources import engines

URL = "https://media.test/a.mp4"
SPEECH = engines.SPEECHMATICS_ENGLISH

Converted = Callable[..., str]
"""Converts a text, or a value as JSON; the program without its first lines."""


def folder(name: str, kind: str, mode: str = "chunk") -> dict[str, Any]:
    return {"referenceId": name, "type": kind, "mode": mode}


def task(engine: str, reads: str = "", writes: str = "", /, **more: Any) -> dict[str, Any]:
    """A task with folders of these names; those whose names begin with an s are streams."""
    folders = [
        folder(name, kind, "stream" if name.startswith("s") else "chunk")
        for name, kind in ((reads, "input"), (writes, "output"))
        if name
    ]
    return {"engineId": engine, "ioFolders": folders, **more}


def job(*tasks: dict[str, Any], routes: str = "", **more: Any) -> dict[str, Any]:
    """A job with routes such as ``a-b``."""
    ends = [route.split("-") for route in routes.split()]
    joined = [{"parentIoFolderReferenceId": parent, "childIoFolderReferenceId": child} for parent, child in ends]
    return {"targetId": "1", "tasks": list(tasks), "routes": joined, **more}


def flat(source: str) -> str:
    """Source without its layout."""
    return re.sub(r",(?=[])}])", "", re.sub(r"\s", "", source))
