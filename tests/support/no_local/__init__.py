"""A Python without the packages of the extra `local`: see `sitecustomize.py`."""

from __future__ import annotations

from pathlib import Path

NO_LOCAL = Path(__file__).parent
"""On PYTHONPATH, before all else, it keeps those packages from being imported."""
