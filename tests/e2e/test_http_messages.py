"""Sending and acknowledging over HTTP."""

import json

import pytest
from harness.people import new_client_id
from test_messages import BAD_SENDS, TEXTS


@pytest.fixture
def chat(alice, bob):
    return alice.direct_chat(bob)


def send(user, chat, **fields):
    body = {"client_id": new_client_id(), "kind": "text", "text": "hello", **fields}
    return user.http.post(f"/v1/chats/{chat}/messages", body)


def test_the_first_time_is_201_and_a_repeat_200_with_the_same_answer(alice, chat):
    client_id = new_client_id()
    first = send(alice, chat, client_id=client_id).ok(201)
    assert first["seq"] == 1 and first["chat"] == chat and first["client_id"] == client_id
    for _ in range(2):
        assert send(alice, chat, client_id=client_id).ok(200) == first
    assert len(alice.history(chat)) == 1


def test_a_repeat_over_the_other_way_is_a_repeat(alice, chat):
    socket = alice.connect()
    sent = socket.say(chat, "hello")
    again = send(alice, chat, client_id=sent["client_id"]).ok(200)
    assert again["seq"] == sent["seq"] and again["message_id"] == sent["message_id"]


def test_the_same_client_id_of_another_device_is_another_message(alice, chat):
    client_id = new_client_id()
    send(alice, chat, client_id=client_id).ok(201)
    second = alice.sign_in()
    answer = second.http.post(f"/v1/chats/{chat}/messages", {
        "client_id": client_id, "kind": "text", "text": "hello"}).ok(201)
    assert answer["seq"] == 2


def test_the_same_client_id_with_another_meaning_is_a_conflict(alice, chat):
    client_id = new_client_id()
    send(alice, chat, client_id=client_id).ok(201)
    send(alice, chat, client_id=client_id, text="other").problem(409, "conflict")
    assert len(alice.history(chat)) == 1


def test_it_reaches_the_sockets_of_others_and_of_the_sender(alice, bob, chat):
    mine, theirs = alice.connect(), bob.connect()
    sent = send(alice, chat).ok(201)
    assert theirs.expect("message", chat=chat)["message_id"] == sent["message_id"]
    assert mine.expect_messages(chat, 1)[0]["client_id"] == sent["client_id"]


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_any_text_comes_back_unchanged(alice, bob, chat, text):
    send(alice, chat, text=text).ok(201)
    assert bob.history(chat)[0]["text"] == text


@pytest.mark.parametrize("fields", BAD_SENDS.values(), ids=BAD_SENDS.keys())
def test_bad_sends_are_invalid(alice, chat, fields):
    send(alice, chat, **fields).problem(400, "invalid")
    assert alice.history(chat) == []


def test_a_lone_surrogate_is_invalid(alice, chat):
    content = json.dumps({"client_id": new_client_id(), "kind": "text", "text": "a\ud800b"})
    answer = alice.http.post(f"/v1/chats/{chat}/messages", content=content.encode())
    answer.problem(400, "invalid")


def test_received_and_read_answer_204_and_move_the_marks(alice, bob, chat):
    for _ in range(3):
        send(alice, chat).ok(201)
    bob.received(chat, 2)
    assert (bob.members(chat)[bob.id]["delivered"], bob.members(chat)[bob.id]["read"]) == (2, 0)
    bob.read(chat, 3)
    assert (bob.members(chat)[bob.id]["delivered"], bob.members(chat)[bob.id]["read"]) == (3, 3)


def test_marks_never_go_back(alice, bob, chat):
    for _ in range(3):
        send(alice, chat).ok(201)
    bob.read(chat, 3)
    bob.read(chat, 1)
    bob.received(chat, 2)
    assert (bob.members(chat)[bob.id]["delivered"], bob.members(chat)[bob.id]["read"]) == (3, 3)


@pytest.mark.parametrize("what", ["received", "read"])
@pytest.mark.parametrize("seq", [2, 10 ** 15, -1, "1", None, 1.5, [1]])
def test_a_mark_beyond_the_head_or_no_number_is_invalid(alice, bob, chat, what, seq):
    send(alice, chat).ok(201)
    bob.http.post(f"/v1/chats/{chat}/{what}", {"seq": seq}).problem(400, "invalid")


def test_received_over_http_is_the_cursor_of_the_device(alice, bob, chat):
    send(alice, chat).ok(201)
    send(alice, chat).ok(201)
    bob.received(chat, 1)
    assert [one["seq"] for one in bob.connect().backlog if one["type"] == "message"] == [2]


def test_reading_moves_no_device_cursor(alice, bob, chat):
    send(alice, chat).ok(201)
    bob.read(chat, 1)
    assert [one["seq"] for one in bob.connect().backlog if one["type"] == "message"] == [1]
