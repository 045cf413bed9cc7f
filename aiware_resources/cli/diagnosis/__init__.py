"""Diagnosis: is everything there that the project needs, and does it work?"""

from __future__ import annotations

from aiware_resources.cli.diagnosis.diagnosis import diagnose
from aiware_resources.cli.diagnosis.finding import Finding

__all__ = ["Finding", "diagnose"]
