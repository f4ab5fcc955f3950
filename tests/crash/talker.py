"""One device that talks, listens, and remembers everything it was ever told."""

from collections import defaultdict

from harness.people import new_client_id
from harness.waiting import PATIENCE_S, Stopwatch

MAX_OUTSTANDING = 64
BURST = 8


class Talker:
    def __init__(self, device, chats, random):
        self.device = device
        self.user = device.user
        self.chats = chats
        self.random = random
        self.socket = None
        self.outstanding = {}  # client_id -> (chat, text), in the order of sending
        self.accepted = {}  # client_id -> (chat, seq, message_id, text): what `sent` promised
        self.seen = defaultdict(dict)  # chat -> {seq: message_id}, over all sessions
        self.position = {}  # chat -> the seq after which this session goes on
        self.acknowledged = defaultdict(int)  # chat -> seq, sent in this session
        self.marks = defaultdict(lambda: [0, 0])  # (chat, user) -> [delivered, read], as told
        self.counts = {"sent": 0, "message": 0, "retried": 0}

    # One session

    def connect(self):
        self.position = {}
        self.acknowledged.clear()  # the server may have died before it wrote them
        self.socket = self.device.socket()
        self.socket.hello(self.device.access_token)
        watch = Stopwatch()
        synced = False
        while not synced:
            assert watch.seconds < PATIENCE_S and not self.socket.ended, self.socket.close_code
            self.socket.read_for(0.05)
            synced = bool(self.socket.of_type("synced"))
            self.take()

    def resend(self):
        """Everything unacknowledged again, with the same client_ids and in the same order."""
        for client_id, (chat, text) in self.outstanding.items():
            self.socket.send_message(chat, text, client_id=client_id)
            self.counts["retried"] += 1

    def repeat_some(self):
        """Some of what was accepted long ago, again: the answer must be the same."""
        known = self.random.sample(sorted(self.accepted), min(5, len(self.accepted)))
        for client_id in known:
            chat, seq, message_id, text = self.accepted[client_id]
            again = self.socket.say(chat, text, client_id=client_id)
            assert (again["chat"], again["seq"], again["message_id"]) == (chat, seq, message_id)

    def step(self):
        """Sends and acknowledges a little, and takes what came."""
        if len(self.outstanding) < MAX_OUTSTANDING:
            for _ in range(self.random.randint(0, BURST)):
                self._send_one()
        self.socket.read_for(0)
        self.take()
        assert not self.socket.ended, f"the session ended: {self.socket.close_code}"

    def take_the_last(self):
        """What had left the server before it died counts as told."""
        while not self.socket.ended:
            self.socket.read_for(PATIENCE_S)
        self._handle_inbox()
        self.socket.drop()

    def _send_one(self):
        chat = self.random.choice(self.chats)
        client_id = new_client_id()
        text = f"{client_id} {self.random.choice(('short', 'x' * 300, 'y' * 5000))}"
        self.outstanding[client_id] = (chat, text)
        self.socket.send_message(chat, text, client_id=client_id)

    # What it is told

    def take(self):
        self._handle_inbox()
        self._acknowledge()

    def _handle_inbox(self):
        inbox, self.socket.inbox = self.socket.inbox, []
        for frame in inbox:
            handler = getattr(self, f"_on_{frame['type']}", None)
            if handler:
                handler(frame)

    def _on_message(self, frame):
        self.counts["message"] += 1
        chat, seq = frame["chat"], frame["seq"]
        if chat in self.position:
            assert seq == self.position[chat] + 1, f"gap or repeat in a session: {frame}"
        else:
            newest = max(self.seen[chat], default=None)
            assert newest is None or seq <= newest + 1, f"gap between sessions: {frame}"
        self.position[chat] = seq
        self._saw(chat, seq, frame["message_id"])
        if "client_id" in frame and frame["client_id"] in self.outstanding:
            self._accepted(frame["client_id"], frame)

    def _on_sent(self, frame):
        self.counts["sent"] += 1
        chat, seq = frame["chat"], frame["seq"]
        if seq == self.position.get(chat, seq - 1) + 1:
            self.position[chat] = seq
        assert seq <= self.position[chat], f"a sent beyond the stream: {frame}"
        self._saw(chat, seq, frame["message_id"])
        self._accepted(frame["client_id"], frame)

    def _accepted(self, client_id, frame):
        promise = (frame["chat"], frame["seq"], frame["message_id"])
        if client_id in self.outstanding:
            chat, text = self.outstanding.pop(client_id)
            assert chat == frame["chat"]
            self.accepted[client_id] = (*promise, text)
        assert self.accepted[client_id][:3] == promise, f"another answer to a retry: {frame}"

    def _saw(self, chat, seq, message_id):
        assert self.seen[chat].setdefault(seq, message_id) == message_id, (
            f"seq {seq} of {chat} was {self.seen[chat][seq]}, now {message_id}")

    def _on_receipt(self, frame):
        told = self.marks[(frame["chat"], frame["user"])]
        for index, name in enumerate(("delivered", "read")):
            if name in frame:
                assert frame[name] >= told[index], f"a mark went back: {told} -> {frame}"
                told[index] = frame[name]

    def _on_error(self, frame):
        raise AssertionError(f"the server refused: {frame}")

    def _acknowledge(self):
        """Some time after it was received; seldom it is read, too."""
        for chat, seq in self.position.items():
            behind = seq - self.acknowledged[chat]
            if behind > 0 and self.random.random() < behind / 16:
                self.socket.send("received", chat=chat, seq=seq)
                self.acknowledged[chat] = seq
                if self.random.random() < 0.3:
                    self.socket.send("read", chat=chat, seq=seq)
