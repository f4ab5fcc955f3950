"""Stopping, starting again, and what must be the same afterwards."""

import signal

import pytest
from harness.http import Http
from harness.raw_websocket import RawWebSocket
from harness.waiting import Stopwatch


def test_sigterm_says_goodbye_closes_and_exits_with_0(new_server):
    server = new_server()
    sockets = [server.user().connect() for _ in range(3)]
    server.terminate()
    delays = []
    for socket in sockets:
        goodbye = socket.expect("goodbye")
        assert goodbye["reason"]
        delays.append(goodbye["reconnect_after_ms"])
        socket.read_for(5)
        assert socket.close_code in (1001, 4013)
        socket.close()
    assert server.wait_for_exit() == 0
    assert all(0 < delay <= 60_000 for delay in delays)
    assert len(set(delays)) > 1  # jittered


def test_sigint_is_an_orderly_stop_too(new_server):
    server = new_server()
    socket = server.user().connect()
    server.process.send_signal(signal.SIGINT)
    socket.expect("goodbye")
    socket.close()
    assert server.wait_for_exit() == 0


def test_what_was_sent_before_the_stop_is_answered_or_not_there(new_server):
    server = new_server()
    alice, bob = server.user(), server.user()
    chat = alice.direct_chat(bob)
    mine = alice.connect()
    ids = [mine.send_message(chat, f"{n}") for n in range(200)]
    server.terminate()
    mine.expect("goodbye")
    mine.read_for(10)
    acks = {one["client_id"]: one["seq"] for one in mine.of_type("sent")}
    assert server.wait_for_exit() == 0
    server.start()
    stored = {one["client_id"]: one["seq"] for one in alice.history(chat)}
    assert acks.items() <= stored.items()
    again = alice.connect()
    for n, client_id in enumerate(ids):
        again.send_message(chat, f"{n}", client_id=client_id)
    for client_id in ids:
        seq = again.expect("sent", client_id=client_id)["seq"]
        assert stored.get(client_id, seq) == seq
    assert [one["seq"] for one in alice.history(chat)] == list(range(1, 201))


def test_a_stop_waits_only_so_long_for_who_does_not_go(new_server):
    server = new_server({"server.drain_s": 1})
    staying = RawWebSocket(server.address, server.user().device.access_token)
    watch = Stopwatch()
    server.terminate()
    assert server.wait_for_exit() == 0
    assert watch.seconds < 8
    staying.expect("goodbye")


def test_a_second_signal_does_not_wait(new_server):
    server = new_server({"server.drain_s": 120})
    staying = RawWebSocket(server.address, server.user().device.access_token)
    watch = Stopwatch()
    server.terminate()
    staying.expect("goodbye")
    server.terminate()
    assert server.wait_for_exit() == 0
    assert watch.seconds < 8  # before the close is given up, too


def test_while_draining_new_connections_are_refused(new_server):
    server = new_server({"server.drain_s": 30})
    alice = server.user()
    address, admin = server.address, Http(server.admin_address)
    staying = RawWebSocket(address, alice.device.access_token)  # does not answer the close
    server.terminate()
    staying.expect("goodbye")
    assert admin.get("/livez").status == 200
    assert admin.get("/readyz").status == 503
    with pytest.raises(OSError):
        Http(address).get("/livez")
    staying.close()
    assert server.wait_for_exit() == 0


@pytest.fixture
def lived(new_server):
    """A server on which some things have happened, stopped and started again."""
    server = new_server()
    alice, bob, carol = (server.user(name) for name in ("alice", "bob", "carol"))
    alice.http.patch("/v1/me", {"display_name": "Alice A", "privacy": {
        "last_seen": "contacts"}}).ok()
    alice.http.put(f"/v1/contacts/{bob.id}").ok(204)
    bob.http.put(f"/v1/blocks/{carol.id}").ok(204)
    direct = alice.direct_chat(bob)
    group = alice.group(bob, title="Old")
    alice.http.patch(f"/v1/chats/{group}", {"title": "New"}).ok()
    alice.http.put(f"/v1/chats/{group}/members/{bob.id}/role", {"role": "admin"}).ok(204)
    sent = alice.connect().say(direct, "hello")
    bob.received(direct, 1)
    bob.read(group, 2)
    return server, alice, bob, carol, direct, group, sent


PATHS = ("/v1/me", "/v1/devices", "/v1/contacts", "/v1/chats")


def everything(user, chats):
    pages = {path: user.http.get(path).ok() for path in PATHS}
    for chat in chats:
        for part in ("", "/members", "/messages", "/messages/1/receipts"):
            pages[f"{chat}{part}"] = user.http.get(f"/v1/chats/{chat}{part}").ok()
    for device in pages["/v1/devices"]["items"]:
        device.pop("last_seen", None)
    return pages


@pytest.mark.parametrize("ending", ["SIGTERM", "SIGKILL"])
def test_after_a_restart_everything_is_as_it_was(lived, ending):
    server, alice, bob, carol, direct, group, sent = lived
    before = [everything(user, (direct, group)) for user in (alice, bob)]
    if ending == "SIGTERM":
        server.stop()
    else:
        server.kill()
    server.start()
    assert [everything(user, (direct, group)) for user in (alice, bob)] == before
    assert carol.http.post("/v1/chats", {"type": "group", "title": "x", "members": [
        bob.id]}).problem(403, "forbidden")


def test_after_a_restart_the_same_client_id_is_still_the_same_message(lived):
    server, alice, bob, carol, direct, group, sent = lived
    server.restart()
    again = alice.connect().say(direct, "hello", client_id=sent["client_id"])
    assert {name: again[name] for name in ("seq", "message_id", "at")} == {
        name: sent[name] for name in ("seq", "message_id", "at")}
    conflict = alice.connect()
    conflict.send_message(direct, "other", client_id=sent["client_id"])
    conflict.expect_error("conflict", client_id=sent["client_id"])
    assert alice.connect().say(direct, "next")["seq"] == 2


def test_after_a_restart_sequence_and_cursors_go_on(lived):
    server, alice, bob, carol, direct, group, sent = lived
    server.restart()
    theirs = bob.connect()
    assert [(one["chat"], one["seq"]) for one in theirs.backlog if one["type"] == "message"] == [
        (group, 1), (group, 2), (group, 3)]
    mine = alice.connect(acknowledge=True)
    assert mine.say(group, "on we go")["seq"] == 4
    assert theirs.expect("message", chat=group, seq=4)["text"] == "on we go"
    theirs.send("read", chat=group, seq=4)
    assert mine.expect("receipt", user=bob.id)["read"] == 4


def test_after_a_restart_refresh_tokens_still_rotate(lived):
    server, alice, *_ = lived
    server.restart()
    pair = server.http().post("/v1/sessions/refresh", {
        "refresh_token": alice.device.refresh_token}).ok(200)
    server.http(pair["access_token"]).get("/v1/me").ok()
    server.restart()
    server.http().post("/v1/sessions/refresh", {
        "refresh_token": alice.device.refresh_token}).problem(401, "unauthorized")


def test_the_data_directory_is_private(new_server):
    server = new_server()
    assert server.data_dir.stat().st_mode & 0o077 == 0
    assert (server.data_dir / "control.sock").stat().st_mode & 0o077 == 0
