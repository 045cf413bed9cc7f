"""Work that falls due is done once, and whoever looks meanwhile waits for it."""

from __future__ import annotations

import asyncio

from aiware_local.installation.installation import Installation
from aiware_local.server.worker import Worker
from tests.aiware_local.support import Local


class Rounds(Worker):
    """A worker that always has work for a few more rounds."""

    def __init__(self, installation: Installation, rounds: int) -> None:
        super().__init__(installation)
        self.left = rounds

    def _due(self) -> bool:
        return self.left > 0

    async def _work(self) -> None:
        await asyncio.sleep(0)
        self.left -= 1


async def test_two_who_look_at_once_share_the_rounds(local: Local) -> None:
    worker = Rounds(local.installation, rounds=4)
    await asyncio.gather(*(worker.settle() for _ in range(3)))
    assert worker.left == 0
