"""Browsers: which origins may use the server, and the cookie they get."""

import http.cookies

import pytest
from harness.people import PASSWORD
from harness.websocket import WebSocket

FOREIGN = "https://evil.example"


def sign_in(user, origin):
    return user.server.http().post("/v1/sessions", {
        "username": user.username, "password": PASSWORD, "device_name": "browser"},
        headers={"Origin": origin})


def cookie_of(answer):
    cookie = http.cookies.SimpleCookie(answer.headers["Set-Cookie"])["__Host-banter"]
    return cookie


@pytest.fixture
def cookie(server, alice):
    """The headers of a signed-in browser."""
    value = cookie_of(sign_in(alice, server.url)).value
    return {"Cookie": f"theme=dark; __Host-banter={value}; x=y", "Origin": server.url}


@pytest.mark.parametrize("origin", [FOREIGN, "null", "", "http://127.0.0.1:1", "HTTP://127.0.0.1"])
@pytest.mark.parametrize("method, path", [("GET", "/v1/me"), ("POST", "/v1/users"),
                                          ("POST", "/v1/sessions"), ("GET", "/v1/chats")])
def test_a_foreign_origin_is_forbidden(alice, origin, method, path):
    body = {"username": alice.username, "password": PASSWORD, "device_name": "x"}
    answer = alice.http.request(method, path, body if method == "POST" else None,
                                headers={"Origin": origin})
    answer.problem(403, "forbidden")
    assert answer.headers["Set-Cookie"] is None


def test_the_servers_own_origin_and_an_absent_one_pass(server, alice):
    alice.http.get("/v1/me", headers={"Origin": server.url}).ok()
    alice.http.get("/v1/me").ok()


def test_listed_origins_and_the_public_url_pass(new_server):
    server = new_server({"public_url": "https://chat.example/",
                         "allowed_origins": "https://one.example,https://two.example"})
    alice = server.user()
    for origin in ("https://chat.example", "https://one.example", "https://two.example"):
        alice.http.get("/v1/me", headers={"Origin": origin}).ok()
        WebSocket(server.address, {"Origin": origin}).drop()
    for origin in (server.url, "https://one.example:444", "http://one.example", FOREIGN):
        alice.http.get("/v1/me", headers={"Origin": origin}).problem(403, "forbidden")
    assert server.claim_link.startswith("https://chat.example/#claim=")


def test_a_browser_gets_a_cookie_that_scripts_cannot_read(server, alice):
    cookie = cookie_of(sign_in(alice, server.url))
    assert cookie["httponly"] and cookie["secure"] and cookie["samesite"] == "Strict"
    assert cookie["path"] == "/" and cookie["domain"] == ""
    assert int(cookie["max-age"]) == 60 * 24 * 3600


def test_the_cookie_signs_in_over_http_and_websocket(server, alice, cookie):
    assert server.http().get("/v1/me", headers=cookie).ok()["user"] == alice.id
    socket = WebSocket(server.address, cookie)
    assert socket.hello()["user"] == alice.id


def test_the_cookie_is_no_bearer_token_for_a_foreign_origin(server, cookie):
    foreign = {**cookie, "Origin": FOREIGN}
    server.http().get("/v1/me", headers=foreign).problem(403, "forbidden")


def test_signing_out_ends_the_cookie_and_clears_it(server, cookie):
    socket = WebSocket(server.address, cookie)
    socket.hello()
    answer = server.http().delete("/v1/sessions/current", headers=cookie)
    answer.ok(204)
    cleared = cookie_of(answer)
    assert cleared.value == "" and cleared["max-age"] == "0"
    socket.expect_close(4501, within=5)
    server.http().get("/v1/me", headers=cookie).problem(401, "unauthorized")


def test_an_ended_cookie_is_told_by_the_hello(server, cookie):
    server.http().delete("/v1/sessions/current", headers=cookie).ok(204)
    socket = WebSocket(server.address, cookie)
    socket.send("hello")
    socket.expect_error("unauthorized")
    socket.expect_close(4500)


@pytest.mark.parametrize("origin", [FOREIGN, "null"])
def test_a_websocket_of_a_foreign_origin_is_forbidden(server, alice, origin):
    alice.http.get("/v1/ws", headers={
        "Origin": origin, "Connection": "Upgrade", "Upgrade": "websocket",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version": "13"}).problem(403, "forbidden")


def test_the_page_itself_may_be_opened_from_anywhere(server):
    assert server.http().get("/", headers={"Origin": FOREIGN}).status == 200
