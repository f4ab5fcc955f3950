"""Groups: making, adding, removing, leaving, and the events that tell of it."""

import pytest
from harness.people import new_client_id


def events(messages):
    return [(one["event"]["change"], one["sender"]) for one in messages if one["kind"] == "event"]


def test_a_group_begins_with_its_created_event(alice, bob, carol):
    theirs = bob.connect()
    group = alice.http.post("/v1/chats", {"type": "group", "title": "Hike",
                                          "members": [bob.id, carol.id]}).ok(201)
    assert (group["type"], group["title"], group["head"]) == ("group", "Hike", 1)
    assert (group["role"], group["members"], group["first_seq"]) == ("owner", 3, 1)
    announced = theirs.expect("chat", chat=group["chat"], change="created")
    message = theirs.expect("message", chat=group["chat"], seq=1)
    assert announced["seq"] == 1 and announced["title"] == "Hike"
    assert message["kind"] == "event" and message["sender"] == alice.id
    assert message["event"]["change"] == "created" and message["event"]["title"] == "Hike"
    assert set(message["event"]["users"]) >= {bob.id, carol.id}


def test_the_creator_may_name_himself_and_others_twice(alice, bob):
    group = alice.group(alice, bob, bob)
    assert set(alice.members(group)) == {alice.id, bob.id}


def test_a_group_of_one_is_a_group(alice):
    group = alice.group()
    alice.post(group, "note to self")
    assert [one["seq"] for one in alice.history(group)] == [1, 2]


def test_making_a_group_twice_with_one_client_id_makes_one(alice, bob):
    body = {"type": "group", "title": "Once", "members": [bob.id], "client_id": new_client_id()}
    first = alice.http.post("/v1/chats", body).ok(201)
    again = alice.http.post("/v1/chats", body).ok(200)
    assert again["chat"] == first["chat"]
    assert len(alice.history(first["chat"])) == 1


def test_members_are_told_with_roles_and_marks(alice, bob):
    group = alice.group(bob)
    bob.received(group, 1)
    members = bob.members(group)
    assert members[alice.id]["role"] == "owner" and members[bob.id]["role"] == "member"
    assert members[bob.id]["delivered"] == 1 and members[bob.id]["read"] == 0
    assert members[bob.id]["joined_at"].endswith("Z")


def test_members_are_paged(server, alice):
    others = [server.user() for _ in range(4)]
    group = alice.group(*others)
    listed = alice.http.every(f"/v1/chats/{group}/members", limit=2)
    assert sorted(one["user"] for one in listed) == sorted([alice.id, *(one.id for one in others)])


@pytest.mark.parametrize("title", ["", "two\nlines", "nul\0", 7])
def test_a_bad_title_is_invalid(alice, title):
    body = {"type": "group", "title": title, "members": []}
    alice.http.post("/v1/chats", body).problem(400, "invalid")
    group = alice.group()
    alice.http.patch(f"/v1/chats/{group}", {"title": title}).problem(400, "invalid")


def test_a_new_title_is_an_event(alice, bob):
    group = alice.group(bob, title="Old")
    theirs = bob.connect()
    assert alice.http.patch(f"/v1/chats/{group}", {"title": "New ✨"}).ok()["title"] == "New ✨"
    assert theirs.expect("chat", chat=group, change="title")["title"] == "New ✨"
    event = theirs.expect("message", chat=group, kind="event", seq=2)["event"]
    assert event == {"change": "title", "title": "New ✨"}
    alice.http.patch(f"/v1/chats/{group}", {"title": "New ✨"}).ok()
    assert bob.chat(group)["head"] == 2  # the same title again is no event


def test_unknown_members_are_not_found_and_nothing_is_made(alice, bob):
    before = len(alice.chats())
    alice.http.post("/v1/chats", {"type": "group", "title": "x",
                                  "members": [bob.id, "4711"]}).problem(404, "not_found")
    assert len(alice.chats()) == before


def test_adding_makes_one_event_and_none_for_those_already_in(alice, bob, carol):
    group = alice.group(bob)
    path = f"/v1/chats/{group}/members"
    assert alice.http.post(path, {"members": [bob.id, carol.id]}).status == 200
    event = carol.history(group)[-1]["event"]
    assert event["change"] == "member_added" and event["users"] == [carol.id]
    assert alice.http.post(path, {"members": [bob.id, carol.id]}).status == 200
    assert alice.chat(group)["head"] == 2


@pytest.mark.parametrize("members", [None, [], ["x"], "everyone"])
def test_adding_nobody_is_invalid(alice, members):
    group = alice.group()
    alice.http.post(f"/v1/chats/{group}/members", {"members": members}).problem(400, "invalid")


def test_a_group_has_at_most_500_members_with_its_creator(alice):
    members = [str(10_000_000 + n) for n in range(500)]
    alice.http.post("/v1/chats", {"type": "group", "title": "x",
                                  "members": members}).problem(422, "too_many_members")


def test_the_limit_of_members_counts_those_already_in_once(new_server):
    server = new_server({"groups.max_members": 4})
    alice, *others = [server.user() for _ in range(6)]
    alice.http.post("/v1/chats", {"type": "group", "title": "x", "members": [
        one.id for one in others[:4]]}).problem(422, "too_many_members")
    group = alice.group(*others[:2])
    path = f"/v1/chats/{group}/members"
    alice.http.post(path, {"members": [others[2].id, others[3].id]}).problem(
        422, "too_many_members")
    assert alice.chat(group)["members"] == 3
    alice.http.post(path, {"members": [others[0].id, others[1].id, others[2].id]}).ok(200)
    alice.http.post(path, {"members": [others[3].id]}).problem(422, "too_many_members")
    assert alice.chat(group)["members"] == 4


@pytest.mark.long
def test_500_members_hear_each_other(new_server):
    server = new_server({"auth.password_workers": 4, "limits.enabled": "false"})
    alice, *others = [server.user() for _ in range(500)]
    group = alice.group(*others)
    assert alice.chat(group)["members"] == 500
    sockets = [one.connect() for one in others]
    alice.connect().say(group, "everyone?")
    for socket in sockets:
        assert socket.expect("message", chat=group, text="everyone?")["seq"] == 2
    extra = server.user()
    alice.http.post(f"/v1/chats/{group}/members", {"members": [extra.id]}).problem(
        422, "too_many_members")


def test_events_and_messages_share_one_sequence(alice, bob, carol):
    group = alice.group(bob)
    alice.post(group, "one")
    alice.http.post(f"/v1/chats/{group}/members", {"members": [carol.id]}).ok(200)
    bob.post(group, "two")
    alice.http.delete(f"/v1/chats/{group}/members/{carol.id}").ok(204)
    history = alice.history(group)
    assert [one["seq"] for one in history] == [1, 2, 3, 4, 5]
    assert events(history) == [("created", alice.id), ("member_added", alice.id),
                               ("member_removed", alice.id)]
    assert sorted(one["message_id"] for one in history) != [] and len(
        {one["message_id"] for one in history}) == 5


def test_changes_from_several_sides_at_once_keep_one_sequence(server, alice):
    others = [server.user() for _ in range(6)]
    group = alice.group()
    sockets = [alice.connect(), alice.sign_in().connect()]
    for n, other in enumerate(others):
        for socket in sockets:
            socket.send_message(group, f"{n}")
        alice.http.post(f"/v1/chats/{group}/members", {"members": [other.id]}).ok(200)
    for socket in sockets:
        assert [one["seq"] for one in socket.expect_messages(group, 18)] == list(range(2, 20))
    assert [one["seq"] for one in alice.history(group)] == list(range(1, 20))
