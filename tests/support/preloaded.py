"""What forks import soon after they have begun, imported once, in the process that they are forked from."""

from __future__ import annotations

import encodings.idna
import gc
import pkgutil
from importlib import import_module

import grpc.experimental

import aiware_local.launcher
import aiware_resources
from aiware_resources.api.transport import new_client

_ = encodings.idna, grpc.experimental, aiware_local.launcher
for _package in (
    "aiware_resources.cli",
    "aiware_resources.policies",
    "aiware_resources.report",
    "aiware_resources.stacks",
):
    for _module in pkgutil.walk_packages(import_module(_package).__path__, f"{_package}."):
        import_module(_module.name)
for _name in aiware_resources.__all__:
    getattr(aiware_resources, _name)
# Reads the certificates that it would check.
new_client(1, url="http://localhost").close()
# A fork whose collector looks through what is imported would copy the memory that it is in.
gc.collect()
gc.freeze()
