"""A Python without what POSIX alone has: see `sitecustomize.py`, and the names here."""

from __future__ import annotations

from pathlib import Path

NO_POSIX = Path(__file__).parent
"""On PYTHONPATH, before all else, it takes away what POSIX alone has."""
