"""What every HTTP answer keeps to: problems, methods, bodies, the listeners."""

import json
import socket

import pytest
from harness.people import PASSWORD


def raw_request(address, data):
    """Sends these bytes and gives all that comes back until the server closes."""
    host, port = address.rsplit(":", 1)
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
        return answer


@pytest.mark.parametrize("path, method, allow", [
    ("/v1/users", "DELETE", {"GET", "POST"}), ("/v1/sessions", "GET", {"POST"}),
    ("/v1/me", "POST", {"GET", "PATCH"}), ("/v1/chats", "PUT", {"GET", "POST"}),
    ("/v1/sessions/current", "POST", {"DELETE"}), ("/v1/contacts/1", "POST", {"PUT", "DELETE"}),
    ("/v1/sessions/refresh", "PUT", {"POST"}), ("/livez", "POST", {"GET"})])
def test_a_method_that_an_address_does_not_take_is_405_with_allow(alice, path, method, allow):
    answer = alice.http.request(method, path, {})
    answer.problem(405, "method_not_allowed")
    assert allow <= {name.strip() for name in answer.headers["Allow"].split(",")}
    assert method not in answer.headers["Allow"]


@pytest.mark.parametrize("path", ["/v1/nothing", "/v1", "/v1/", "/v1/chats/", "/v2/users",
                                  "/v1/users/1/2/3", "/v1//users", "/v1/../v1/me", "/nothing"])
def test_an_unknown_address_is_not_found(alice, path):
    alice.http.get(path).problem(404, "not_found")


@pytest.mark.parametrize("path", ["/v1/me", "/v1/devices", "/v1/contacts", "/v1/chats",
                                  "/v1/users/1", "/v1/users/1/presence"])
def test_without_a_token_it_is_401_with_www_authenticate(server, path):
    server.http().get(path).problem(401, "unauthorized")


def test_every_documented_error_status_stands_in_the_document(alice):
    problem = alice.http.get("/v1/users/4711").problem(404, "not_found")
    assert set(problem) >= {"type", "title", "status", "detail", "code"}


@pytest.mark.parametrize("content", [b"", b"{", b"nonsense", b"[]", b"1", b"null", b'"x"',
                                     b"{'a': 1}", b'{"a":1}{"b":2}', b"\xff\xfe{}", b'{"a":\xff}',
                                     b'{"a": NaN}', b"{" * 100_000, b'{"a":' * 10_000])
def test_a_body_that_is_no_json_object_is_invalid(server, content):
    server.http().post("/v1/users", content=content).problem(400, "invalid")


def test_a_body_of_another_type_is_415(server):
    answer = server.http().post("/v1/users", content=b"username=x",
                                headers={"Content-Type": "application/x-www-form-urlencoded"})
    answer.problem(415, "unsupported_media_type")


def test_json_with_a_charset_is_json(server, alice):
    body = json.dumps({"username": alice.username + "c", "password": PASSWORD,
                       "display_name": "C"}).encode()
    server.http().post("/v1/users", content=body, headers={
        "Content-Type": "application/json; charset=utf-8"}).ok(201)


def test_a_body_that_is_too_large_is_413(server):
    content = b'{"username":"' + b"x" * (4 * 1024 * 1024) + b'"}'
    head = (f"POST /v1/users HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(content)}\r\n\r\n").encode()
    answer = raw_request(server.address, head + content[:1024])
    assert answer.startswith(b"HTTP/1.1 413 ") and b'"too_large"' in answer


def test_headers_that_are_too_large_are_refused(server):
    head = b"GET /livez HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 100_000 + b"\r\n\r\n"
    answer = raw_request(server.address, head)
    assert answer.split(b" ")[1] in (b"413", b"431"), answer[:200]


@pytest.mark.parametrize("request_", [
    b"nonsense\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n",
    b"GET /v1/me HTTP/1.1\r\nBad Header\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"GET /v1/me%ZZ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    b"GET /v1/users?query=%ff HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"])
def test_malformed_http_is_400_and_the_server_lives(server, request_):
    answer = raw_request(server.address, request_)
    assert answer == b"" or answer.startswith(b"HTTP/1.1 400 "), answer
    server.http().get("/livez").ok()


def test_one_connection_takes_requests_one_after_the_other(server):
    request = b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"
    last = b"GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    assert raw_request(server.address, request * 3 + last).count(b"HTTP/1.1 200 OK") == 4


def test_a_head_request_has_headers_and_no_body(server):
    answer = server.http().request("HEAD", "/livez")
    assert answer.status == 200 and answer.body == b""


def test_expect_100_continue_is_answered(server):
    head = (b"POST /v1/sessions/refresh HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
            b"Content-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
    answer = raw_request(server.address, head)
    assert answer.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 400 ")


# The listeners


@pytest.mark.parametrize("path", ["/livez", "/readyz"])
def test_health_is_on_both_listeners(server, path):
    for http in (server.http(), server.admin()):
        assert http.get(path).ok()["status"] in ("alive", "ready")


@pytest.mark.parametrize("path, contains", [("/openapi.json", "/v1/chats/{chat}/messages"),
                                            ("/asyncapi.json", "welcome"),
                                            ("/docs", "/v1/users")])
def test_the_references_are_on_both_listeners(server, path, contains):
    for http in (server.http(), server.admin()):
        answer = http.get(path)
        assert answer.status == 200, answer
        assert contains in answer.body.decode()


def test_openapi_names_every_row_of_the_protocol(server):
    openapi = server.http().get("/openapi.json").ok()
    assert openapi["openapi"].startswith("3.1")
    served = {(method.upper(), path) for path, methods in openapi["paths"].items()
              for method in methods}
    for method, path in [
            ("POST", "/v1/users"), ("POST", "/v1/sessions"), ("POST", "/v1/sessions/refresh"),
            ("DELETE", "/v1/sessions/current"), ("GET", "/v1/devices"), ("GET", "/v1/me"),
            ("PATCH", "/v1/me"), ("GET", "/v1/users"), ("GET", "/v1/contacts"),
            ("POST", "/v1/chats"), ("GET", "/v1/chats")]:
        assert (method, path) in served


def test_metrics_are_on_the_admin_listener_only(server):
    server.http().get("/metrics").problem(404, "not_found")
    answer = server.admin().get("/metrics")
    assert answer.status == 200 and answer.headers["Content-Type"].startswith("text/plain")
    assert b"# TYPE banter_" in answer.body


def test_the_api_is_not_on_the_admin_listener(server, alice):
    server.admin().get("/v1/me", headers={
        "Authorization": f"Bearer {alice.device.access_token}"}).problem(404, "not_found")


def test_metrics_count_sessions(server, alice):
    before = server.metric("banter_sessions_opened_total")
    alice.connect()
    assert server.metric("banter_sessions_opened_total") > before


def test_the_web_client_is_served_with_a_content_security_policy(server):
    page = server.http().get("/")
    assert page.status == 200 and page.headers["Content-Type"].startswith("text/html")
    assert "default-src 'self'" in page.headers["Content-Security-Policy"]
    again = server.http().get("/", headers={"If-None-Match": page.headers["ETag"]})
    assert again.status == 304 and again.body == b""
