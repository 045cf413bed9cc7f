"""Jobs that are written down elsewhere, as a program of this library."""

from __future__ import annotations

from aiware_resources.cli.conversion.program import Converted, Refused, convert, stand_in

__all__ = ["Converted", "Refused", "convert", "stand_in"]
