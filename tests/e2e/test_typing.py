"""Who is typing."""

import pytest
from harness.waiting import SLOWNESS, Stopwatch


@pytest.fixture
def chat(alice, bob):
    return alice.direct_chat(bob)


def test_typing_is_relayed_to_online_members_but_not_back(alice, bob, carol):
    group = alice.group(bob, carol)
    mine, other = alice.connect(), alice.sign_in().connect()
    theirs = [bob.connect(), carol.connect()]
    mine.send("typing", chat=group, on=True)
    for socket in theirs:
        assert socket.expect("typing", chat=group) == {
            "type": "typing", "chat": group, "user": alice.id, "on": True}
    mine.send("typing", chat=group, on=False)
    for socket in theirs:
        socket.expect("typing", chat=group, user=alice.id, on=False)
    for socket in (mine, other):
        socket.barrier()
        assert socket.of_type("typing") == []


def test_typing_ends_by_itself_after_6_s_without_renewal(alice, bob, chat):
    mine, theirs = alice.connect(), bob.connect()
    mine.send("typing", chat=chat, on=True)
    theirs.expect("typing", on=True)
    watch = Stopwatch()
    theirs.expect("typing", within=8 * SLOWNESS, chat=chat, user=alice.id, on=False)
    assert 5 < watch.seconds < 7.5 * SLOWNESS


def test_renewing_keeps_typing_on(alice, bob, chat):
    mine, theirs = alice.connect(), bob.connect()
    watch = Stopwatch()
    mine.send("typing", chat=chat, on=True)
    theirs.expect("typing", on=True)
    theirs.read_for(4)
    mine.send("typing", chat=chat, on=True)
    renewed = watch.seconds
    theirs.expect("typing", within=8 * SLOWNESS, on=False)
    assert watch.seconds - renewed > 5


def test_a_message_ends_typing(alice, bob, chat):
    mine, theirs = alice.connect(), bob.connect()
    mine.send("typing", chat=chat, on=True)
    theirs.expect("typing", on=True)
    mine.say(chat, "done")
    theirs.expect("message")
    theirs.expect("typing", within=3, on=False)


def test_the_end_of_the_session_ends_typing(alice, bob, chat):
    mine, theirs = alice.connect(), bob.connect()
    mine.send("typing", chat=chat, on=True)
    theirs.expect("typing", on=True)
    mine.close()
    theirs.expect("typing", within=3, on=False)


def test_typing_is_no_message(alice, bob, chat):
    alice.connect().send("typing", chat=chat, on=True)
    bob.connect()
    assert alice.chat(chat)["head"] == 0


@pytest.mark.parametrize("fields", [{}, {"on": "yes"}, {"on": None}, {"on": 1}])
def test_a_bad_on_is_invalid(alice, chat, fields):
    mine = alice.connect()
    mine.send("typing", chat=chat, ref="bad", **fields)
    mine.expect_error("invalid", ref="bad")


def test_typing_in_a_foreign_or_unknown_chat_is_not_found(alice, carol, chat):
    theirs = carol.connect()
    listening = alice.connect()
    for which in (chat, "6a1c2b1e-8a48-4a5a-9d3f-2a35a2c6a001"):
        theirs.send("typing", chat=which, on=True, ref=which)
        theirs.expect_error("not_found", ref=which)
    listening.barrier()
    assert listening.of_type("typing") == []


def test_recording_is_relayed_and_text_is_what_goes_without_saying(alice, bob, chat):
    mine, theirs = alice.connect(), bob.connect()
    mine.send("typing", chat=chat, on=True, kind="recording")
    assert theirs.expect("typing", on=True)["kind"] == "recording"
    mine.send("typing", chat=chat, on=True, kind="text")  # another kind is told at once
    assert "kind" not in theirs.expect("typing", on=True)
    mine.send("typing", chat=chat, on=False)
    theirs.expect("typing", on=False)


@pytest.mark.parametrize("kind", ["singing", "", 7])
def test_an_unknown_kind_is_invalid(alice, chat, kind):
    mine = alice.connect()
    mine.send("typing", chat=chat, on=True, kind=kind, ref="bad")
    mine.expect_error("invalid", ref="bad")


def test_a_message_sent_over_http_ends_typing(alice, bob, chat):
    mine, theirs = alice.connect(), bob.connect()
    mine.send("typing", chat=chat, on=True)
    theirs.expect("typing", on=True)
    alice.post(chat, "done")
    theirs.expect("typing", within=3, on=False)


def test_a_message_of_another_device_ends_typing_once(alice, bob, chat):
    phone, laptop, theirs = alice.connect(), alice.sign_in().connect(), bob.connect()
    for socket in (phone, laptop):  # one person types, whatever he types on
        socket.send("typing", chat=chat, on=True)
        socket.barrier()
    theirs.expect("typing", on=True)
    laptop.say(chat, "done")
    theirs.expect("typing", within=3, on=False)
    theirs.barrier()
    assert theirs.of_type("typing") == []
