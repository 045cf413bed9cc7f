"""Export requests that nothing distinguishes: those of resources, and those that the program makes for fleets."""

from __future__ import annotations

import threading

MADE_BY_PROGRAM = threading.Event()
"""Set in a provider's process when a fleet asks for captions.

The program requests them, in a process of its own. So after a lost answer, a request of this user that no resource
holds may be one of these, and none can be taken for the lost one.
"""
