"""A WebSocket whose frames are made by hand, for those that no library would send."""

import base64
import json
import os
import socket
import struct

from .reference import reference
from .waiting import PATIENCE_S

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10


def frame(opcode, payload=b"", fin=True, rsv=0, masked=True, length=None, long_form=False):
    """Bytes of one frame (RFC 6455 §5.2); `length`: what the header says, if not the truth."""
    size = len(payload) if length is None else length
    mask_bit = 0x80 if masked else 0
    head = bytes([(0x80 if fin else 0) | rsv << 4 | opcode])
    if size <= 125 and not long_form:
        head += bytes([mask_bit | size])
    elif size <= 0xFFFF:
        head += bytes([mask_bit | 126]) + struct.pack("!H", size)
    else:
        head += bytes([mask_bit | 127]) + struct.pack("!Q", size)
    if not masked:
        return head + payload
    key = os.urandom(4)
    return head + key + bytes(byte ^ key[i % 4] for i, byte in enumerate(payload))


class RawWebSocket:
    def __init__(self, address, token=None):
        self.address = address
        host, port = address.rsplit(":", 1)
        self._socket = socket.create_connection((host, int(port)), timeout=PATIENCE_S)
        self._file = self._socket.makefile("rb")
        key = base64.b64encode(os.urandom(16)).decode()
        request = (f"GET /v1/ws HTTP/1.1\r\nHost: {address}\r\nUpgrade: websocket\r\n"
                   f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n"
                   "Sec-WebSocket-Version: 13\r\n\r\n")
        self._socket.sendall(request.encode())
        assert b" 101 " in self._file.readline()
        while self._file.readline() != b"\r\n":
            pass
        if token is not None:
            self.send_json({"type": "hello", "token": token})
            self.expect("synced")

    def send(self, data):
        self._socket.sendall(data)

    def send_json(self, value):
        self.send(frame(TEXT, json.dumps(value).encode()))

    def read_frame(self):
        """(opcode, payload) of the next frame."""
        head = self._read(2)
        assert head[0] & 0x80, "the server fragments nothing"
        assert not head[1] & 0x80, "a server must not mask (RFC 6455 §5.1)"
        size = head[1] & 0x7F
        if size == 126:
            size = struct.unpack("!H", self._read(2))[0]
        elif size == 127:
            size = struct.unpack("!Q", self._read(8))[0]
        return head[0] & 0x0F, self._read(size)

    def _read(self, size):
        data = self._file.read(size)
        assert len(data) == size, "the connection ended within a frame"
        return data

    def expect(self, type):
        while True:
            opcode, payload = self.read_frame()
            assert opcode == TEXT, (opcode, payload)
            value = reference.check_frame(payload, self.address)
            if value["type"] == type:
                return value

    def expect_frame(self, wanted):
        """The payload of the next frame with this opcode."""
        while True:
            opcode, payload = self.read_frame()
            if opcode == wanted:
                return payload
            assert opcode == TEXT, (opcode, payload)

    def expect_close(self, code):
        payload = self.expect_frame(CLOSE)
        assert struct.unpack("!H", payload[:2])[0] == code, payload
        return payload[2:].decode()

    def expect_end(self):
        assert self._file.read() == b""

    def close(self):
        self._file.close()
        self._socket.close()
