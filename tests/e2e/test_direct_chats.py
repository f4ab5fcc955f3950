"""Opening direct chats."""

import pytest


def open_direct(user, other_id):
    return user.http.post("/v1/chats", {"type": "direct", "user": other_id})


def test_opening_a_direct_chat_again_is_the_same_chat_from_either_side(alice, bob):
    chat = open_direct(alice, bob.id).ok(201)
    assert open_direct(alice, bob.id).ok(200)["chat"] == chat["chat"]
    assert open_direct(bob, alice.id).ok(200)["chat"] == chat["chat"]
    assert chat["type"] == "direct" and chat["members"] == 2


def test_opening_a_direct_chat_makes_no_event(alice, bob):
    theirs = bob.connect()
    chat = alice.direct_chat(bob)
    assert alice.chat(chat)["head"] == 0
    assert alice.history(chat) == []
    mine = alice.connect()
    assert mine.say(chat, "the first")["seq"] == 1
    assert theirs.expect("message", chat=chat)["text"] == "the first"
    assert theirs.of_type("chat") == []


def test_who_is_online_hears_the_first_message_of_a_chat_opened_meanwhile(alice, bob):
    mine, theirs = alice.connect(), bob.connect()
    chat = alice.direct_chat(bob)
    mine.say(chat, "hello")
    assert theirs.expect("message", chat=chat)["seq"] == 1


def test_two_who_open_at_once_get_one_chat(alice, bob):
    assert alice.direct_chat(bob) == bob.direct_chat(alice)
    assert [one["chat"] for one in alice.chats()] == [one["chat"] for one in bob.chats()]


def test_a_chat_with_oneself_is_invalid(alice):
    open_direct(alice, alice.id).problem(400, "invalid")


def test_a_chat_with_an_unknown_user_is_not_found(alice):
    open_direct(alice, "4711").problem(404, "not_found")


@pytest.mark.parametrize("body", [
    {}, {"type": "direct"}, {"type": "channel", "user": "1"}, {"type": "direct", "user": 7},
    {"type": "direct", "user": "x"}, {"type": 1}, {"type": "group"},
    {"type": "group", "title": "x", "members": "1"}, {"type": "group", "title": "x",
                                                      "members": [1]},
    {"type": "group", "title": "x", "members": ["abc"]}, {"type": "group", "title": 3,
                                                          "members": []}])
def test_bad_requests_are_invalid(alice, body):
    alice.http.post("/v1/chats", body).problem(400, "invalid")


def test_a_direct_chat_is_named_after_the_other_one(alice, bob):
    chat = alice.direct_chat(bob)
    assert alice.chat(chat)["title"] == bob.username.title()
    assert bob.chat(chat)["title"] == alice.username.title()


def test_a_direct_chat_can_not_be_changed(alice, bob, carol):
    chat = alice.direct_chat(bob)
    for answer in (alice.http.post(f"/v1/chats/{chat}/members", {"members": [carol.id]}),
                   alice.http.delete(f"/v1/chats/{chat}/members/{bob.id}"),
                   alice.http.delete(f"/v1/chats/{chat}/members/{alice.id}"),
                   alice.http.put(f"/v1/chats/{chat}/members/{bob.id}/role", {"role": "admin"}),
                   alice.http.patch(f"/v1/chats/{chat}", {"title": "x"})):
        answer.problem(403, "forbidden")
    assert set(bob.members(chat)) == {alice.id, bob.id}


@pytest.mark.parametrize("request_", [
    ("GET", ""), ("PATCH", ""), ("GET", "/members"), ("POST", "/members"), ("GET", "/messages"),
    ("POST", "/messages"), ("POST", "/received"), ("POST", "/read"),
    ("GET", "/messages/1/receipts"), ("DELETE", "/members/1"), ("PUT", "/members/1/role")])
def test_a_chat_of_others_and_no_chat_are_not_found_alike(alice, bob, carol, request_):
    method, rest = request_
    foreign = alice.direct_chat(bob)
    alice.post(foreign, "secret")
    bodies = {"/messages": {"client_id": "9a1c2b1e-8a48-4a5a-9d3f-2a35a2c6a001", "kind": "text",
                            "text": "x"}, "/members": {"members": [carol.id]},
              "/received": {"seq": 1}, "/read": {"seq": 1}, "/members/1/role": {"role": "admin"},
              "": {"title": "x"}}
    body = bodies.get(rest) if method in ("POST", "PUT", "PATCH") else None
    for chat in (foreign, "8a1c2b1e-8a48-4a5a-9d3f-2a35a2c6a001"):
        carol.http.request(method, f"/v1/chats/{chat}{rest}", body).problem(404, "not_found")
    assert [one["text"] for one in alice.history(foreign)] == ["secret"]
