"""kill -9 at random points under load, on one data directory from round to round.

After each: nothing acknowledged is lost, nothing is there twice, every chat is dense, what is sent
again is there once and where it was, marks have not gone back, and the server was ready in time.
"""

import random
import threading

import pytest
from harness.server import Server
from harness.waiting import SLOWNESS, Stopwatch, eventually
from load import Sender

READY_WITHIN_S = 10 * SLOWNESS


class World:
    """Three users, five devices, two direct chats and a group."""

    def __init__(self, folder, seed):
        self.seed = seed
        self.random = random.Random(seed)
        self.server = Server(folder, {"limits.enabled": "false"}).start()
        self.users = [self.server.user(name) for name in ("ann", "bob", "cem")]
        ann, bob, cem = self.users
        group = ann.group(bob, cem)
        self.chats = {ann.direct_chat(bob): (ann, bob), bob.direct_chat(cem): (bob, cem),
                      group: (ann, bob, cem)}
        devices = [user.device for user in self.users] + [ann.sign_in(), bob.sign_in()]
        self.senders = [self._sender(device) for device in devices]

    def _sender(self, device):
        chats = [chat for chat, members in self.chats.items() if device.user in members]
        return Sender(device, chats, random.Random(self.random.random()))

    def acknowledged(self):
        return sum(one.acknowledged for one in self.senders)


@pytest.fixture(scope="module")
def world(tmp_path_factory, request):
    seed = request.config.getoption("--seed")
    made = World(tmp_path_factory.mktemp("crash"),
                 seed if seed is not None else random.randrange(10 ** 6))
    yield made
    made.server.stop()


def kill_under_load(world):
    stop = threading.Event()
    threads = [threading.Thread(target=one.run, args=(stop,)) for one in world.senders]
    target = world.acknowledged() + world.random.randrange(20, 400)
    for thread in threads:
        thread.start()
    eventually(lambda: world.acknowledged() >= target or any(s.problems for s in world.senders),
               f"{target} messages are acknowledged", within=120 * SLOWNESS)
    stop.set()
    world.server.kill()
    for thread in threads:
        thread.join()


def refresh_tokens(world):
    """Access tokens outlive a run of a few rounds, not one of fifty."""
    for sender in world.senders:
        pair = world.server.http().post(
            "/v1/sessions/refresh", {"refresh_token": sender.device.refresh_token}).ok(200)
        sender.device.access_token = pair["access_token"]
        sender.device.refresh_token = pair["refresh_token"]


def send_again(world):
    """Every send without an ack, and some that have one: each must be there once."""
    for sender in world.senders:
        socket = sender.device.connect(acknowledge=True)
        unacknowledged = [send for send in sender.sends.values() if send.seq is None]
        some = world.random.sample(list(sender.sends.values()), k=min(10, len(sender.sends)))
        for send in unacknowledged + some:
            ack = socket.say(send.chat, send.text, client_id=send.client_id)
            assert send.seq in (None, ack["seq"]), (send, ack)
            send.seq = ack["seq"]
        socket.close()


def check_histories(world):
    expected = {send.client_id: (sender.device.user, send)
                for sender in world.senders for send in sender.sends.values()}
    found = {}
    for chat, members in world.chats.items():
        histories = [user.history(chat) for user in members]
        seqs = [message["seq"] for message in histories[0]]
        assert seqs == list(range(1, len(seqs) + 1)), f"{chat} is not dense: {seqs}"
        ids = [[message["message_id"] for message in one] for one in histories]
        assert all(one == ids[0] for one in ids), f"members see {chat} differently"
        for user, history in zip(members, histories, strict=True):
            for message in history:
                if message["sender"] == user.id and "client_id" in message:
                    assert message["client_id"] not in found, f"twice: {message}"
                    found[message["client_id"]] = message
    assert found.keys() == expected.keys()
    for client_id, message in found.items():
        send = expected[client_id][1]
        assert (message["chat"], message["seq"], message["text"]) == \
            (send.chat, send.seq, send.text)


def marks_of(world):
    return {(chat, user): (member["delivered"], member["read"])
            for chat, members in world.chats.items()
            for user, member in members[0].members(chat).items()}


def told_marks(world):
    told = {}
    for sender in world.senders:
        for key, (delivered, read) in sender.marks.items():
            before = told.get(key, (0, 0))
            told[key] = (max(delivered, before[0]), max(read, before[1]))
    return told


def test_a_killed_server_keeps_every_promise(world, crash_round):
    kill_under_load(world)
    problems = [problem for sender in world.senders for problem in sender.problems]
    assert not problems, f"seed {world.seed}: {problems}"

    watch = Stopwatch()
    world.server.start()
    assert watch.seconds < READY_WITHIN_S, f"ready after {watch.seconds:.1f} s"

    refresh_tokens(world)
    marks = marks_of(world)
    for key, (delivered, read) in told_marks(world).items():
        assert marks[key][0] >= delivered and marks[key][1] >= read, \
            f"seed {world.seed}: marks of {key} went back to {marks[key]}"
    send_again(world)
    check_histories(world)
