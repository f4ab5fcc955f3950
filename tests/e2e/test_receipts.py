"""Delivered and read: who is told, and when."""

import pytest
from harness.waiting import SLOWNESS, Stopwatch


@pytest.fixture
def chat(alice, bob):
    return alice.direct_chat(bob)


def receipts_of(user, chat, seq):
    items = user.http.every(f"/v1/chats/{chat}/messages/{seq}/receipts")
    return {one["user"]: one for one in items}


def test_sent_delivered_read_are_told_to_the_sender(alice, bob, chat):
    mine, theirs = alice.connect(), bob.connect()
    mine.say(chat, "hello")
    theirs.send("received", chat=chat, seq=1)
    delivered = mine.expect("receipt", chat=chat, user=bob.id)
    assert delivered["delivered"] == 1 and "read" not in delivered
    assert delivered["at"].endswith("Z")
    theirs.send("read", chat=chat, seq=1)
    read = mine.expect("receipt", chat=chat, user=bob.id)
    assert read["read"] == 1


def test_read_implies_delivered(alice, bob, chat):
    mine, theirs = alice.connect(), bob.connect()
    mine.say(chat, "hello")
    theirs.send("read", chat=chat, seq=1)
    receipt = mine.expect("receipt", chat=chat, user=bob.id)
    assert (receipt["delivered"], receipt["read"]) == (1, 1)
    assert alice.members(chat)[bob.id]["delivered"] == 1


def test_marks_are_cumulative(alice, bob, chat):
    mine, theirs = alice.connect(), bob.connect()
    for n in range(5):
        mine.say(chat, f"{n}")
    theirs.send("received", chat=chat, seq=5)
    assert mine.expect("receipt", user=bob.id)["delivered"] == 5
    assert all(receipts_of(alice, chat, seq)[bob.id]["delivered_at"] for seq in range(1, 6))


def test_a_mark_that_goes_back_is_ignored(alice, bob, chat):
    mine, theirs = alice.connect(), bob.connect()
    for n in range(3):
        mine.say(chat, f"{n}")
    theirs.send("received", chat=chat, seq=3)
    theirs.send("received", chat=chat, seq=1)
    theirs.send("read", chat=chat, seq=2)
    theirs.send("read", chat=chat, seq=1, ref="back")
    mine.expect("receipt", read=2)
    theirs.barrier()
    assert theirs.of_type("error") == []
    member = alice.members(chat)[bob.id]
    assert (member["delivered"], member["read"]) == (3, 2)
    mine.say(chat, "last")
    theirs.send("received", chat=chat, seq=4)
    mine.expect("receipt", delivered=4)
    assert all(receipt["delivered"] == 3 for receipt in mine.of_type("receipt"))


@pytest.mark.parametrize("type", ["received", "read"])
@pytest.mark.parametrize("seq", [2, 2 ** 62, -1, "1", None, 1.5])
def test_a_mark_beyond_the_head_or_no_number_is_invalid(alice, bob, chat, type, seq):
    alice.post(chat, "x")
    theirs = bob.connect()
    theirs.send(type, chat=chat, seq=seq, ref="bad")
    theirs.expect_error("invalid", ref="bad")
    assert bob.members(chat)[bob.id]["delivered"] == 0


def test_receipts_name_the_time_the_mark_first_passed(alice, bob, chat):
    alice.post(chat, "one")
    assert receipts_of(alice, chat, 1) == {
        bob.id: {"user": bob.id, "delivered_at": None, "read_at": None}}
    bob.received(chat, 1)
    first = receipts_of(alice, chat, 1)[bob.id]
    assert first["delivered_at"].endswith("Z") and first["read_at"] is None
    alice.post(chat, "two")
    bob.read(chat, 2)
    after = receipts_of(alice, chat, 1)[bob.id]
    assert after["delivered_at"] == first["delivered_at"]
    assert after["read_at"] >= first["delivered_at"]
    assert receipts_of(alice, chat, 2)[bob.id]["delivered_at"] == after["read_at"]


