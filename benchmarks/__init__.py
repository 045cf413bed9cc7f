"""How long the real Pulumi engine takes with the library: `python -m benchmarks`."""

from __future__ import annotations
