"""The stream of a chat on several devices and several sockets."""

import pytest


@pytest.fixture
def chat(alice, bob):
    return alice.direct_chat(bob)


def test_other_devices_of_the_sender_get_a_message_with_the_client_id(alice, chat):
    sending, other = alice.connect(), alice.sign_in().connect()
    sent = sending.say(chat, "from here")
    message = other.expect("message", chat=chat)
    assert message["client_id"] == sent["client_id"] and message["seq"] == sent["seq"]
    assert message["sender"] == alice.id
    sending.barrier()
    assert sending.of_type("message") == []


def test_the_client_id_goes_to_nobody_else(alice, bob, chat):
    theirs = bob.connect()
    alice.connect().say(chat, "x")
    assert "client_id" not in theirs.expect("message")


def test_a_stream_is_message_and_sent_in_order_each_seq_once(alice, bob, chat):
    mine, theirs = alice.connect(), bob.connect()
    for n in range(100):
        mine.send_message(chat, f"a{n}")
        theirs.send_message(chat, f"b{n}")
    for socket in (mine, theirs):
        stream = socket.expect_messages(chat, 200)
        assert [one["seq"] for one in stream] == list(range(1, 201))
        assert [one["type"] for one in stream].count("sent") == 100


def test_several_sockets_of_one_device_each_get_the_stream(alice, bob, chat):
    one, two = bob.connect(), bob.connect()
    for n in range(10):
        alice.post(chat, f"{n}")
    for socket in (one, two):
        assert [frame["seq"] for frame in socket.expect_messages(chat, 10)] == list(range(1, 11))


def test_sockets_of_one_device_share_its_cursor(alice, bob, chat):
    one, two = bob.connect(), bob.connect()
    mine = alice.connect()
    mine.say(chat, "x")
    for socket in (one, two):
        socket.expect("message")
    one.send("received", chat=chat, seq=1)
    mine.expect("receipt", delivered=1)
    two.drop()
    assert bob.connect().backlog == []


def test_a_send_on_one_socket_of_a_device_reaches_the_other_once(alice, chat):
    one, two = alice.connect(), alice.connect()
    sent = one.say(chat, "x")
    stream = two.expect_messages(chat, 1)
    assert stream[0]["seq"] == sent["seq"] and stream[0]["client_id"] == sent["client_id"]
    one.say(chat, "y")
    assert two.expect_messages(chat, 1)[0]["seq"] == 2


def test_the_end_of_one_socket_leaves_the_other_alone(alice, bob, chat):
    one, two = bob.connect(), bob.connect()
    one.close()
    alice.post(chat, "x")
    two.expect("message")
    two.say(chat, "y")


def test_a_group_is_joined_on_every_device(alice, bob):
    sockets = [bob.connect(), bob.sign_in().connect(), bob.connect()]
    group = alice.group(bob)
    for socket in sockets:
        socket.expect("chat", chat=group, change="created")
        socket.expect("message", chat=group, seq=1)
    alice.post(group, "hello")
    for socket in sockets:
        socket.expect("message", chat=group, seq=2)


def test_reconnecting_in_the_midst_of_traffic_loses_and_repeats_nothing(alice, bob, chat):
    mine = alice.connect()
    seen = []
    for round_ in range(8):
        theirs = bob.device.connect(acknowledge=True)
        seen += [one["seq"] for one in theirs.backlog if one["type"] == "message"]
        for n in range(20):
            mine.send_message(chat, f"{round_}.{n}")
        for message in theirs.expect_messages(chat, 10):
            seen.append(message["seq"])
        bob.received(chat, seen[-1])
        theirs.drop()
    mine.expect_messages(chat, 160)
    last = bob.device.connect(acknowledge=True)
    seen += [one["seq"] for one in last.backlog if one["type"] == "message"]
    assert seen == list(range(1, 161))
