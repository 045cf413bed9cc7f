"""Real translations are tried where Apertium is installed; tools/programs.py says where it is not."""

from __future__ import annotations

from tools.programs import translates

collect_ignore = [] if translates() else ["test_apertium.py"]
