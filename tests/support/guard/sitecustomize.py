"""Traffic of tests goes to this machine only. Python imports this by itself where its folder is on PYTHONPATH.

It refuses a connection to another machine, whatever asked for it: a proxy, a redirect, a library. It notes it as well,
in the folder of the session, since the code under test may take a refusal for an outage and pass over it.
"""

from __future__ import annotations

import sys

SESSION = "TESTS_SESSION"
"""Variable of the environment that names the folder of the session, and marks its processes."""
NOTES = "traffic"
"""File in that folder, with a line for each connection that was refused."""
_RESERVED = (".test", ".example", ".invalid")
"""Names below these never exist, so tests may ask for them: they learn so without a DNS server."""


def _is_here(host: str) -> bool:
    import ipaddress

    if host in {"", "localhost"}:
        return True
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


def _is_address(host: str) -> bool:
    import ipaddress

    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def _note(what: str) -> None:
    import os

    folder = os.environ.get(SESSION)
    if folder:
        with open(os.path.join(folder, NOTES), "a", encoding="utf-8") as notes:  # noqa: PTH118, PTH123 - before all else
            notes.write(f"{what}, by {' '.join(sys.orig_argv)[:300]} ({os.environ.get('PYTEST_CURRENT_TEST', '')})\n")


def _guard(event: str, arguments: tuple[object, ...]) -> None:
    if event in {"socket.connect", "socket.sendto"}:
        address = arguments[1]
        if isinstance(address, tuple) and isinstance(address[0], str) and not _is_here(address[0]):
            _note(f"connection to {address[0]}")
            raise OSError(f"Tests may not connect to {address[0]}.")
    elif event in {"socket.getaddrinfo", "socket.gethostbyname"}:
        import socket

        host = arguments[0].decode() if isinstance(arguments[0], bytes) else arguments[0]
        if isinstance(host, str) and not _is_here(host) and not _is_address(host) and host != socket.gethostname():
            if not host.rstrip(".").endswith(_RESERVED):
                _note(f"look-up of {host}")
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


sys.addaudithook(_guard)
