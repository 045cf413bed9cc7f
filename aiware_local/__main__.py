"""`python -m aiware_local`: serves a local aiWARE in the foreground."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from aiware_local.launcher import LauncherError, default_data, default_media_root, wanted_port, wanted_recognition
from aiware_local.server.app import CannotServeError, log_to_stderr, serve


def main(arguments: list[str] | None = None) -> int:
    """Parses the arguments and serves; the exit code is 1 if that is not possible."""
    parser = argparse.ArgumentParser(prog="python -m aiware_local", description="Serves a local aiWARE.")
    parser.add_argument(
        "--port", type=int, help="port to listen on (default: AIWARE_LOCAL_PORT, else the last one or any)"
    )
    parser.add_argument("--data", type=Path, help="data folder (default: AIWARE_LOCAL_DATA, else .aiware-local)")
    parser.add_argument(
        "--media-root",
        type=Path,
        help="folder below which engines may read files (default: AIWARE_LOCAL_MEDIA_ROOT, else the project's folder)",
    )
    parser.add_argument(
        "--recognition",
        choices=("on", "off"),
        help="whether speech is really recognized (default: AIWARE_LOCAL_RECOGNITION, else on)",
    )
    options = parser.parse_args(arguments)
    try:
        port = wanted_port(options.port)
        recognition = wanted_recognition(None if options.recognition is None else options.recognition == "on")
    except LauncherError as error:
        parser.error(str(error))
    root = options.media_root or default_media_root()
    log_to_stderr()
    try:
        serve((options.data or default_data()).resolve(), port, root.resolve(), recognition=recognition)
    except CannotServeError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
