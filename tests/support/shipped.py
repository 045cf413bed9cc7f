"""The project as it ships, in a folder of a test."""

from __future__ import annotations

import shutil

import yaml

from tests.support.project import ROOT, Project


def shipped_project(project: Project) -> Project:
    """Puts the repository's own program into a project, with the local stack's own configuration."""
    for name in ("__main__.py", "configuration.py", "Pulumi.yaml"):
        shutil.copy(ROOT / name, project.folder)
    project.config(**yaml.safe_load((ROOT / "stacks" / "Pulumi.local.yaml").read_text())["config"])
    return project
