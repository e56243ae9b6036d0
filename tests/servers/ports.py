"""A TCP port on 127.0.0.1 that nobody listens on, and that no client is given by chance."""

import secrets
import socket
from contextlib import closing
from pathlib import Path

_RANGE_FILE = Path("/proc/sys/net/ipv4/ip_local_port_range")
_LOWEST = 15_000
_given: set[int] = set()


def free_port() -> int:
    """Answer a port below the ephemeral range, never the same one twice in this process.

    A port of the ephemeral range would be a trap: while its server is down, a client that tries
    to reach it may be given that very port as its own, and be connected to itself.
    """
    first_ephemeral = int(_RANGE_FILE.read_text().split()[0])
    width = first_ephemeral - _LOWEST
    while True:
        # Not `random`: seeded alike in two test processes, it would hand both the same port.
        port = _LOWEST + secrets.randbelow(width)
        if port not in _given and _is_free(port):
            _given.add(port)
            return port


def _is_free(port: int) -> bool:
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
