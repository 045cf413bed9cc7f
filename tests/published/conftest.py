"""The client is tried where `make test` could fetch it; tools/published.py says where it could not."""

from __future__ import annotations

from tests.support.project import ROOT

collect_ignore = [] if (ROOT / ".published" / "client" / "bin" / "python").exists() else ["test_client.py"]
