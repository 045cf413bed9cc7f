"""Libraries of the `engines` extra, which let engines do real work. Where one is missing, its engine is simulated."""

from __future__ import annotations

import importlib
from typing import Any

HINT = "pip install 'aiware-pipelines[engines]' makes it real"


def extra(module: str) -> Any | None:
    """A module of the extra, or None where it is not installed."""
    try:
        return importlib.import_module(module)
    except ImportError:
        return None
