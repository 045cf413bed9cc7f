"""Policies for Pulumi (CrossGuard): rules that every preview and every update has to obey.

A policy pack is a folder with a ``PulumiPolicy.yaml`` and a program that calls `run_pack`.
Needs the package ``pulumi-policy``: ``pip install 'aiware-pipelines[policies]'``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aiware_resources.policies.pack import aiware_policies, run_pack

__all__ = ["aiware_policies", "run_pack"]


def __getattr__(name: str) -> Any:
    # The host of packs is in this package, and needs none of what they do.
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from aiware_resources.policies import pack

    return getattr(pack, name)
