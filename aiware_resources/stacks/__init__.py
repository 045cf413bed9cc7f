"""The stacks of a Pulumi project: their files, and whether what stands in them can work."""

from __future__ import annotations

from aiware_resources.stacks.checking import StackProblem, check_stacks
from aiware_resources.stacks.project import Project, Stack

__all__ = ["Project", "Stack", "StackProblem", "check_stacks"]
