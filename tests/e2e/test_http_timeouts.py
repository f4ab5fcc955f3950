"""How long a connection may take: 10 s for its headers, 30 s for a body, 60 s between requests."""

import select
import socket

import pytest
from harness.waiting import SLOWNESS, Stopwatch

REQUEST = b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"


class Connection:
    def __init__(self, server, data=b""):
        host, port = server.address.rsplit(":", 1)
        self._socket = socket.create_connection((host, int(port)))
        self._watch = Stopwatch()
        self.answer = b""
        self._socket.sendall(data)

    def seconds_to_the_end(self, within):
        """How long the server kept the connection; what it said is in `answer`."""
        while True:
            wait = within - self._watch.seconds
            readable, _, _ = select.select([self._socket], [], [], max(0.0, wait))
            assert readable, f"still open after {within} s"
            try:
                piece = self._socket.recv(65536)
            except ConnectionResetError:
                piece = b""
            if not piece:
                self._socket.close()
                return self._watch.seconds
            self.answer += piece


def test_headers_that_do_not_come_end_the_connection_after_10_s(server):
    parts = (b"GET /livez HT", b"GET /livez HTTP/1.1\r\nHost: x\r\n", REQUEST + b"GET ")
    connections = [Connection(server, part) for part in parts]
    for connection in connections:
        assert 8 < connection.seconds_to_the_end(within=14 * SLOWNESS)
    assert [connection.answer.count(b"HTTP/1.1 200 OK") for connection in connections] == [0, 0, 1]


@pytest.mark.long
def test_a_body_that_does_not_come_ends_the_connection_after_30_s(server):
    connection = Connection(server, b"POST /v1/users HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n"
                                    b"Content-Type: application/json\r\n\r\n{")
    assert 28 < connection.seconds_to_the_end(within=36 * SLOWNESS)
    assert not connection.answer.startswith(b"HTTP/1.1 2")


@pytest.mark.long
def test_a_connection_without_requests_ends_after_60_s(server):
    used, unused = Connection(server, REQUEST), Connection(server)
    assert 58 < used.seconds_to_the_end(within=68 * SLOWNESS)
    assert used.answer.startswith(b"HTTP/1.1 200 OK")
    unused.seconds_to_the_end(within=68 * SLOWNESS)


@pytest.mark.long
def test_many_idle_connections_keep_nobody_out(server, alice):
    idle = [Connection(server, b"GET /") for _ in range(300)]
    alice.http.get("/v1/me").ok()
    for connection in idle:
        connection.seconds_to_the_end(within=20 * SLOWNESS)
    alice.http.get("/v1/me").ok()
