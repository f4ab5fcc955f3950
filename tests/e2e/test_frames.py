"""Frames, good and bad: RFC 6455 below, JSON above."""

import json

import pytest
from harness.people import new_client_id
from harness.raw_websocket import (BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, RawWebSocket,
                                   frame)


@pytest.fixture
def raw(server, alice):
    socket = RawWebSocket(server.address, alice.device.access_token)
    yield socket
    socket.close()


PING_TEXT = b'{"type":"ping","n":5}'

VIOLATIONS = {
    "unmasked": (frame(TEXT, PING_TEXT, masked=False), 1002),
    "RSV1": (frame(TEXT, PING_TEXT, rsv=4), 1002),
    "RSV2": (frame(TEXT, PING_TEXT, rsv=2), 1002),
    "RSV3": (frame(TEXT, PING_TEXT, rsv=1), 1002),
    "unknown opcode 3": (frame(3, b"x"), 1002),
    "unknown control opcode": (frame(11, b"x"), 1002),
    "continuation of nothing": (frame(CONTINUATION, PING_TEXT), 1002),
    "text within a message": (frame(TEXT, b'{"a"', fin=False) + frame(TEXT, PING_TEXT), 1002),
    "fragmented ping": (frame(PING, b"x", fin=False), 1002),
    "long ping": (frame(PING, b"x" * 126), 1002),
    "long form of a short length": (frame(TEXT, PING_TEXT, long_form=True), 1002),
    "absurd length": (frame(TEXT, b"", length=2 ** 63 + 1), 1002),
    "close of one byte": (frame(CLOSE, b"\x03"), 1002),
    "close with 999": (frame(CLOSE, b"\x03\xe7"), 1002),
    "close with 1005": (frame(CLOSE, b"\x03\xed"), 1002),
    "close with 1006": (frame(CLOSE, b"\x03\xee"), 1002),
    "close with bad UTF-8": (frame(CLOSE, b"\x03\xe8\xff"), 1007),
    "binary": (frame(BINARY, PING_TEXT), 1003),
    "binary in fragments": (frame(BINARY, b"x", fin=False), 1003),
    "bad UTF-8": (frame(TEXT, b'{"type":"\xff"}'), 1007),
    "overlong UTF-8": (frame(TEXT, b"\xc0\xaf"), 1007),
    "surrogate in UTF-8": (frame(TEXT, b'"\xed\xa0\x80"'), 1007),
    "beyond U+10FFFF": (frame(TEXT, b"\xf4\x90\x80\x80"), 1007),
    "cut UTF-8": (frame(TEXT, b'"\xe2\x82'), 1007),
    "bad UTF-8 in fragments": (frame(TEXT, b'{"\xff', fin=False) + frame(CONTINUATION, b'"}'),
                               1007),
    "larger than 256 KiB": (frame(TEXT, b" " * (256 * 1024 + 1)), 1009),
    "announced larger": (frame(TEXT, b"", length=2 ** 40), 1009),
    "larger in fragments": (frame(TEXT, b" " * 200_000, fin=False)
                            + frame(CONTINUATION, b" " * 100_000, fin=False), 1009),
}


@pytest.mark.parametrize("data, code", VIOLATIONS.values(), ids=VIOLATIONS.keys())
def test_a_violation_closes_with_its_code(raw, data, code):
    raw.send(data)
    raw.expect_close(code)


def test_a_violation_ends_that_session_alone(server, alice, raw):
    other = alice.connect()
    raw.send(frame(TEXT, b"\xff"))
    raw.expect_close(1007)
    other.barrier()


def test_the_largest_frame_is_taken(raw):
    raw.send(frame(TEXT, PING_TEXT + b" " * (256 * 1024 - len(PING_TEXT))))
    assert raw.expect("pong")["n"] == 5


def test_a_message_in_fragments_is_one_message(alice, raw):
    parts = [b'{"type"', b"", b':"pi', b'ng","n"', b":5}"]
    raw.send(frame(TEXT, parts[0], fin=False))
    for part in parts[1:-1]:
        raw.send(frame(CONTINUATION, part, fin=False) + frame(PING, b"between"))
        assert raw.expect_frame(PONG) == b"between"
    raw.send(frame(CONTINUATION, parts[-1]))
    assert raw.expect("pong")["n"] == 5


def test_a_character_may_be_cut_between_fragments(alice, bob, server):
    chat = alice.direct_chat(bob)
    socket = alice.connect()
    client_id = new_client_id()
    text = json.dumps({"type": "send", "client_id": client_id, "chat": chat, "kind": "text",
                       "text": "€"}, ensure_ascii=False).encode()
    cut = text.index("€".encode()) + 1
    socket.send_fragments(text[:cut], text[cut:cut + 1], text[cut + 1:])
    socket.expect("sent", client_id=client_id)
    assert bob.history(chat)[0]["text"] == "€"


def test_frames_may_arrive_byte_by_byte(raw):
    for byte in frame(TEXT, PING_TEXT):
        raw.send(bytes([byte]))
    assert raw.expect("pong")["n"] == 5


