"""People who write, read, leave and come back at random: the promises hold all the while."""

import random

import pytest
from harness.people import new_client_id
from harness.waiting import eventually


class Talker:
    """One device: what it has sent, been told, and acknowledged."""

    def __init__(self, device, chats, dice):
        self.device = device
        self.chats = chats
        self.dice = dice
        self.socket = None
        self.session = {}  # by chat: seqs of this session, in the order they came
        self.seen = {chat: set() for chat in chats}
        self.acknowledged = dict.fromkeys(chats, 0)
        self.unanswered = {}  # client_id: chat and text
        self.answered = {}  # client_id: chat, seq and message_id
        self.number = 0

    def step(self):
        if self.socket is None:
            self.come()
            return
        self.dice.choices([self.write, self.write_over_http, self.listen, self.leave],
                          [50, 15, 25, 10])[0]()

    def come(self):
        self.session = {chat: [] for chat in self.chats}
        self.socket = self.device.socket()
        self.socket.hello(self.device.access_token)
        for client_id, (chat, text) in self.unanswered.items():
            self.socket.send_message(chat, text, client_id=client_id)

    def leave(self):
        self.listen()
        self.dice.choice([self.socket.close, self.socket.drop])()
        self.socket = None

    def write(self):
        chat = self.dice.choice(self.chats)
        self.number += 1
        text = f"{self.device.id} {self.number}"
        self.unanswered[self.socket.send_message(chat, text)] = (chat, text)

    def write_over_http(self):
        chat, client_id = self.dice.choice(self.chats), new_client_id()
        self.number += 1
        sent = self.device.http.post(f"/v1/chats/{chat}/messages", {
            "client_id": client_id, "kind": "text",
            "text": f"{self.device.id} {self.number}"}).ok(201)
        self.answered[client_id] = (chat, sent["seq"], sent["message_id"])

    def listen(self):
        self.socket.barrier()
        for frame in self.socket.of_type("message", "sent"):
            self.take(frame)
        self.socket.inbox = [one for one in self.socket.inbox if one["type"] == "synced"]
        for chat, seqs in self.session.items():
            if seqs and self.dice.random() < 0.7:
                self.socket.send("received", chat=chat, seq=seqs[-1])
                self.acknowledged[chat] = max(self.acknowledged[chat], seqs[-1])

    def has_all(self, user):
        self.listen()
        return not self.unanswered and all(
            len(self.seen[chat]) == user.chat(chat)["head"] for chat in self.chats)

    def take(self, frame):
        chat, seq = frame["chat"], frame["seq"]
        client_id = frame.get("client_id")
        if frame["type"] == "sent":
            answer = (chat, seq, frame["message_id"])
            assert self.answered.setdefault(client_id, answer) == answer
        self.unanswered.pop(client_id, None)
        stream = self.session[chat]
        if frame["type"] == "sent" and seq in self.seen[chat]:
            return  # the answer to a retry
        assert seq == stream[-1] + 1 if stream else seq <= self.acknowledged[chat] + 1
        stream.append(seq)
        self.seen[chat].add(seq)


@pytest.mark.parametrize("seed", range(4))
def test_every_device_gets_every_message_once_and_in_order(new_server, seed):
    server = new_server({"limits.window": 64, "limits.enabled": "false",
                         "groups.fanout_on_write_below": 3})
    users = [server.user() for _ in range(4)]
    small, large = users[0].direct_chat(users[1]), users[0].group(*users[1:])
    dice = random.Random(seed)
    talkers = [Talker(device, [small, large] if user in users[:2] else [large], dice)
               for user in users for device in (user.device, user.sign_in())]
    for step in range(700):
        dice.choice(talkers).step()
        if step == 350 and seed % 2:
            for talker in talkers:
                talker.socket = None
            (server.kill if seed == 1 else server.stop)()
            server.start()
    for talker in talkers:
        if talker.socket is None:
            talker.come()
        eventually(lambda talker=talker: talker.has_all(users[0]), "it has caught up", within=60)
    history = {chat: users[0].history(chat) for chat in (small, large)}
    for chat, messages in history.items():
        assert [one["seq"] for one in messages] == list(range(1, len(messages) + 1))
        assert len({one.get("text") for one in messages}) == len(messages)  # none twice
    stored = {(chat, one["seq"], one["message_id"])
              for chat, messages in history.items() for one in messages}
    for talker in talkers:
        assert set(talker.answered.values()) <= stored
