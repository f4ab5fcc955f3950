"""What a device gets when it comes back: the backlog, the window, receipts, synced."""

import pytest


@pytest.fixture
def chat(alice, bob):
    return alice.direct_chat(bob)


def messages(socket):
    return [one for one in socket.backlog if one["type"] in ("message", "sent")]


def seqs(socket):
    return [one["seq"] for one in messages(socket)]


def write(user, chat, count):
    socket = user.connect(acknowledge=True)
    for n in range(count):
        socket.send_message(chat, f"{n}")
    socket.expect_messages(chat, count)
    socket.close()


def test_who_was_away_gets_everything_in_order_then_synced(alice, bob, chat):
    write(alice, chat, 30)
    theirs = bob.connect()
    assert seqs(theirs) == list(range(1, 31))
    assert theirs.synced == {"type": "synced", "chats": 1, "messages": 30}


def test_synced_counts_chats_and_messages(server, alice, bob):
    for count in (1, 2, 3):
        write(alice, alice.group(bob), count)
    theirs = bob.connect()
    assert (theirs.synced["chats"], theirs.synced["messages"]) == (3, 9)


def test_what_was_acknowledged_does_not_come_again(alice, bob, chat):
    write(alice, chat, 10)
    bob.received(chat, 7)
    assert seqs(bob.connect()) == [8, 9, 10]


def test_what_was_not_acknowledged_comes_again_at_the_next_hello_only(alice, bob, chat):
    theirs = bob.connect()
    alice.post(chat, "one")
    assert theirs.expect("message")["seq"] == 1
    alice.post(chat, "two")
    assert theirs.expect("message")["seq"] == 2
    theirs.barrier()
    assert theirs.inbox == []
    theirs.drop()
    assert seqs(bob.connect()) == [1, 2]


def test_acknowledging_over_the_socket_moves_the_cursor(alice, bob, chat):
    theirs = bob.connect()
    mine = alice.connect()
    for n in range(3):
        mine.say(chat, f"{n}")
    theirs.expect_messages(chat, 3)
    theirs.send("received", chat=chat, seq=2)
    mine.expect("receipt", delivered=2)
    theirs.drop()
    assert seqs(bob.connect()) == [3]


def test_a_device_of_its_own_has_a_cursor_of_its_own(alice, bob, chat):
    write(alice, chat, 3)
    second = bob.sign_in()
    bob.received(chat, 3)
    assert seqs(bob.connect()) == []
    assert seqs(second.connect()) == [1, 2, 3]


def test_a_new_device_since_undelivered_begins_at_the_users_mark(alice, bob, chat):
    write(alice, chat, 5)
    bob.received(chat, 3)
    second = bob.sign_in()
    socket = second.connect(since="undelivered")
    assert seqs(socket) == [4, 5]
    socket.drop()
    assert seqs(second.connect(since="undelivered")) == [4, 5]
    assert len(bob.history(chat)) == 5


def test_a_device_since_undelivered_that_nothing_awaits_gets_nothing(alice, bob, chat):
    write(alice, chat, 5)
    bob.received(chat, 5)
    socket = bob.sign_in().connect(since="undelivered")
    assert seqs(socket) == []
    alice.post(chat, "new")
    assert socket.expect("message")["seq"] == 6


def test_own_sends_come_as_messages_in_a_backlog_until_acknowledged(alice, bob, chat):
    mine = alice.connect()
    sent = mine.say(chat, "did it arrive?")
    mine.drop()
    again = alice.connect()
    message, = messages(again)
    assert message["type"] == "message" and message["message_id"] == sent["message_id"]
    assert message["client_id"] == sent["client_id"] and message["sender"] == alice.id
    alice.received(chat, 1)
    assert messages(alice.connect()) == []


def test_the_window_bounds_what_is_on_its_way_unacknowledged(new_server):
    server = new_server({"limits.window": 64})
    alice, bob = server.user(), server.user()
    chat = alice.direct_chat(bob)
    write(alice, chat, 200)
    socket = bob.device.socket()
    assert socket.hello(bob.device.access_token)["limits"]["window"] == 64
    first = [one["seq"] for one in socket.expect_messages(chat, 64)]
    assert first == list(range(1, 65))
    socket.barrier()
    assert socket.inbox == []
    socket.send("received", chat=chat, seq=32)
    assert [one["seq"] for one in socket.expect_messages(chat, 32)] == list(range(65, 97))
    socket.barrier()
    assert socket.inbox == []
    socket.send("received", chat=chat, seq=96)
    assert [one["seq"] for one in socket.expect_messages(chat, 64)] == list(range(97, 161))
    socket.send("received", chat=chat, seq=160)
    assert [one["seq"] for one in socket.expect_messages(chat, 40)] == list(range(161, 201))
    assert socket.expect("synced")["messages"] == 200


def test_the_window_spans_chats(new_server):
    server = new_server({"limits.window": 64})
    alice, bob = server.user(), server.user()
    chats = [alice.group(bob) for _ in range(4)]
    for chat in chats:
        write(alice, chat, 39)
    socket = bob.device.connect(acknowledge=True)
    assert socket.synced["messages"] == 160
    for chat in chats:
        assert [one["seq"] for one in messages(socket) if one["chat"] == chat] == list(
            range(1, 41))


