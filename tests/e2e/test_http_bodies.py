"""Bodies of requests as they come over the wire (RFC 9112 §6)."""

import pytest
from test_http_api import raw_request

BODY = b'{"display_name":"Chunky"}'


def patch_me(user, *headers, content=b""):
    head = [b"PATCH /v1/me HTTP/1.1", b"Host: x", b"Connection: close",
            b"Authorization: Bearer " + user.device.access_token.encode(),
            b"Content-Type: application/json", *headers]
    return raw_request(user.server.address, b"\r\n".join(head) + b"\r\n\r\n" + content)


def name_of(user):
    return user.http.get("/v1/me").ok()["display_name"]


def test_a_body_may_come_in_chunks(alice):
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (BODY[:7], BODY[7:]))
    answer = patch_me(alice, b"Transfer-Encoding: chunked", content=chunks + b"0\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200 "), answer
    assert name_of(alice) == "Chunky"


SMUGGLED = b"DELETE /v1/sessions/current HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n"


@pytest.mark.parametrize("headers, content", [
    ((b"Content-Length: %d", b"Transfer-Encoding: chunked"), b"0\r\n\r\n"),
    ((b"Transfer-Encoding: chunked", b"Content-Length: %d"), b"0\r\n\r\n"),
    ((b"Content-Length: 5", b"Content-Length: %d"), b"{    "),
    ((b"Transfer-Encoding: identity, chunked, x",), b"0\r\n\r\n"),
    ((b"Content-Length: -1",), b""), ((b"Content-Length: x",), b""),
    ((b"Content-Length: 99999999999999999999999",), b""),
    ((b"Transfer-Encoding: chunked",), b"zz\r\n{}\r\n0\r\n\r\n"),
    ((b"Transfer-Encoding: chunked",), b"fffffffffffffffff\r\n{}\r\n0\r\n\r\n"),
])
def test_a_length_that_is_unclear_is_refused_and_smuggles_nothing(alice, headers, content):
    smuggled = SMUGGLED % alice.device.access_token.encode()
    lengths = [one % len(content + smuggled) if b"%d" in one else one for one in headers]
    answer = patch_me(alice, *lengths, content=content + smuggled)
    assert answer == b"" or answer.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 413 ",
                                               b"HTTP/1.1 501 ")), answer
    assert answer.count(b"HTTP/1.1 ") <= 1
    assert alice.http.get("/v1/me").status == 200


def test_an_endless_body_in_chunks_is_too_large(alice):
    chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    answer = patch_me(alice, b"Transfer-Encoding: chunked", content=chunk * 24)
    assert answer.startswith(b"HTTP/1.1 413 ") and b'"too_large"' in answer, answer[:300]


def test_a_body_without_a_type_is_refused_or_read_as_json(alice):
    answer = alice.http.request("PATCH", "/v1/me", content=BODY, headers={"Content-Type": ""})
    assert answer.status in (200, 415), answer


@pytest.mark.parametrize("character", ["\0", "\x01", '"', "\\"], ids=ascii)
def test_the_longest_text_may_be_of_characters_that_json_makes_long(alice, bob, character):
    chat = alice.direct_chat(bob)
    theirs = bob.connect()
    text = character * 65_536
    alice.post(chat, text)
    assert theirs.expect("message", chat=chat)["text"] == text
    assert bob.history(chat)[0]["text"] == text
    theirs.barrier()
