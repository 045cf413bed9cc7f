"""What all tests of waiting use."""

from __future__ import annotations

from tests.support.waiting import haste, make_monitor

__all__ = ["haste", "make_monitor"]
