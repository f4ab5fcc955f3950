"""A WebSocket client over the `websockets` library, driven by the test: it reads when it waits.

Frames that arrive while a test waits for another stay in `inbox`, in order, until expected. Each
is checked against the reference that the server gives out.
"""

import json
import select
import socket
import time
import uuid

import pytest
from websockets.client import ClientConnection
from websockets.frames import Opcode
from websockets.http11 import Response
from websockets.uri import parse_uri

from .reference import reference
from .waiting import PATIENCE_S

READ_BYTES = 64 * 1024


class WebSocket:
    def __init__(self, address, headers=(), subprotocols=None, receive_buffer=None):
        self.address = address
        self.inbox = []
        self.welcome = None
        self.backlog = []
        self.synced = None
        self.response = None
        host, port = address.rsplit(":", 1)
        self._socket = socket.socket()
        if receive_buffer is not None:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self._socket.settimeout(PATIENCE_S)
        self._socket.connect((host, int(port)))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._connection = ClientConnection(parse_uri(f"ws://{address}/v1/ws"),
                                            subprotocols=subprotocols, max_size=None)
        self._parts = []
        self._pongs = []
        self._ended = False
        self._handshake(dict(headers))

    def _handshake(self, headers):
        request = self._connection.connect()
        for name, value in headers.items():
            request.headers[name] = value
        self._connection.send_request(request)
        self._flush()
        deadline = time.monotonic() + PATIENCE_S
        while self.response is None:
            self._read(deadline, "the answer to the handshake")
        assert self.response.status_code == 101, (self.response, self.response.body)

    @property
    def subprotocol(self):
        return self._connection.subprotocol

    # Sending

    def _flush(self):
        for data in self._connection.data_to_send():
            if data:
                self._socket.sendall(data)

    def send(self, type, **fields):
        self.send_text(json.dumps({"type": type, **fields}))

    def send_text(self, text):
        """One text message; `text` may be bytes, sent as they are."""
        self._connection.send_text(text if isinstance(text, bytes) else text.encode())
        self._flush()

    def send_fragments(self, *parts):
        """One text message in as many frames as there are parts."""
        self._connection.send_text(parts[0], fin=len(parts) == 1)
        for index, part in enumerate(parts[1:], 2):
            self._connection.send_continuation(part, fin=index == len(parts))
        self._flush()

    def send_binary(self, data):
        self._connection.send_binary(data)
        self._flush()

    def send_ping(self, payload):
        self._connection.send_ping(payload)
        self._flush()

    def hello(self, token=None, **fields):
        """Says hello and waits for the welcome."""
        if token is not None:
            fields["token"] = token
        self.send("hello", client="e2e", platform="test", **fields)
        self.welcome = self.expect("welcome")
        return self.welcome

    def sync(self, acknowledge=False):
        """Takes everything up to `synced`; `acknowledge` each message as it comes."""
        self.backlog = []
        while self.synced is None:
            frame = self.next_frame("synced")
            if frame["type"] == "synced":
                self.synced = frame
            elif frame["type"] not in ("presence", "typing"):
                self.backlog.append(frame)
                if acknowledge and frame["type"] in ("message", "sent"):
                    self.send("received", chat=frame["chat"], seq=frame["seq"])
        return self.backlog

    def send_message(self, chat, text, client_id=None, **fields):
        """Sends a text and gives its client_id, without waiting."""
        client_id = client_id or str(uuid.uuid4())
        self.send("send", client_id=client_id, chat=chat, kind="text", text=text, **fields)
        return client_id

    def say(self, chat, text, **options):
        """Sends a text and waits for its `sent`."""
        client_id = self.send_message(chat, text, **options)
        return self.expect("sent", client_id=client_id)

    # Receiving

    def _read(self, deadline, what):
        """Takes what the network has; fails when nothing comes before the deadline."""
        wait = max(0.0, deadline - time.monotonic())
        if self._ended or not select.select([self._socket], [], [], wait)[0]:
            pytest.fail(f"{'the connection ended' if self._ended else 'nothing came'}; waited for "
                        f"{what}; close code {self.close_code}; inbox: {self.inbox}")
        try:
            data = self._socket.recv(READ_BYTES)
        except ConnectionResetError:
            data = b""
        if data:
            self._connection.receive_data(data)
        else:
            self._ended = True
            self._connection.receive_eof()
        try:
            self._flush()
        except OSError:
            self._ended = True
        for event in self._connection.events_received():
            self._take(event)

    def _take(self, event):
        if isinstance(event, Response):
            self.response = event
        elif event.opcode in (Opcode.TEXT, Opcode.CONT):
            self._parts.append(event.data)
            if event.fin:
                self.inbox.append(reference.check_frame(b"".join(self._parts), self.address))
                self._parts = []
        elif event.opcode == Opcode.PONG:
            self._pongs.append(event.data)
        else:
            assert event.opcode in (Opcode.CLOSE, Opcode.PING), event

    def next_frame(self, what="a frame", within=PATIENCE_S):
        deadline = time.monotonic() + within
        while not self.inbox:
            self._read(deadline, what)
        return self.inbox.pop(0)

    def expect(self, type, within=PATIENCE_S, **fields):
        """The first frame of this type with these fields; earlier others stay in the inbox."""
        wanted = {"type": type, **fields}
        deadline = time.monotonic() + within
        looked_at = 0
        while True:
            for index in range(looked_at, len(self.inbox)):
                frame = self.inbox[index]
                if all(name in frame and frame[name] == value for name, value in wanted.items()):
                    return self.inbox.pop(index)
            looked_at = len(self.inbox)
            self._read(deadline, wanted)

    def expect_messages(self, chat, count, within=PATIENCE_S):
        """So many of the chat's next `message` and `sent` frames, in the order they came."""
        frames = []
        deadline = time.monotonic() + within
        while len(frames) < count:
            frames.append(self._expect_of_stream(chat, deadline))
        return frames

    def _expect_of_stream(self, chat, deadline):
        while True:
            for index, frame in enumerate(self.inbox):
                if frame["type"] in ("message", "sent") and frame["chat"] == chat:
                    return self.inbox.pop(index)
            self._read(deadline, f"a message or sent of {chat}")

    def expect_error(self, code, within=PATIENCE_S, **fields):
        error = self.expect("error", within, code=code, **fields)
        assert error["title"] and error["detail"] and error["status"] >= 400, error
        return error

    def expect_pong(self, payload):
        """The pong frame of RFC 6455, not the protocol's."""
        deadline = time.monotonic() + PATIENCE_S
        while payload not in self._pongs:
            self._read(deadline, f"a pong frame with {payload!r}")

    def read_for(self, seconds):
        """Takes what comes within so many seconds, or is there already."""
        deadline = time.monotonic() + seconds
        while not self.ended:
            wait = max(0.0, deadline - time.monotonic())
            if not select.select([self._socket], [], [], wait)[0]:
                return
            self._read(deadline, "what comes")
            if time.monotonic() >= deadline:
                return

    @property
    def ended(self):
        """Nothing comes any more."""
        return self._ended or self.close_code is not None

    def barrier(self):
        """Everything that the session was sent so far is in the inbox."""
        n = int(uuid.uuid4()) % 10 ** 9
        self.send("ping", n=n)
        self.expect("pong", n=n)

    def of_type(self, *types):
        """The frames in the inbox of these types."""
        return [frame for frame in self.inbox if frame["type"] in types]

    # Closing

    @property
    def close_code(self):
        received = self._connection.close_rcvd
        return received.code if received else None

    def expect_close(self, code, within=PATIENCE_S):
        """Waits for the server's close frame, which must have this code."""
        deadline = time.monotonic() + within
        while self.close_code is None:
            self._read(deadline, f"a close frame with {code}")
        assert self.close_code == code, (self._connection.close_rcvd, self.inbox)

    def close(self):
        """A clean close, awaited."""
        if self._connection.close_sent is None:
            self._connection.send_close(1000)
            self._flush()
        deadline = time.monotonic() + PATIENCE_S
        while not self._ended:
            self._read(deadline, "the end of the connection")
        self._socket.close()

    def drop(self):
        """The connection ends without a word."""
        self._socket.close()
