"""A server that is killed, the people who talk on it, and what must hold afterwards."""

import random
from http.client import HTTPConnection

from harness.server import Server
from harness.waiting import PATIENCE_S, SLOWNESS, Stopwatch, eventually
from talker import Talker

READY_WITHIN_S = 10 * SLOWNESS
A_DAY_S = 24 * 3600  # tokens outlive any number of rounds


class World:
    def __init__(self, folder, seed):
        self.random = random.Random(seed)
        self.broken = False  # a round has failed
        self.server = Server(folder, {"limits.enabled": "false",
                                      "auth.access_ttl_s": A_DAY_S}).start()
        self.users = [self.server.user(name) for name in ("ann", "bea", "cid", "dot")]
        ann, bea, cid, dot = self.users
        self.flicker = self.server.user("flicker")  # comes and goes
        self.chats = [ann.direct_chat(bea), cid.direct_chat(dot), ann.group(bea, cid, dot),
                      bea.group(ann, cid)]
        self.churned = ann.group(bea)  # whose members change
        self.members_of = {chat: [user for user in self.users if self._is_in(user, chat)]
                           for chat in (*self.chats, self.churned)}
        devices = [user.device for user in self.users] + [ann.sign_in(), cid.sign_in()]
        self.talkers = [Talker(device, self._chats_of(device), self.random)
                        for device in devices]
        self.durable_reads = {}  # (chat, user id) -> seq, answered with 204
        self.requests = []  # sent at the last moment and never read
        for talker in self.talkers:
            talker.connect()

    def _is_in(self, user, chat):
        return user.http.get(f"/v1/chats/{chat}").status == 200

    def _chats_of(self, device):
        return [chat for chat, members in self.members_of.items() if device.user in members]

    # Disaster

    def talk_until_killed(self):
        """Everyone talks at once; after a random time the server is gone in the midst of it."""
        watch = Stopwatch()
        lifetime = self.random.uniform(0.1, 2.0) * SLOWNESS
        while watch.seconds < lifetime:
            for talker in self.random.sample(self.talkers, len(self.talkers)):
                talker.step()
            if self.random.random() < 0.05:
                self._read_durably()
            if self.random.random() < 0.05:
                self._change_members(wait=True)
        self._change_members(wait=False)
        for talker in self.talkers:
            talker.step()
        self.server.kill()
        for talker in self.talkers:
            talker.take_the_last()

    def _read_durably(self):
        talker = self.random.choice(self.talkers)
        if not talker.position:
            return
        chat, seq = self.random.choice(sorted(talker.position.items()))
        talker.user.read(chat, seq)
        key = (chat, talker.user.id)
        self.durable_reads[key] = max(seq, self.durable_reads.get(key, 0))

    def _change_members(self, wait):
        """`wait`: for the answer. Otherwise the request is on its way when the server dies."""
        owner = self.users[0]
        inside = self.flicker.id in owner.members(self.churned)
        path = f"/v1/chats/{self.churned}/members"
        if wait and inside:
            owner.http.delete(f"{path}/{self.flicker.id}").ok(204)
        elif wait:
            owner.http.post(path, {"members": [self.flicker.id]}).ok(200)
        elif inside:
            self.requests.append(send_only(owner.http, "DELETE", f"{path}/{self.flicker.id}"))
        else:
            self.requests.append(send_only(owner.http, "POST", path,
                                           f'{{"members":["{self.flicker.id}"]}}'))

    def restart(self):
        """Sometimes it dies again before it is ready."""
        for connection in self.requests:
            connection.close()
        self.requests = []
        while self.random.random() < 0.25:
            self.server.launch()
            until = self.random.uniform(0, 0.3)
            watch = Stopwatch()
            eventually(lambda: watch.seconds > until, "some time passes")
            self.server.kill()
        watch = Stopwatch()
        self.server.start()
        assert watch.seconds < READY_WITHIN_S, f"ready only after {watch.seconds:.1f} s"
        return watch.seconds

    # Afterwards

    def catch_up(self):
        """Everyone comes back, resends, and gets everything there is."""
        for talker in self.talkers:
            talker.connect()
            talker.resend()
        self._settle(lambda: not any(talker.outstanding for talker in self.talkers),
                     "every retried send is answered")
        heads = {chat: members[0].chat(chat)["head"] for chat, members in self.members_of.items()}
        self._settle(lambda: all(max(talker.seen[chat], default=0) == heads[chat]
                                 for talker in self.talkers for chat in talker.chats),
                     "everyone has every message")
        for talker in self.talkers:
            talker.repeat_some()
            talker.take()
        return heads

    def _settle(self, condition, what):
        watch = Stopwatch()
        while not condition():
            assert watch.seconds < 2 * PATIENCE_S, f"did not happen: {what}"
            for talker in self.talkers:
                talker.socket.read_for(0.01)
                talker.take()
                assert not talker.socket.ended, talker.socket.close_code

    def check(self, heads):
        for chat, members in self.members_of.items():
            history = members[0].history(chat)
            self._check_history(chat, history, heads[chat])
            self._check_marks(chat, members[0].members(chat))
        self._check_membership()

    def _check_history(self, chat, history, head):
        assert [one["seq"] for one in history] == list(range(1, head + 1)), "not dense"
        ids = {one["seq"]: one["message_id"] for one in history}
        texts = {}
        for one in history:
            if one["kind"] == "text":
                assert one["text"] not in texts, f"twice: {one} and {texts[one['text']]}"
                texts[one["text"]] = one["seq"]
        for talker in self.talkers:
            if chat not in talker.chats:
                continue
            assert talker.seen[chat] == ids, "a device saw something else than the history has"
            for known, seq, message_id, text in talker.accepted.values():
                if known == chat:
                    assert ids.get(seq) == message_id and texts.get(text) == seq, "lost"
        sent = {text for talker in self.talkers for known, _, _, text in talker.accepted.values()
                if known == chat}
        assert texts.keys() == sent, "something that nobody sent, or that nobody was told of"

    def _check_marks(self, chat, members):
        for (known, user), seq in self.durable_reads.items():
            if known == chat:
                assert members[user]["read"] >= seq, "a read that was answered went back"
        for talker in self.talkers:
            for (known, user), (delivered, read) in talker.marks.items():
                if known == chat and user in members:
                    assert members[user]["delivered"] >= delivered, "delivered went back"
                    assert members[user]["read"] >= read, "read went back"

    def _check_membership(self):
        """Who is in, by the events of the history, is who is in by the directory."""
        owner = self.users[0]
        inside = set()
        for message in owner.history(self.churned):
            event = message.get("event", {})
            if event.get("change") in ("created", "member_added"):
                inside |= set(event["users"])
            elif event.get("change") == "member_removed":
                inside -= set(event["users"])
        assert inside == set(owner.members(self.churned))
        assert (self.flicker.id in inside) == self._is_in(self.flicker, self.churned)

    def end(self):
        for talker in self.talkers:
            talker.socket.drop()
        self.server.stop()


def send_only(http, method, path, body=None):
    """Sends a request and gives its connection, unread."""
    connection = HTTPConnection(http.address, timeout=PATIENCE_S)
    connection.request(method, path, body, {"Authorization": f"Bearer {http.token}",
                                            "Content-Type": "application/json"})
    return connection
