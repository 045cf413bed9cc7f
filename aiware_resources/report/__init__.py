"""What an update would do, and what has drifted, told to people who review it."""

from __future__ import annotations

from aiware_resources.report.as_json import as_json
from aiware_resources.report.build import build
from aiware_resources.report.html import html
from aiware_resources.report.markdown import GITHUB_LIMIT, markdown, marker
from aiware_resources.report.model import Report
from aiware_resources.report.origin import origin_in
from aiware_resources.report.pulumi_json import Preview, parse, with_jobs, with_policies
from aiware_resources.report.sentence import sentence

__all__ = [
    "GITHUB_LIMIT",
    "Preview",
    "Report",
    "as_json",
    "build",
    "html",
    "markdown",
    "marker",
    "origin_in",
    "parse",
    "sentence",
    "with_jobs",
    "with_policies",
]