def test_messages_sent_during_a_backlog_come_behind_it(new_server):
    server = new_server({"limits.window": 64})
    alice, bob = server.user(), server.user()
    chat = alice.direct_chat(bob)
    write(alice, chat, 150)
    theirs = bob.device.socket()
    theirs.hello(bob.device.access_token)
    theirs.expect_messages(chat, 64)
    mine = alice.connect(acknowledge=True)
    for n in range(20):
        mine.say(chat, f"live {n}")
    theirs.barrier()
    assert theirs.inbox == []
    expected = 65
    while expected <= 170:
        theirs.send("received", chat=chat, seq=expected - 1)
        for message in theirs.expect_messages(chat, min(64, 171 - expected)):
            assert message["seq"] == expected
            expected += 1
    theirs.expect("synced")


def test_own_sends_during_a_backlog_are_acknowledged_in_their_place(new_server):
    server = new_server({"limits.window": 64})
    alice, bob = server.user(), server.user()
    chat = alice.direct_chat(bob)
    write(alice, chat, 100)
    theirs = bob.device.socket()
    theirs.hello(bob.device.access_token)
    client_id = theirs.send_message(chat, "from within")
    stream = theirs.expect_messages(chat, 64)
    theirs.send("received", chat=chat, seq=64)
    stream += theirs.expect_messages(chat, 37)
    assert [one["seq"] for one in stream] == list(range(1, 102))
    assert stream[-1]["type"] == "sent" and stream[-1]["client_id"] == client_id


def test_other_chats_go_on_live_during_a_backlog(new_server):
    server = new_server({"limits.window": 64})
    alice, bob, carol = server.user(), server.user(), server.user()
    busy, quiet = alice.direct_chat(bob), carol.direct_chat(bob)
    write(alice, busy, 100)
    theirs = bob.device.socket()
    theirs.hello(bob.device.access_token)
    theirs.expect_messages(busy, 64)
    carol.post(quiet, "quick question")
    assert theirs.expect("message", chat=quiet)["text"] == "quick question"


def test_receipts_of_what_moved_while_away_come_before_synced(alice, bob, chat):
    mine = alice.connect()
    mine.say(chat, "x")
    mine.close()
    bob.read(chat, 1)
    again = alice.connect()
    receipt, = [one for one in again.backlog if one["type"] == "receipt"]
    assert (receipt["chat"], receipt["user"]) == (chat, bob.id)
    assert (receipt["delivered"], receipt["read"]) == (1, 1)


def test_one_receipt_for_each_chat_and_member(alice, bob, carol):
    group = alice.group(bob, carol)
    direct = alice.direct_chat(bob)
    alice.connect().close()
    alice.post(group, "x")
    alice.post(direct, "x")
    for user in (bob, carol):
        user.received(group, 1)
        user.read(group, 2)
    bob.received(direct, 1)
    receipts = [one for one in alice.connect().backlog if one["type"] == "receipt"]
    marks = {(one["chat"], one["user"]): (one.get("delivered"), one.get("read"))
             for one in receipts if one["user"] != alice.id}
    assert marks == {(group, bob.id): (2, 2), (group, carol.id): (2, 2),
                     (direct, bob.id): (1, None)}


def test_own_reads_on_another_device_are_learned_on_coming_back(alice, bob, chat):
    second = bob.sign_in()
    second.connect().close()
    alice.post(chat, "x")
    bob.read(chat, 1)
    receipts = [one for one in second.connect().backlog if one["type"] == "receipt"]
    assert [one["read"] for one in receipts if one["user"] == bob.id] == [1]


def test_events_of_a_backlog_come_with_their_chat_frame_first(alice, bob, carol):
    group = alice.group(bob, carol, title="Away")
    alice.http.patch(f"/v1/chats/{group}", {"title": "Back"}).ok()
    frames = [one for one in bob.connect().backlog if one["type"] in ("chat", "message")]
    assert [(one["type"], one["seq"]) for one in frames] == [
        ("chat", 1), ("message", 1), ("chat", 2), ("message", 2)]
    assert (frames[2]["change"], frames[2]["title"]) == ("title", "Back")


@pytest.mark.parametrize("threshold", [0, 100])
def test_large_groups_catch_up_by_their_heads(new_server, threshold):
    server = new_server({"groups.fanout_on_write_below": threshold})
    alice, bob = server.user(), server.user()
    group = alice.group(bob)
    write(alice, group, 20)
    theirs = bob.connect()
    assert seqs(theirs) == list(range(1, 22))
    theirs.drop()
    bob.received(group, 21)
    write(alice, group, 5)
    assert seqs(bob.connect()) == [22, 23, 24, 25, 26]
    server.restart()
    assert seqs(bob.connect()) == [22, 23, 24, 25, 26]
    assert bob.chats()[0]["head"] == 26


def test_a_long_backlog_is_complete(alice, bob, carol):
    group = alice.group(bob, carol)
    for user in (alice, carol):
        write(user, group, 600)
    socket = bob.device.connect(acknowledge=True)
    assert seqs(socket) == list(range(1, 1202))
    assert socket.synced["messages"] == 1201


def test_a_backlog_larger_than_the_buffer_reaches_who_reads(new_server):
    server = new_server({"limits.session_buffer_bytes": 256 * 1024})
    alice, bob = server.user(), server.user()
    chat = alice.direct_chat(bob)
    mine = alice.connect()
    for n in range(60):
        mine.say(chat, f"{n:05}" + "x" * 65_000)
    socket = bob.device.connect(acknowledge=True)
    assert seqs(socket) == list(range(1, 61))
