"""The exit codes of ``aiware``: one table, for the code, the help and the documents."""

from __future__ import annotations

DONE = 0
FAILED = 1
USAGE = 2
CHANGES = 2
SETTINGS = 3
INTERRUPTED = 130

MEANINGS = {
    DONE: "Done.",
    FAILED: "aiWARE refused, or work failed: an error of the API, a failed job, nothing found under an id.",
    USAGE: "Wrong usage; and, of commands that say so, something is to change.",
    SETTINGS: "The settings cannot be used: no token, a stack that cannot be read, a value that makes no sense.",
    INTERRUPTED: "Interrupted by Ctrl-C.",
}
"""What each code means."""