def test_every_member_of_a_group_is_asked_for(alice, bob, carol):
    group = alice.group(bob, carol)
    alice.post(group, "x")
    bob.read(group, 2)
    receipts = receipts_of(alice, group, 2)
    assert set(receipts) == {bob.id, carol.id}
    assert receipts[bob.id]["read_at"] and receipts[carol.id]["delivered_at"] is None
    paged = alice.http.every(f"/v1/chats/{group}/messages/2/receipts", limit=1)
    assert {one["user"] for one in paged} == {bob.id, carol.id}


@pytest.mark.parametrize("seq", ["0", "2", "-1", "x", "99999999999999999999"])
def test_receipts_of_no_message_are_not_found(alice, chat, seq):
    alice.post(chat, "x")
    alice.http.get(f"/v1/chats/{chat}/messages/{seq}/receipts").problem(404, "not_found")


def test_only_the_senders_of_what_was_passed_are_told(alice, bob, carol):
    group = alice.group(bob, carol)
    mine, others = alice.connect(), bob.connect()
    alice.post(group, "from alice")
    bob.post(group, "from bob")
    mine.expect_messages(group, 2)
    carol.received(group, 2)
    mine.expect("receipt", user=carol.id, delivered=2)
    carol.received(group, 3)
    others.expect("receipt", user=carol.id, delivered=3)
    others.barrier()
    mine.barrier()
    assert others.of_type("receipt") == [] and mine.of_type("receipt") == []


def test_a_read_is_told_to_the_readers_other_devices(alice, bob, chat):
    reading, other = bob.connect(), bob.sign_in().connect()
    alice.post(chat, "x")
    reading.expect("message")
    reading.send("read", chat=chat, seq=1)
    assert other.expect("receipt", chat=chat, user=bob.id)["read"] == 1


def test_receipts_are_coalesced_and_end_at_the_newest_mark(alice, bob, chat):
    mine, theirs = alice.connect(), bob.connect()
    for n in range(200):
        mine.send_message(chat, f"{n}")
    theirs.expect_messages(chat, 200)
    for seq in range(1, 201):
        theirs.send("received", chat=chat, seq=seq)
    marks = []
    while not marks or marks[-1] < 200:
        marks.append(mine.expect("receipt", user=bob.id)["delivered"])
    assert marks == sorted(set(marks))


def test_a_member_is_told_of_at_most_once_in_a_tick(new_server):
    server = new_server({"receipts.tick_ms": 1000})
    alice, bob = server.user(), server.user()
    chat = alice.direct_chat(bob)
    mine, theirs = alice.connect(), bob.connect()
    for n in range(100):
        mine.say(chat, f"{n}")
    watch = Stopwatch()
    for seq in range(1, 101):
        theirs.send("received", chat=chat, seq=seq)
        theirs.send("read", chat=chat, seq=seq)
    told = [mine.expect("receipt", user=bob.id)]
    while told[-1].get("read") != 100:
        told.append(mine.expect("receipt", user=bob.id))
    assert len(told) <= 2 + watch.seconds
    assert (told[-1]["delivered"], told[-1]["read"]) == (100, 100)


@pytest.mark.parametrize("tick_ms", [0, 300])
def test_an_acknowledgement_over_http_answers_when_it_is_so(new_server, tick_ms):
    server = new_server({"receipts.tick_ms": tick_ms})
    alice, bob = server.user(), server.user()
    chat = alice.direct_chat(bob)
    for n in range(3):
        alice.post(chat, f"{n}")
    for seq in range(1, 4):
        watch = Stopwatch()
        bob.received(chat, seq)
        assert alice.members(chat)[bob.id]["delivered"] == seq
        assert watch.seconds < 2 * SLOWNESS
        bob.read(chat, seq)
        assert alice.members(chat)[bob.id]["read"] == seq
    server.stop()
    server.start()
    member = alice.members(chat)[bob.id]
    assert (member["delivered"], member["read"]) == (3, 3)


