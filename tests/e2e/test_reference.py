"""The documents that the server gives out describe the server that gives them out."""

import re

import pytest

UUID = "6a1c2b1e-8a48-4a5a-9d3f-2a35a2c6a001"
PLACEHOLDERS = {"chat": UUID, "media": UUID, "seq": "1", "user": "4711", "device": "4711",
                "link": UUID, "token": "bnl_unknown"}


@pytest.fixture(scope="module")
def openapi(server):
    return server.http().get("/openapi.json").ok()


@pytest.fixture(scope="module")
def asyncapi(server):
    return server.http().get("/asyncapi.json").ok()


def references(node):
    """Every $ref in a document."""
    if isinstance(node, dict):
        for name, value in node.items():
            if name == "$ref" and isinstance(value, str):
                yield value
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def resolve(document, reference):
    assert reference.startswith("#/"), reference
    node = document
    for name in reference[2:].split("/"):
        node = node[name.replace("~1", "/").replace("~0", "~")]
    return node


@pytest.mark.parametrize("name", ["openapi", "asyncapi"])
def test_every_reference_within_a_document_leads_somewhere(request, name):
    document = request.getfixturevalue(name)
    for reference in set(references(document)):
        resolve(document, reference)


def test_every_operation_of_openapi_exists(alice, openapi):
    for path, operations in openapi["paths"].items():
        address = re.sub(r"\{(\w+)\}", lambda match: PLACEHOLDERS[match[1]], path)
        for method in operations.keys() & {"get", "post", "put", "patch", "delete"}:
            if path == "/v1/sessions/current" or path == "/v1/ws":
                continue
            answer = alice.http.request(method.upper(), address)
            assert answer.status != 405, answer
            assert b"nothing at this address" not in answer.body, answer


def test_openapi_tells_the_answers_of_every_operation(openapi):
    for path, operations in openapi["paths"].items():
        for method in operations.keys() & {"get", "post", "put", "patch", "delete"}:
            operation = operations[method]
            assert operation["summary"] or operation["description"], (method, path)
            assert any(status.startswith(("1", "2")) for status in operation["responses"])


def test_asyncapi_names_every_frame_of_the_protocol(asyncapi):
    assert asyncapi["asyncapi"].startswith("3.")
    text = str(asyncapi)
    for frame in ("hello", "send", "received", "read", "typing", "watch", "unwatch", "ping",
                  "welcome", "synced", "sent", "message", "receipt", "presence", "chat", "error",
                  "goodbye", "pong"):
        assert f"'{frame}'" in text, frame


def test_the_page_of_the_reference_is_html_and_needs_no_other_host(server):
    page = server.http().get("/docs")
    assert page.status == 200 and page.headers["Content-Type"].startswith("text/html")
    loaded = re.findall(r'(?:src|href)="(https?:)?//', page.body.decode())
    assert loaded == []
