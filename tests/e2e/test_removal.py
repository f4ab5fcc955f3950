"""What who is removed, added or added again sees of a group."""

import pytest


def remove(actor, group, target):
    actor.http.delete(f"/v1/chats/{group}/members/{target.id}").ok(204)


def add(actor, group, target):
    actor.http.post(f"/v1/chats/{group}/members", {"members": [target.id]}).ok(200)


def seqs(messages):
    return [one["seq"] for one in messages]


def test_a_new_member_sees_the_event_of_his_joining_and_nothing_before(alice, bob, carol):
    group = alice.group(bob)
    alice.post(group, "before")
    theirs = carol.connect()
    add(alice, group, carol)
    alice.post(group, "after")
    assert seqs(theirs.expect_messages(group, 2)) == [3, 4]
    assert seqs(carol.history(group)) == [3, 4]
    chat = carol.chat(group)
    assert (chat["first_seq"], chat["head"], chat["unread"]) == (3, 4, 1)
    carol.http.get(f"/v1/chats/{group}/messages/2/receipts").problem(404, "not_found")


def test_a_shared_history_is_seen_from_the_beginning(alice, bob, carol):
    group = alice.group(bob, history="shared")
    alice.post(group, "before")
    theirs = carol.connect()
    add(alice, group, carol)
    assert seqs(theirs.expect_messages(group, 3)) == [1, 2, 3]
    assert seqs(carol.history(group)) == [1, 2, 3]
    assert carol.chat(group)["first_seq"] == 1


def test_an_unknown_kind_of_history_is_invalid(alice):
    alice.http.post("/v1/chats", {"type": "group", "title": "x", "members": [],
                                  "history": "some"}).problem(400, "invalid")


def test_the_removal_event_is_the_last_thing_the_removed_gets(alice, bob, carol):
    group = alice.group(bob, carol)
    theirs = bob.connect()
    other = carol.connect()
    remove(alice, group, bob)
    alice.post(group, "behind his back")
    other.expect("message", chat=group, text="behind his back")
    told = theirs.expect("chat", chat=group, change="member_removed")
    assert told["users"] == [bob.id] and told["seq"] == 2
    assert theirs.expect("message", chat=group)["event"]["users"] == [bob.id]
    theirs.barrier()
    assert not [one for one in theirs.inbox if one.get("chat") == group]


def test_after_the_removal_the_chat_is_not_found(alice, bob):
    group = alice.group(bob)
    theirs = bob.connect()
    remove(alice, group, bob)
    for path in ("", "/messages", "/members"):
        bob.http.get(f"/v1/chats/{group}{path}").problem(404, "not_found")
    client_id = theirs.send_message(group, "let me in")
    theirs.expect_error("not_found", client_id=client_id)
    theirs.send("typing", chat=group, on=True, ref="t")
    theirs.expect_error("not_found", ref="t")
    theirs.send("read", chat=group, seq=1, ref="r")
    theirs.expect_error("not_found", ref="r")
    assert group not in [one["chat"] for one in bob.chats()]
    assert alice.chat(group)["head"] == 2


def test_once_a_removal_has_answered_no_send_is_accepted(alice, bob):
    group = alice.group(bob)
    theirs = bob.connect()
    for n in range(50):
        theirs.send_message(group, f"flood {n}")
    remove(alice, group, bob)
    head = alice.chat(group)["head"]
    late = theirs.send_message(group, "late")
    theirs.expect_error("not_found", client_id=late)
    history = alice.history(group)
    assert seqs(history) == list(range(1, head + 1))
    removal = next(one["seq"] for one in history
                   if one["kind"] == "event" and one["event"]["change"] == "member_removed")
    assert not [one for one in history if one["sender"] == bob.id and one["seq"] > removal]


def test_a_repeat_of_an_accepted_send_gets_its_sent_even_after_removal(alice, bob):
    group = alice.group(bob)
    theirs = bob.connect()
    sent = theirs.say(group, "accepted")
    remove(alice, group, bob)
    again = theirs.say(group, "accepted", client_id=sent["client_id"])
    assert (again["seq"], again["message_id"]) == (sent["seq"], sent["message_id"])


def test_who_was_away_when_removed_gets_everything_up_to_his_removal(alice, bob):
    group = alice.group(bob)
    alice.post(group, "one")
    remove(alice, group, bob)
    alice.post(group, "behind his back")
    theirs = bob.connect()
    messages = [one for one in theirs.backlog if one["type"] == "message"]
    assert seqs(messages) == [1, 2, 3]
    assert messages[-1]["event"]["change"] == "member_removed"
    bob.received(group, 3)
    assert bob.connect().backlog == []


def test_who_is_added_again_sees_from_the_new_joining_on(alice, bob):
    theirs = bob.connect()
    group = alice.group(bob)
    alice.post(group, "before")
    remove(alice, group, bob)
    alice.post(group, "behind his back")
    add(alice, group, bob)
    alice.post(group, "welcome back")
    assert seqs(theirs.expect_messages(group, 5)) == [1, 2, 3, 5, 6]
    assert seqs(bob.history(group)) == [5, 6]
    assert bob.chat(group)["first_seq"] == 5


def test_who_was_away_for_leaving_and_coming_back_sees_both_stretches(alice, bob):
    group = alice.group(bob)
    remove(alice, group, bob)
    alice.post(group, "behind his back")
    add(alice, group, bob)
    alice.post(group, "welcome back")
    backlog = [one for one in bob.connect().backlog if one["type"] == "message"]
    assert [one["seq"] for one in backlog if one["seq"] >= 4] == [4, 5]
    assert 3 not in seqs(backlog)


@pytest.mark.parametrize("threshold", [0, 3])
def test_large_groups_keep_the_same_promises(new_server, threshold):
    server = new_server({"groups.fanout_on_write_below": threshold})
    alice, bob, carol = (server.user(name) for name in ("alice", "bob", "carol"))
    carol_online = carol.connect()
    group = alice.group(bob, carol)
    alice.post(group, "one")
    remove(alice, group, bob)
    alice.post(group, "two")
    assert seqs(carol_online.expect_messages(group, 4)) == [1, 2, 3, 4]
    assert seqs(one for one in bob.connect().backlog if one["type"] == "message") == [1, 2, 3]
    assert [one["chat"] for one in carol.chats()] == [group]
    assert carol.chat(group)["unread"] == 2 and carol.chat(group)["preview"] == "two"
    add(alice, group, bob)
    assert [one["preview"] for one in alice.chats()] == [alice.chat(group)["preview"]]
    assert bob.chat(group)["first_seq"] == 5
