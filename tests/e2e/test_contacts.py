"""Contacts and blocks."""

import pytest


def test_contacts_are_put_listed_and_deleted(alice, bob, carol):
    for _ in range(2):  # repeating changes nothing
        alice.http.put(f"/v1/contacts/{bob.id}").ok(204)
    alice.http.put(f"/v1/contacts/{carol.id}").ok(204)
    listed = alice.http.every("/v1/contacts", limit=1)
    assert {one["user"] for one in listed} == {bob.id, carol.id} and len(listed) == 2
    assert {"user": bob.id, "username": bob.username,
            "display_name": bob.username.title()} in listed
    for _ in range(2):
        alice.http.delete(f"/v1/contacts/{bob.id}").ok(204)
    assert [one["user"] for one in alice.http.every("/v1/contacts")] == [carol.id]


def test_being_a_contact_is_not_mutual(alice, bob):
    alice.http.put(f"/v1/contacts/{bob.id}").ok(204)
    assert bob.http.every("/v1/contacts") == []


@pytest.mark.parametrize("relation", ["contacts", "blocks"])
def test_unknown_users_and_oneself_are_refused(alice, relation):
    alice.http.put(f"/v1/{relation}/4711").problem(404, "not_found")
    alice.http.put(f"/v1/{relation}/{alice.id}").problem(400, "invalid")


def test_only_the_owner_sees_whom_he_has_blocked(alice, bob, carol):
    for other in (carol, bob):
        alice.http.put(f"/v1/blocks/{other.id}").ok(204)
    assert [one["user"] for one in alice.http.every("/v1/blocks", limit=1)] == [bob.id, carol.id]
    assert bob.http.every("/v1/blocks") == []
    alice.http.delete(f"/v1/blocks/{carol.id}").ok(204)
    assert [one["user"] for one in alice.http.every("/v1/blocks")] == [bob.id]


@pytest.fixture
def blocked(alice, bob):
    """Alice has blocked Bob; the id of their direct chat."""
    chat = alice.direct_chat(bob)
    alice.http.put(f"/v1/blocks/{bob.id}").ok(204)
    return chat


def test_blocked_sends_in_the_direct_chat_are_forbidden_both_ways(alice, bob, blocked):
    for user in (alice, bob):
        socket = user.connect()
        client_id = socket.send_message(blocked, "hello?")
        assert socket.expect("error", client_id=client_id)["code"] == "forbidden"
        user.http.post(f"/v1/chats/{blocked}/messages", {
            "client_id": client_id, "kind": "text", "text": "hello?"}).problem(403, "forbidden")
    assert alice.history(blocked) == []


def test_unblocking_lets_messages_through_again(alice, bob, blocked):
    alice.http.delete(f"/v1/blocks/{bob.id}").ok(204)
    bob.post(blocked, "friends again?")
    assert [one["text"] for one in alice.history(blocked)] == ["friends again?"]


def test_a_block_of_each_by_the_other_ends_only_when_both_are_lifted(alice, bob, blocked):
    bob.http.put(f"/v1/blocks/{alice.id}").ok(204)
    alice.http.delete(f"/v1/blocks/{bob.id}").ok(204)
    bob.http.post(f"/v1/chats/{blocked}/messages", {
        "client_id": "6a1c2b1e-8a48-4a5a-9d3f-2a35a2c6a001", "kind": "text",
        "text": "x"}).problem(403, "forbidden")
    bob.http.delete(f"/v1/blocks/{alice.id}").ok(204)
    bob.post(blocked, "now")


def test_a_repeat_of_a_send_accepted_before_the_block_gets_its_sent(alice, bob):
    chat = alice.direct_chat(bob)
    socket = bob.connect()
    sent = socket.say(chat, "before")
    alice.http.put(f"/v1/blocks/{bob.id}").ok(204)
    again = socket.say(chat, "before", client_id=sent["client_id"])
    assert (again["seq"], again["message_id"]) == (sent["seq"], sent["message_id"])


