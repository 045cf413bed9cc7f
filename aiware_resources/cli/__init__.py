"""The ``aiware`` command: a thin layer over the library, one group a file."""

from __future__ import annotations

from aiware_resources.cli.main import main

__all__ = ["main"]
