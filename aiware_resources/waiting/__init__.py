"""Waiting for what was submitted: what is awaited (the conditions) apart from how (the monitor)."""

from __future__ import annotations

from aiware_resources.reconcile.outputs import derived
from aiware_resources.waiting.completion import Completion, Seen, Waiting
from aiware_resources.waiting.monitor import Monitor, current, monitor_for, monitor_of
from aiware_resources.waiting.run import of_run
from aiware_resources.waiting.watch import Condition, Done, Failed, NotKnown, Pending, Row, Verdict, Watch

__all__ = [
    "Completion",
    "Condition",
    "Done",
    "Failed",
    "Monitor",
    "NotKnown",
    "Pending",
    "Row",
    "Seen",
    "Verdict",
    "Waiting",
    "Watch",
    "current",
    "derived",
    "monitor_for",
    "monitor_of",
    "of_run",
]
