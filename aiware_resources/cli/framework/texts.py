"""Texts at the end of a command's help."""

from __future__ import annotations

from aiware_resources.cli.framework.exit_codes import MEANINGS

_AS_IT_STANDS = "\b"
"""What tells click not to wrap a paragraph."""


def examples(*lines: str) -> str:
    """The end of a command's help: how it is called.

    Args:
        lines: Commands, each with a comment where it needs one.
    """
    return _paragraph("Examples:", [f"  {line}" for line in lines])


def exit_codes() -> str:
    """The end of the help of ``aiware`` itself: what its exit codes mean."""
    return _paragraph("Exit codes:", [f"  {code:<4} {meaning}" for code, meaning in MEANINGS.items()])


def _paragraph(title: str, lines: list[str]) -> str:
    return "\n".join([_AS_IT_STANDS, title, *lines])
