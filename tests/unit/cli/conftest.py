"""The command."""

from __future__ import annotations

from tests.support.command import aiware, data

__all__ = ["aiware", "data"]
