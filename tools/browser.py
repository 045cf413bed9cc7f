"""Says whether there is a browser that tests can use: Chromium.

    browser.py

Runs on the standard library alone, and writes to stderr only.
"""

from __future__ import annotations

import shutil
import sys

NAMES = ("chromium", "/usr/bin/chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    # The sandbox needs what containers lack, and root has none. The pages are our own.
    "--no-sandbox",
    # A browser asks for updates, lists and the like by itself. Names of other machines are not looked up here.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
    "--disable-dev-shm-usage",
)
"""What Chromium is started with, besides what Playwright gives it."""


def chromium() -> str | None:
    """The program, or ``None`` where there is none."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def main() -> int:
    """Says if there is none."""
    if chromium() is None:
        print(
            "The pages are not tried in a browser: there is no Chromium. On Debian: apt-get install chromium.",
            file=sys.stderr,
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
