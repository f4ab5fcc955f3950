"""A server short of what it needs, and connections that only sit there."""

import resource
import socket

import pytest
from harness.server import Server
from harness.waiting import SLOWNESS, Stopwatch, eventually


def idle_connection(server, data=b""):
    host, port = server.address.rsplit(":", 1)
    connection = socket.create_connection((host, int(port)))
    connection.sendall(data)
    return connection


@pytest.mark.parametrize("data", [b"", b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n", b"GET /li"],
                         ids=["silent", "kept alive", "half a request"])
def test_idle_connections_do_not_hold_up_a_stop(new_server, data):
    server = new_server()
    connections = [idle_connection(server, data) for _ in range(20)]
    server.user().device.socket()  # has not said hello
    watch = Stopwatch()
    server.terminate()
    assert server.wait_for_exit() == 0
    assert watch.seconds < 8 * SLOWNESS
    for connection in connections:
        connection.close()


@pytest.mark.unsanitized
def test_a_server_out_of_file_descriptors_goes_on_when_some_are_free_again(new_server):
    server = new_server()
    alice, bob = server.user(), server.user()
    chat = alice.direct_chat(bob)
    mine, theirs = alice.connect(), bob.connect()
    resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (300, 300))
    connections = [idle_connection(server) for _ in range(400)]
    mine.say(chat, "those who are in go on")
    theirs.expect("message", chat=chat, seq=1)
    for connection in connections:
        connection.close()
    eventually(lambda: alice.http.get("/v1/me").status == 200, "new connections are served")
    bob.connect().say(chat, "as before")
    server.expected_errors |= {line["event"] for line in server.log_lines()
                               if "accept" in line["event"]}


@pytest.mark.parametrize("shards", [1, 2, 5])
def test_any_number_of_shards_serves_alike(new_server, shards):
    server = new_server({"shards": shards})
    users = [server.user() for _ in range(6)]
    group = users[0].group(*users[1:])
    sockets = [user.connect(acknowledge=True) for user in users]
    for n in range(20):
        for socket_ in sockets:
            socket_.send_message(group, f"{n}")
    for socket_ in sockets:
        assert [one["seq"] for one in socket_.expect_messages(group, 120)] == list(range(2, 122))
    sockets[1].send("watch", users=[user.id for user in users])
    for user in users:
        sockets[1].expect("presence", user=user.id, status="online")
    sockets[2].send("typing", chat=group, on=True)
    sockets[3].send("read", chat=group, seq=121)
    for place in (0, 1, 4, 5):
        sockets[place].expect("typing", user=users[2].id, on=True)
        sockets[place].expect("receipt", user=users[3].id, read=121)


def test_a_directory_served_with_fewer_shards_and_then_more_keeps_everything(tmp_path):
    server = Server(tmp_path, {"shards": 1})
    server.start()
    users = [server.user() for _ in range(5)]
    chats = [users[0].direct_chat(user) for user in users[1:]] + [users[0].group(*users[1:])]
    head = {chat: users[0].post(chat, "one")["seq"] for chat in chats}
    for shards in (4, 2, 7):
        server.settings["shards"] = shards
        server.restart()
        for chat in chats:
            head[chat] += 1
            assert users[0].post(chat, f"with {shards} shards")["seq"] == head[chat]
            assert [one["seq"] for one in users[0].history(chat)] == list(
                range(1, head[chat] + 1))
    assert len(users[1].connect().backlog) > 8
    server.stop()
