"""Sending over the WebSocket: order, idempotency, texts of every kind."""

import json

import pytest
from harness.people import new_client_id

# Every one of them comes back as it was sent.
TEXTS = {
    "one byte": "x", "longest": "x" * 65_536, "longest of two-byte characters": "ä" * 32_768,
    "NUL": "a\0b", "only NUL": "\0", "controls": "".join(map(chr, range(32))) + "\x7f",
    "not normalised": "e\u0301 \u00e9 \u212b", "astral": "👩‍👩‍👧‍👦𝄞",
    "noncharacters": "\ufffe\uffff\U0010ffff",
    "bidi": "\u202eabc\u202c", "whitespace": " \t\r\n\u2028 ", "quotes": "\"\\/'<>&",
    "byte order mark": "\ufeffx",
}

# What is wrong with them does not depend on how they are sent.
BAD_SENDS = {
    "no text": {"text": None}, "empty text": {"text": ""}, "text too long": {"text": "x" * 65_537},
    "text too long in bytes": {"text": "ä" * 32_769}, "text no string": {"text": 5},
    "unknown kind": {"kind": "smell"}, "kind event": {"kind": "event"}, "no kind": {"kind": None},
    "no client_id": {"client_id": None}, "client_id no UUID": {"client_id": "x"},
    "client_id a number": {"client_id": 1}, "reply to zero": {"reply_to": 0},
    "reply beyond the head": {"reply_to": 5}, "reply to a string": {"reply_to": "1"},
    "negative reply": {"reply_to": -1}, "media unknown": {
        "kind": "image", "text": None, "media": "6a1c2b1e-8a48-4a5a-9d3f-2a35a2c6a001"},
    "media missing": {"kind": "image", "text": None}, "media with text": {
        "media": "6a1c2b1e-8a48-4a5a-9d3f-2a35a2c6a001"},
}


@pytest.fixture
def chat(alice, bob):
    return alice.direct_chat(bob)


def test_a_message_is_acknowledged_and_delivered(alice, bob, chat):
    mine, theirs = alice.connect(), bob.connect()
    sent = mine.say(chat, "hello")
    message = theirs.expect("message")
    assert sent["chat"] == message["chat"] == chat
    assert sent["seq"] == message["seq"] == 1
    assert sent["message_id"] == message["message_id"] and sent["at"] == message["at"]
    assert (message["sender"], message["kind"], message["text"]) == (alice.id, "text", "hello")
    assert "client_id" not in message
    history = bob.history(chat)[0]
    assert {**history, "type": "message"} == message


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_any_text_arrives_unchanged(alice, bob, chat, text):
    theirs = bob.connect()
    alice.connect().say(chat, text)
    assert theirs.expect("message")["text"] == text
    assert alice.history(chat)[0]["text"] == text


@pytest.mark.parametrize("fields", BAD_SENDS.values(), ids=BAD_SENDS.keys())
def test_a_bad_send_is_invalid_and_the_session_stays(alice, chat, fields):
    mine = alice.connect()
    frame = {"client_id": new_client_id(), "chat": chat, "kind": "text", "text": "x", "ref": "r",
             **fields}
    mine.send("send", **frame)
    error = mine.expect("error", ref="r")
    assert error["code"] == "invalid"
    if frame["client_id"] and len(str(frame["client_id"])) == 36:
        assert error["client_id"] == frame["client_id"]
    assert mine.say(chat, "still here")["seq"] == 1


@pytest.mark.parametrize("text", ["\ud800", "a\udc00b", "\ud800\ud800", "\udfff\ud800"])
def test_a_lone_surrogate_is_invalid_and_the_error_names_the_client_id(alice, chat, text):
    mine = alice.connect()
    client_id = mine.send_message(chat, text, ref="s")
    assert mine.expect("error", client_id=client_id, ref="s")["code"] == "invalid"
    mine.barrier()
    assert alice.history(chat) == []


def test_a_pair_of_escaped_surrogates_is_a_character(alice, chat):
    mine = alice.connect()
    client_id = new_client_id()
    mine.send_text('{"type":"send","client_id":"%s","chat":"%s","kind":"text",'
                   '"text":"\\ud83d\\ude00"}' % (client_id, chat))
    mine.expect("sent", client_id=client_id)
    assert alice.history(chat)[0]["text"] == "😀"


def test_a_reply_names_the_message_it_answers(alice, bob, chat):
    theirs = bob.connect()
    alice.post(chat, "question")
    theirs.expect("message", seq=1)
    bob.connect().say(chat, "answer", reply_to=1)
    assert theirs.expect("message", seq=2)["reply_to"] == 1
    assert alice.history(chat)[1]["reply_to"] == 1


@pytest.mark.parametrize("chat_id", ["6a1c2b1e-8a48-4a5a-9d3f-2a35a2c6a001"])
def test_an_unknown_chat_is_not_found(alice, chat_id):
    mine = alice.connect()
    client_id = mine.send_message(chat_id, "x", ref="r")
    mine.expect_error("not_found", client_id=client_id, ref="r")


@pytest.mark.parametrize("chat_id", ["x", "", 5, None, ["a"]])
def test_a_chat_id_that_is_none_is_invalid(alice, chat_id):
    mine = alice.connect()
    client_id = mine.send_message(chat_id, "x")
    mine.expect_error("invalid", client_id=client_id)


