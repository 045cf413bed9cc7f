"""Fleets: thousands of jobs of one template, reconciled entry by entry."""

from __future__ import annotations

from aiware_resources.fleet.placeholders import media_key, media_value
from aiware_resources.fleet.template import JobTemplate

__all__ = ["JobTemplate", "media_key", "media_value"]