def test_blocking_hides_presence_both_ways(alice, bob, blocked):
    alice.connect()
    bob.connect()
    for one, other in ((alice, bob), (bob, alice)):
        presence = one.http.get(f"/v1/users/{other.id}/presence").ok()
        assert presence["status"] == "hidden" and "last_seen" not in presence


def test_blocking_tells_watchers_that_presence_is_hidden(alice, bob):
    alice.connect()
    watching = bob.connect()
    watching.send("watch", users=[alice.id])
    watching.expect("presence", user=alice.id, status="online")
    alice.http.put(f"/v1/blocks/{bob.id}").ok(204)
    hidden = watching.expect("presence", user=alice.id, status="hidden")
    assert "last_seen" not in hidden


def test_the_blocked_is_not_added_to_groups_either_way(alice, bob, carol, blocked):
    for one, other in ((alice, bob), (bob, alice)):
        one.http.post("/v1/chats", {"type": "group", "title": "x",
                                    "members": [other.id]}).problem(403, "forbidden")
        group = one.group(carol)
        one.http.post(f"/v1/chats/{group}/members", {"members": [other.id]}).problem(
            403, "forbidden")


def test_a_block_leaves_common_groups_as_they_are(alice, bob, carol):
    group = carol.group(alice, bob)
    alice.http.put(f"/v1/blocks/{bob.id}").ok(204)
    bob.post(group, "still here")
    assert alice.history(group)[-1]["text"] == "still here"


def test_typing_does_not_reach_who_blocked(alice, bob, blocked):
    theirs = alice.connect()
    mine = bob.connect()
    mine.send("typing", chat=blocked, on=True)
    mine.barrier()
    alice.http.delete(f"/v1/blocks/{bob.id}").ok(204)
    mine.say(blocked, "unblocked")
    theirs.expect("message", text="unblocked")
    assert not [frame for frame in theirs.of_type("typing") if frame["on"]]


def test_who_is_blocked_watches_in_vain(alice, bob, blocked):
    for one, other in ((alice, bob), (bob, alice)):
        watching = one.connect()
        watching.send("watch", users=[other.id])
        watching.expect("presence", user=other.id, status="hidden")
        other.connect()
        watching.barrier()
        assert watching.of_type("presence") == []


def test_an_admin_who_is_blocked_does_not_add_who_blocked_him(alice, bob, carol, blocked):
    group = carol.group(bob)
    carol.http.put(f"/v1/chats/{group}/members/{bob.id}/role", {"role": "admin"}).ok(204)
    bob.http.post(f"/v1/chats/{group}/members", {"members": [alice.id]}).problem(403, "forbidden")
    assert set(carol.members(group)) == {bob.id, carol.id}
    carol.http.post(f"/v1/chats/{group}/members", {"members": [alice.id]}).ok()


def test_a_block_survives_a_restart(new_server):
    server = new_server()
    alice, bob = server.user("alice"), server.user("bob")
    chat = alice.direct_chat(bob)
    alice.http.put(f"/v1/blocks/{bob.id}").ok(204)
    server.stop()
    server.start()
    bob.http.post(f"/v1/chats/{chat}/messages", {
        "client_id": "6a1c2b1e-8a48-4a5a-9d3f-2a35a2c6a001", "kind": "text",
        "text": "x"}).problem(403, "forbidden")
    alice.connect()
    assert bob.http.get(f"/v1/users/{alice.id}/presence").ok()["status"] == "hidden"
    bob.http.post("/v1/chats", {"type": "group", "title": "x",
                                "members": [alice.id]}).problem(403, "forbidden")


def test_in_a_direct_chat_opened_after_the_block_nothing_can_be_said(alice, bob):
    alice.http.put(f"/v1/blocks/{bob.id}").ok(204)
    chat = bob.direct_chat(alice)
    for user in (alice, bob):
        user.http.post(f"/v1/chats/{chat}/messages", {
            "client_id": "6a1c2b1e-8a48-4a5a-9d3f-2a35a2c6a001", "kind": "text",
            "text": "x"}).problem(403, "forbidden")
    assert alice.history(chat) == []
