"""aiWARE Edge: the same API over REST, as an installation on one's own premises has it."""

from __future__ import annotations

from aiware_resources.api.edge.abilities import EDGE
from aiware_resources.api.edge.api import EdgeApi

__all__ = ["EDGE", "EdgeApi"]
