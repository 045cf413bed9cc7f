"""What ran, told after an update to people and to CI: jobs, their times, what they heard, why they failed, files."""

from __future__ import annotations

from aiware_resources.report.run.gather import gather
from aiware_resources.report.run.html import html
from aiware_resources.report.run.junit import junit
from aiware_resources.report.run.markdown import markdown
from aiware_resources.report.run.model import Run, Update, sentence

__all__ = ["Run", "Update", "gather", "html", "junit", "markdown", "sentence"]
