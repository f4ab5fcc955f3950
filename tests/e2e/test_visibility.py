"""What a member may see: from his joining to his leaving, at every endpoint."""

import pytest
from harness.people import new_client_id


@pytest.fixture
def group(alice, bob, carol):
    """Bob joins at 5; before it, 2 to 4 are messages of Alice, and he has said 6."""
    made = alice.group(carol)
    for n in range(2, 5):
        alice.post(made, f"before {n}")
    alice.http.post(f"/v1/chats/{made}/members", {"members": [bob.id]}).ok(200)
    bob.post(made, "hello")
    return made


def test_history_begins_at_the_joining_in_both_directions(bob, group):
    def page(**query):
        answer = bob.http.get(f"/v1/chats/{group}/messages", **query).ok()
        return [one["seq"] for one in answer["items"]], answer["previous"], answer["next"]
    assert page() == ([6, 5], None, None)
    assert page(after=0) == ([5, 6], None, None)
    assert page(before=6) == ([5], None, "5")
    assert page(before=5)[0] == [] and page(before=3)[0] == []
    assert page(after=2, limit=1) == ([5], None, "5")


def test_receipts_of_messages_before_the_joining_are_not_found(alice, bob, group):
    for seq in (1, 2, 4):
        bob.http.get(f"/v1/chats/{group}/messages/{seq}/receipts").problem(404, "not_found")
    bob.http.get(f"/v1/chats/{group}/messages/5/receipts").ok()
    assert alice.http.get(f"/v1/chats/{group}/messages/2/receipts").ok()["items"]


def test_a_reply_to_a_message_before_the_joining_is_refused(alice, bob, group):
    theirs = bob.connect()
    for seq in (2, 4):
        client_id = theirs.send_message(group, "re", reply_to=seq)
        assert theirs.expect("error", client_id=client_id)["code"] in ("invalid", "not_found")
    theirs.say(group, "re", reply_to=5)
    assert alice.history(group)[-1]["reply_to"] == 5


def test_messages_before_the_joining_are_not_unread(bob, group):
    assert bob.chat(group)["unread"] == 0
    assert bob.chat(group)["first_seq"] == 5


def test_a_receipt_of_a_late_member_is_told_for_what_he_saw_only(alice, bob, group):
    bob.read(group, 6)
    receipts = {seq: {one["user"]: one for one in alice.http.every(
        f"/v1/chats/{group}/messages/{seq}/receipts")} for seq in (4, 5, 6)}
    assert receipts[5][bob.id]["read_at"]
    assert receipts[4].get(bob.id, {"read_at": None})["read_at"] is None


def test_a_backlog_of_a_late_member_begins_at_his_joining(bob, group):
    seqs = [one["seq"] for one in bob.sign_in().connect().backlog if one["type"] == "message"]
    assert seqs == [5, 6]


def test_a_device_signed_in_after_the_removal_hears_nothing_of_the_chat(alice, bob, group):
    alice.http.delete(f"/v1/chats/{group}/members/{bob.id}").ok(204)
    socket = bob.sign_in().connect(since="undelivered")
    assert not [one for one in socket.backlog if one.get("chat") == group
                and one.get("seq", 0) < 5]
    alice.post(group, "behind his back")
    socket.barrier()
    assert not [one for one in socket.inbox if one.get("text") == "behind his back"]


def test_every_device_that_was_away_learns_of_the_removal(alice, bob, group):
    second = bob.sign_in()
    second.connect(acknowledge=True).close()
    alice.post(group, "one more")
    alice.http.delete(f"/v1/chats/{group}/members/{bob.id}").ok(204)
    alice.post(group, "behind his back")
    for device, first in ((second, 7), (bob.device, 5)):
        socket = device.connect(acknowledge=True)
        seqs = [one["seq"] for one in socket.backlog if one["type"] == "message"]
        assert seqs == list(range(first, 9)), device.id
        socket.barrier()
        assert socket.of_type("error") == []
        socket.close()
        device.http.post(f"/v1/chats/{group}/received", {"seq": 8}).ok(204)
    for device in (second, bob.device):
        assert device.connect().backlog == []


def test_a_shared_history_can_be_read_by_who_joins_late(alice, bob, carol):
    group = alice.group(carol, history="shared")
    alice.post(group, "old")
    alice.http.post(f"/v1/chats/{group}/members", {"members": [bob.id]}).ok(200)
    assert [one["seq"] for one in bob.history(group)] == [1, 2, 3]
    assert bob.http.get(f"/v1/chats/{group}/messages/2/receipts").status == 200
    theirs = bob.connect()
    theirs.say(group, "re", reply_to=2)
    assert bob.chat(group)["first_seq"] == 1


def test_coming_back_to_a_shared_group_repeats_nothing_within_the_session(alice, bob):
    theirs = bob.connect()
    group = alice.group(bob, history="shared")
    alice.post(group, "before")
    alice.http.delete(f"/v1/chats/{group}/members/{bob.id}").ok(204)
    alice.post(group, "meanwhile")
    alice.http.post(f"/v1/chats/{group}/members", {"members": [bob.id]}).ok(200)
    alice.post(group, "after")
    theirs.expect("message", chat=group, text="after")
    theirs.barrier()
    stream = [one["seq"] for one in theirs.of_type("message") if one["chat"] == group]
    assert stream == sorted(set(stream)) and set(stream) >= {1, 2, 3, 5}


def test_acknowledgements_free_the_window_also_after_a_removal(new_server):
    server = new_server({"limits.window": 64})
    alice, bob = server.user(), server.user()
    left, kept = alice.group(bob), alice.direct_chat(bob)
    mine = alice.connect()
    for n in range(99):
        mine.send_message(left, f"{n}")
        mine.send_message(kept, f"{n}")
    mine.expect_messages(left, 99)
    mine.expect_messages(kept, 99)
    alice.http.delete(f"/v1/chats/{left}/members/{bob.id}").ok(204)
    socket = bob.device.connect(acknowledge=True)
    seqs = {chat: [one["seq"] for one in socket.backlog if one["type"] == "message"
                   and one["chat"] == chat] for chat in (left, kept)}
    assert seqs == {left: list(range(1, 102)), kept: list(range(1, 100))}
    assert (socket.synced["chats"], socket.synced["messages"]) == (2, 200)
    socket.close()
    bob.received(left, 101)
    bob.received(kept, 99)
    assert bob.device.connect().backlog == []


def test_a_removal_in_the_midst_of_a_backlog_ends_that_chat_alone(new_server):
    server = new_server({"limits.window": 64})
    alice, bob = server.user(), server.user()
    left, kept = alice.group(bob), alice.direct_chat(bob)
    mine = alice.connect()
    for n in range(150):
        mine.send_message(left, f"{n}")
    mine.expect_messages(left, 150)
    socket = bob.device.socket()
    socket.hello(bob.device.access_token)
    stream = socket.expect_messages(left, 64)
    alice.http.delete(f"/v1/chats/{left}/members/{bob.id}").ok(204)
    alice.post(left, "behind his back")
    while stream[-1]["seq"] < 152:
        socket.send("received", chat=left, seq=stream[-1]["seq"])
        stream += socket.expect_messages(left, min(32, 152 - stream[-1]["seq"]))
    assert [one["seq"] for one in stream] == list(range(1, 153))
    assert stream[-1]["event"]["change"] == "member_removed"
    socket.send("received", chat=left, seq=152)
    socket.expect("synced")
    alice.post(kept, "still friends", new_client_id())
    socket.expect("message", chat=kept)
    assert not [one for one in socket.inbox if one.get("text") == "behind his back"]
