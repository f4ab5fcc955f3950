"""Opening a WebSocket (RFC 6455 §4) and saying hello."""

import pytest
from harness.waiting import SLOWNESS, Stopwatch
from harness.websocket import WebSocket

UPGRADE = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
           "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}


def test_the_subprotocol_is_chosen_when_offered(server):
    for offered in (["banter.v1.json"], ["graphql-ws", "banter.v1.json"]):
        assert WebSocket(server.address, subprotocols=offered).subprotocol == "banter.v1.json"
    assert WebSocket(server.address).subprotocol is None


def test_an_unknown_subprotocol_is_400(server):
    for offered in ("graphql-ws", "banter.v2.json, mqtt"):
        server.http().get("/v1/ws", headers={
            **UPGRADE, "Sec-WebSocket-Protocol": offered}).problem(400, "invalid")


@pytest.mark.parametrize("authorization", ["Bearer nonsense", "Basic eDp5", "Bearer", "nonsense"])
def test_a_bad_authorization_is_401_with_www_authenticate(server, authorization):
    server.http().get("/v1/ws", headers={
        **UPGRADE, "Authorization": authorization}).problem(401, "unauthorized")


@pytest.mark.parametrize("change", [
    {"Sec-WebSocket-Version": "12"}, {"Sec-WebSocket-Key": "short"}, {"Sec-WebSocket-Key": ""},
    {"Connection": "close"}])
def test_a_bad_handshake_is_400(server, change):
    answer = server.http().get("/v1/ws", headers={**UPGRADE, **change})
    assert answer.status in (400, 426), answer


def test_a_plain_request_for_the_websocket_is_refused(server, alice):
    assert alice.http.get("/v1/ws").status in (400, 404, 426)


def test_a_websocket_elsewhere_is_not_found(server):
    server.http().get("/v1/other", headers=UPGRADE).problem(404, "not_found")
    server.admin().get("/v1/ws", headers=UPGRADE).problem(404, "not_found")


def test_the_token_may_stand_in_the_header(server, alice):
    headers = {"Authorization": f"Bearer {alice.device.access_token}"}
    welcome = WebSocket(server.address, headers).hello()
    assert (welcome["user"], welcome["device"]) == (alice.id, alice.device.id)


def test_the_welcome_tells_who_and_the_limits(alice):
    socket = alice.device.socket()
    welcome = socket.hello(alice.device.access_token, ref="first")
    assert (welcome["user"], welcome["device"]) == (alice.id, alice.device.id)
    assert welcome["ref"] == "first" and welcome["session"]
    assert welcome["server_time"].endswith("Z")
    assert welcome["heartbeat_ms"] == 30_000
    limits = welcome["limits"]
    assert limits["window"] >= 64
    assert (limits["text_bytes"], limits["frame_bytes"]) == (65_536, 256 * 1024)
    assert socket.expect("synced") == {"type": "synced", "chats": 0, "messages": 0}


def test_each_session_has_an_id_of_its_own(alice):
    assert alice.connect().welcome["session"] != alice.connect().welcome["session"]


@pytest.mark.parametrize("fields", [
    {}, {"token": "nonsense"}, {"token": ""}, {"token": "bna_" + "A" * 43}])
def test_a_hello_without_a_good_token_is_unauthorized_and_4500(alice, fields):
    socket = alice.device.socket()
    socket.send("hello", ref="h", **fields)
    socket.expect_error("unauthorized", ref="h")
    socket.expect_close(4500)


@pytest.mark.parametrize("text", [
    "nonsense", "", "[]", "null", "1", '{"type":"send"}', '{"type":"ping","n":1}', "{}",
    '{"type":"hello","token":5}', '{"type":"hello","since":"yesterday"}', '{"type":5}',
    '{"type":"HELLO"}', "{" * 1000])
def test_garbage_before_the_hello_is_4502(alice, text):
    socket = alice.device.socket()
    socket.send_text(text)
    socket.expect("error", code="invalid")
    socket.expect_close(4502)


def test_a_second_hello_is_4502(alice):
    socket = alice.connect()
    socket.send("hello", token=alice.device.access_token, ref="again")
    socket.expect_error("invalid", ref="again")
    socket.expect_close(4502)


def test_no_hello_within_5_s_is_4001(alice):
    socket = alice.device.socket()
    watch = Stopwatch()
    socket.expect_close(4001, within=8 * SLOWNESS)
    assert 4.5 < watch.seconds < 7.5 * SLOWNESS


def test_pings_do_not_stand_in_for_a_hello(alice):
    socket = alice.device.socket()
    socket.read_for(2)
    socket.send_ping(b"x")
    socket.expect_close(4001, within=6 * SLOWNESS)


def test_frames_sent_behind_the_hello_wait_for_the_welcome(alice, bob):
    chat = alice.direct_chat(bob)
    socket = alice.device.socket()
    socket.send("hello", token=alice.device.access_token)
    ids = [socket.send_message(chat, f"{n}") for n in range(20)]
    socket.send("ping", n=7)
    socket.expect("welcome")
    assert [one["client_id"] for one in socket.expect_messages(chat, 20)] == ids
    socket.expect("pong", n=7)
