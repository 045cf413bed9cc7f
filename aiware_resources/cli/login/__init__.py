"""``aiware login``: getting credentials, and keeping them in a stack's configuration."""

from __future__ import annotations

from aiware_resources.cli.login.command import login

__all__ = ["login"]