def test_many_frames_may_arrive_at_once(raw):
    raw.send(b"".join(frame(TEXT, json.dumps({"type": "ping", "n": n}).encode())
                      for n in range(500)))
    assert [raw.expect("pong")["n"] for _ in range(500)] == list(range(500))


@pytest.mark.parametrize("payload", [b"", b"x", b"\0\xff" * 62])
def test_a_ping_frame_is_answered_by_a_pong_with_its_payload(raw, payload):
    raw.send(frame(PING, payload))
    assert raw.expect_frame(PONG) == payload


def test_an_unasked_pong_is_ignored(raw):
    raw.send(frame(PONG, b"x") + frame(TEXT, PING_TEXT))
    assert raw.expect("pong")["n"] == 5


@pytest.mark.parametrize("payload, code", [
    (b"", 1000), (b"\x03\xe8", 1000), (b"\x03\xe9bye", 1001), (b"\x0f\xa0", 4000)])
def test_a_close_is_answered_by_a_close_and_the_end(raw, payload, code):
    raw.send(frame(CLOSE, payload))
    raw.expect_close(code)
    raw.expect_end()


# JSON

NOT_JSON = {
    "empty": "", "nonsense": "nonsense", "a half": '{"type":"ping"', "an array": "[]",
    "a number": "5", "null": "null", "trailing": '{"type":"ping","n":1} x', "two": "{}{}",
    "single quotes": "{'type':'ping'}", "a bare NUL": '{"type":"ping\0"}',
    "a raw newline in a string": '{"type":"ping","ref":"a\nb"}', "NaN": '{"type":"ping","n":NaN}',
    "a bad escape": '{"type":"\\x70ing"}', "deep arrays": '{"type":"ping","n":' + "[" * 100_000,
    "deep objects": '{"a":' * 40_000 + "1" + "}" * 40_000,
    "balanced deep arrays": '{"type":"ping","x":' + "[" * 100_000 + "]" * 100_000 + "}",
}


@pytest.mark.parametrize("text", NOT_JSON.values(), ids=NOT_JSON.keys())
def test_malformed_json_is_invalid_and_the_session_stays(alice, text):
    socket = alice.connect()
    socket.send_text(text)
    socket.expect_error("invalid")
    socket.barrier()


BAD_FRAMES = [
    {"type": "unknown"}, {"type": ""}, {"type": None}, {"type": 5}, {"type": ["ping"]}, {},
    {"type": "ping", "n": "1"}, {"type": "ping", "n": 1.5}, {"type": "ping", "n": {}},
    {"type": "received"}, {"type": "read", "chat": 5, "seq": 1}, {"type": "welcome"},
    {"type": "message"}, {"type": "sent"}, {"type": "send"}, {"type": "watch", "users": "x"}]


@pytest.mark.parametrize("bad", BAD_FRAMES, ids=json.dumps)
def test_a_bad_frame_is_invalid_repeats_the_ref_and_the_session_stays(alice, bad):
    socket = alice.connect()
    socket.send_text(json.dumps({"ref": "r1", **bad}))
    socket.expect_error("invalid", ref="r1")
    socket.barrier()


def test_an_error_has_the_members_of_a_problem(alice):
    socket = alice.connect()
    socket.send("unknown", ref="x")
    error = socket.expect_error("invalid", ref="x")
    assert error["status"] == 400 and "client_id" not in error


@pytest.mark.parametrize("ref", ["", "x", "ä" * 64, "😀" * 64, "\0"])
def test_a_ref_is_repeated_in_the_answer(alice, bob, ref):
    chat = alice.direct_chat(bob)
    socket = alice.connect()
    socket.send("ping", n=1, ref=ref)
    assert socket.expect("pong")["ref"] == ref
    socket.send_message(chat, "x", ref=ref)
    assert socket.expect("sent")["ref"] == ref


@pytest.mark.parametrize("ref", ["x" * 65, "ä" * 65, 5, {}, ["x"]])
def test_a_bad_ref_is_invalid(alice, ref):
    socket = alice.connect()
    socket.send("ping", n=1, ref=ref)
    assert "ref" not in socket.expect_error("invalid")
    socket.barrier()


def test_an_error_to_a_send_with_a_bad_ref_carries_its_client_id(alice, bob):
    chat = alice.direct_chat(bob)
    socket = alice.connect()
    client_id = socket.send_message(chat, "x", ref="y" * 65)
    socket.expect_error("invalid", client_id=client_id)


@pytest.mark.parametrize("n", [0, -5, 2 ** 53, -(2 ** 63), 2 ** 63 - 1])
def test_a_pong_repeats_the_number(alice, n):
    socket = alice.connect()
    socket.send("ping", n=n)
    socket.expect("pong", n=n)


def test_a_key_given_twice_breaks_nothing(alice):
    socket = alice.connect()
    socket.send_text('{"type":"ping","n":1,"n":2}')
    assert socket.next_frame()["type"] in ("pong", "error")
    socket.barrier()
