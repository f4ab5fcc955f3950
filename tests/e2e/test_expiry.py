"""Tokens and invites that have lived their time."""

from harness.people import PASSWORD
from harness.waiting import Stopwatch, eventually
from harness.websocket import WebSocket


def refresh(server, token):
    return server.http().post("/v1/sessions/refresh", {"refresh_token": token})


def works(server, **options):
    return server.http(options.pop("token", None)).get("/v1/me", **options).status == 200


def test_a_hello_with_an_access_token_that_has_ended_is_unauthorized(new_server):
    server = new_server({"auth.access_ttl_s": 1})
    alice = server.user()
    eventually(lambda: not works(server, token=alice.device.access_token), "the token ends")
    socket = alice.device.socket()
    socket.send("hello", token=alice.device.access_token)
    socket.expect_error("unauthorized")
    socket.expect_close(4500)
    pair = refresh(server, alice.device.refresh_token).ok(200)
    assert alice.device.socket().hello(pair["access_token"])["device"] == alice.device.id


def test_a_refresh_token_and_a_cookie_end_in_time(new_server):
    server = new_server({"auth.refresh_ttl_s": 2, "auth.access_ttl_s": 60})
    alice = server.user()
    watch = Stopwatch()
    answer = server.http().post("/v1/sessions", {
        "username": alice.username, "password": PASSWORD, "device_name": "browser"},
        headers={"Origin": server.url})
    pair = answer.ok(201)
    cookie = {"Cookie": answer.headers["Set-Cookie"].split(";")[0], "Origin": server.url}
    assert works(server, headers=cookie) or watch.seconds > 2
    eventually(lambda: not works(server, headers=cookie), "the cookie ends")
    assert watch.seconds >= 2
    refresh(server, pair["refresh_token"]).problem(401, "unauthorized")
    socket = WebSocket(server.address, cookie)
    socket.send("hello")
    socket.expect_error("unauthorized")
    socket.expect_close(4500)


def test_a_refresh_prolongs_the_life_of_a_device(new_server):
    server = new_server({"auth.refresh_ttl_s": 4, "auth.access_ttl_s": 60})
    alice = server.user()
    watch = Stopwatch()
    token = alice.device.refresh_token
    while watch.seconds < 7:
        alice.connect().read_for(1)
        pair = refresh(server, token).ok(200)
        token, alice.device.access_token = pair["refresh_token"], pair["access_token"]
    alice.http.get("/v1/me").ok()


def test_an_ended_access_token_is_refused_at_the_upgrade(new_server):
    server = new_server({"auth.access_ttl_s": 1})
    alice = server.user()
    eventually(lambda: not works(server, token=alice.device.access_token), "the token ends")
    server.http(alice.device.access_token).get("/v1/ws", headers={
        "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}).problem(401, "unauthorized")