def test_a_members_delivered_mark_is_the_furthest_of_his_devices(alice, bob, chat):
    second = bob.sign_in()
    for n in range(3):
        alice.post(chat, f"{n}")
    bob.received(chat, 1)
    second.http.post(f"/v1/chats/{chat}/received", {"seq": 3}).ok(204)
    assert alice.members(chat)[bob.id]["delivered"] == 3
    bob.received(chat, 2)
    assert alice.members(chat)[bob.id]["delivered"] == 3
    assert [one["seq"] for one in bob.connect().backlog if one["type"] == "message"] == [3]


# Privacy


@pytest.mark.parametrize("audience, contact, told", [
    ("everyone", False, True), ("contacts", True, True), ("contacts", False, False),
    ("nobody", True, False)])
def test_read_receipts_obey_the_readers_privacy(alice, bob, chat, audience, contact, told):
    bob.http.patch("/v1/me", {"privacy": {"read_receipts": audience}}).ok()
    if contact:
        bob.http.put(f"/v1/contacts/{alice.id}").ok(204)
    mine = alice.connect()
    mine.say(chat, "x")
    bob.read(chat, 1)
    receipt = mine.expect("receipt", user=bob.id)
    assert receipt["delivered"] == 1
    assert ("read" in receipt) == told
    receipts = receipts_of(alice, chat, 1)[bob.id]
    assert (receipts["read_at"] is not None) == told and receipts["delivered_at"]
    assert alice.members(chat)[bob.id]["read"] == (1 if told else None)
    assert bob.chat(chat)["unread"] == 0
    mine.close()
    again = [one for one in alice.sign_in().connect().backlog if one["type"] == "receipt"]
    assert [one["delivered"] for one in again if one["user"] == bob.id] == [1]
    assert [("read" in one) for one in again if one["user"] == bob.id] == [told]


def test_privacy_does_not_keep_a_read_from_the_readers_own_devices(alice, bob, chat):
    bob.http.patch("/v1/me", {"privacy": {"read_receipts": "nobody"}}).ok()
    other = bob.sign_in().connect()
    alice.post(chat, "x")
    bob.read(chat, 1)
    assert other.expect("receipt", user=bob.id)["read"] == 1
    assert receipts_of(bob, chat, 1)[bob.id]["read_at"] is not None


# What a sender makes of it: a message is delivered, or read, when all whom it concerns have it


def status_of(members, sender, seq):
    concerned = [one for user, one in members.items()
                 if user != sender.id and one["joined_seq"] <= seq]
    if all(one["read"] is not None and one["read"] >= seq for one in concerned):
        return "read"
    return "delivered" if all(one["delivered"] >= seq for one in concerned) else "sent"


def test_the_status_of_a_message_in_a_group_follows_from_the_members_marks(
        server, alice, bob, carol):
    dave = server.user("dave")
    group = alice.group(bob, carol)
    mine = alice.connect()
    seq = mine.say(group, "for all")["seq"]
    assert status_of(alice.members(group), alice, seq) == "sent"
    marks = {bob.id: {"delivered": 0, "read": 0}, carol.id: {"delivered": 0, "read": 0}}

    def told(user):
        frame = mine.expect("receipt", chat=group, user=user.id)
        marks[user.id].update({name: frame[name] for name in ("delivered", "read")
                               if name in frame})

    bob.read(group, seq)
    told(bob)
    assert status_of(alice.members(group), alice, seq) == "sent"
    carol.received(group, seq)
    told(carol)
    assert status_of(alice.members(group), alice, seq) == "delivered"
    carol.read(group, seq)
    told(carol)
    # A newcomer, who never gets it, changes nothing.
    alice.http.post(f"/v1/chats/{group}/members", {"members": [dave.id]}).ok()
    members = alice.members(group)
    assert members[dave.id]["joined_seq"] == seq + 1 and members[bob.id]["joined_seq"] == 1
    assert status_of(members, alice, seq) == "read"
    for user, known in marks.items():  # and live frames lead to the same
        assert known == {name: members[user][name] for name in ("delivered", "read")}
