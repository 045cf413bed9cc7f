"""Do the tasks of a job suit their engines? Compares the engine catalogue with what a program says."""

from __future__ import annotations

from aiware_resources.catalogue.payloads.tasks import problems

__all__ = ["problems"]
