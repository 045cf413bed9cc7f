"""Python for objects that aiWARE has already: declarations that take them over as they are."""

from __future__ import annotations

from aiware_resources.cli.adoption.objects import declared, options
from aiware_resources.cli.adoption.writing import program

__all__ = ["declared", "options", "program"]
