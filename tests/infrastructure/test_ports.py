"""Ports of the tests: free, never given twice, and never one a client may get by chance."""

import socket
from contextlib import closing
from pathlib import Path

from tests.servers.ports import free_port


def test_no_port_is_given_twice() -> None:
    ports = [free_port() for _ in range(200)]

    assert len(set(ports)) == 200


def test_a_port_is_no_client_s() -> None:
    lowest = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])

    assert 1024 < free_port() < lowest


def test_a_port_can_be_listened_on() -> None:
    port = free_port()

    with closing(socket.create_server(("127.0.0.1", port))) as listener:
        assert listener.getsockname() == ("127.0.0.1", port)
