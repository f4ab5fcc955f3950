"""Senders that keep on until the server dies, and remember what they were told."""

import threading
from dataclasses import dataclass, field

from harness.people import new_client_id


@dataclass
class Send:
    chat: str
    client_id: str
    text: str
    seq: int | None = None  # as acknowledged


@dataclass
class Sender:
    """One device that sends to some chats, acknowledges what it gets, and checks the order."""

    device: object
    chats: list[str]
    random: object
    sends: dict[str, Send] = field(default_factory=dict)  # by client_id, of all rounds
    streams: dict[str, int] = field(default_factory=dict)  # the last seq seen in this connection
    marks: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    in_flight: int = 0
    acknowledged: int = 0  # sends with an ack; read by other threads

    def run(self, stop: threading.Event) -> None:
        """Until the connection breaks, which is what the test is for."""
        try:
            socket = self.device.socket()
            socket.hello(self.device.access_token)
            self.streams = {}
            self.in_flight = 0
            while not stop.is_set():
                if self.in_flight < 8:
                    self._send(socket)
                self._take(socket, socket.next_frame())
        except BaseException as error:  # noqa: BLE001 - the kill shows in many ways
            if not stop.is_set():
                self.problems.append(f"ended before the kill: {error!r}")

    def _send(self, socket):
        chat = self.random.choice(self.chats)
        send = Send(chat, new_client_id(), f"message {len(self.sends)} of {self.device.id}")
        self.sends[send.client_id] = send
        self.in_flight += 1
        socket.send_message(chat, send.text, client_id=send.client_id)

    def _take(self, socket, frame):
        if frame["type"] in ("message", "sent"):
            self._follow(frame)
            self._remember(frame)
            socket.send("received", chat=frame["chat"], seq=frame["seq"])
            if self.random.random() < 0.2:
                socket.send("read", chat=frame["chat"], seq=frame["seq"])
        elif frame["type"] == "receipt":
            self._check_marks(frame)
        elif frame["type"] == "error":
            self.problems.append(f"an error: {frame}")

    def _remember(self, frame):
        send = self.sends.get(frame.get("client_id"))
        if send is None:
            return
        if frame["type"] == "sent":
            self.in_flight -= 1
        if send.seq not in (None, frame["seq"]):
            self.problems.append(f"{send} was acknowledged again as {frame}")
        self.acknowledged += send.seq is None
        send.seq = frame["seq"]

    def _follow(self, frame):
        last = self.streams.get(frame["chat"])
        if last is not None and frame["seq"] != last + 1:
            self.problems.append(f"after seq {last} came {frame}")
        self.streams[frame["chat"]] = frame["seq"]

    def _check_marks(self, frame):
        key = (frame["chat"], frame["user"])
        delivered, read = self.marks.get(key, (0, 0))
        if frame.get("delivered", delivered) < delivered or frame.get("read", read) < read:
            self.problems.append(f"marks went back from {delivered}, {read}: {frame}")
        self.marks[key] = (frame.get("delivered", delivered), frame.get("read", read))
