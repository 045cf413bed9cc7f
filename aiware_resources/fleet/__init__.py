"""Fleets: thousands of jobs of one template, reconciled entry by entry."""

from __future__ import annotations

from aiware_resources.fleet.template import JobTemplate, media_key, media_value

__all__ = ["JobTemplate", "media_key", "media_value"]