def test_a_foreign_chat_is_not_found_and_gets_nothing(alice, carol, chat):
    theirs = carol.connect()
    client_id = theirs.send_message(chat, "let me in")
    theirs.expect_error("not_found", client_id=client_id)
    for type in ("received", "read"):
        theirs.send(type, chat=chat, seq=0, ref=type)
        theirs.expect_error("not_found", ref=type)
    assert alice.history(chat) == []


def test_pipelined_sends_get_their_seqs_in_order(alice, bob, chat):
    mine, theirs = alice.connect(), bob.connect()
    ids = [mine.send_message(chat, f"{n}") for n in range(300)]
    acks = mine.expect_messages(chat, 300)
    assert [one["client_id"] for one in acks] == ids
    assert [one["seq"] for one in acks] == list(range(1, 301))
    received = theirs.expect_messages(chat, 300)
    assert [one["seq"] for one in received] == list(range(1, 301))
    assert [one["text"] for one in received] == [str(n) for n in range(300)]


def test_everyone_sees_the_same_order(alice, bob, carol):
    group = alice.group(bob, carol)
    sockets = [user.connect() for user in (alice, bob, carol)]
    for n in range(40):
        for socket in sockets:
            socket.send_message(group, f"{n}")
    streams = [socket.expect_messages(group, 120) for socket in sockets]
    for stream in streams:
        assert [one["seq"] for one in stream] == list(range(2, 122))
        assert [one["message_id"] for one in stream] == [
            one["message_id"] for one in streams[0]]
    texts = [(one["sender"], int(one["text"])) for one in alice.history(group)[1:]]
    for user in (alice, bob, carol):
        assert [n for sender, n in texts if sender == user.id] == list(range(40))


def test_a_retry_gets_the_first_ack_and_makes_no_second_message(alice, bob, chat):
    mine, theirs = alice.connect(), bob.connect()
    sent = mine.say(chat, "once")
    for _ in range(3):
        again = mine.say(chat, "once", client_id=sent["client_id"])
        assert {name: again[name] for name in ("seq", "message_id", "at", "chat")} == {
            name: sent[name] for name in ("seq", "message_id", "at", "chat")}
    mine.say(chat, "next")
    assert [one["seq"] for one in theirs.expect_messages(chat, 2)] == [1, 2]
    assert len(alice.history(chat)) == 2


def test_two_tries_in_flight_at_once_get_the_same_sent(alice, chat):
    one, other = alice.connect(), alice.connect()
    client_id = new_client_id()
    for socket in (one, other, one):
        socket.send_message(chat, "twice", client_id=client_id)
    acks = [one.expect("sent"), one.expect("sent"), other.expect("sent")]
    assert {ack["seq"] for ack in acks} == {1}
    assert len({ack["message_id"] for ack in acks}) == 1
    assert len(alice.history(chat)) == 1


@pytest.mark.parametrize("change", [{"text": "other"}, {"reply_to": 1}, {"chat": "another"}])
def test_the_same_client_id_with_another_meaning_is_a_conflict(alice, bob, carol, chat, change):
    mine = alice.connect()
    mine.say(chat, "zero")
    sent = mine.say(chat, "one")
    if "chat" in change:
        change = {"chat": alice.direct_chat(carol)}
    mine.send("send", **{"client_id": sent["client_id"], "chat": chat, "kind": "text",
                         "text": "one", "ref": "again", **change})
    mine.expect_error("conflict", client_id=sent["client_id"], ref="again")
    assert [one["text"] for one in alice.history(chat)] == ["zero", "one"]


def test_a_refused_send_may_be_sent_again(alice, bob, chat):
    mine = alice.connect()
    alice.http.put(f"/v1/blocks/{bob.id}").ok(204)
    client_id = mine.send_message(chat, "x")
    mine.expect_error("forbidden", client_id=client_id)
    alice.http.delete(f"/v1/blocks/{bob.id}").ok(204)
    mine.send_message(chat, "x", client_id=client_id)
    assert mine.expect("sent", client_id=client_id)["seq"] == 1


def test_once_sent_is_out_every_endpoint_shows_the_message(alice, bob, chat):
    mine = alice.connect()
    for n in range(1, 20):
        sent = mine.say(chat, f"{n}")
        assert bob.http.get(f"/v1/chats/{chat}/messages", limit=1).ok()["items"][0]["seq"] == n
        assert bob.chats()[0]["head"] == n and bob.chat(chat)["preview"] == f"{n}"
        receipts = alice.http.get(f"/v1/chats/{chat}/messages/{n}/receipts").ok()["items"]
        assert [one["user"] for one in receipts] == [bob.id]
        assert sent["seq"] == n


def test_a_frame_may_use_any_json_spelling(alice, chat):
    mine = alice.connect()
    client_id = new_client_id()
    frame = json.dumps({"\u0074ype": "send", "chat": chat, "kind": "text", "client_id": client_id,
                        "text": "x", "unknown": [{"a": None}]}, indent=3)
    mine.send_text("  " + frame + "\n")
    mine.expect("sent", client_id=client_id)
