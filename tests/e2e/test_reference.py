"""The documents that the server gives out: well-formed, whole, and readable for people. That the
server keeps to them is checked with every answer and frame of every test (harness/reference.py);
what they say of input is in test_reference_input.py."""

import json
import re
from pathlib import Path

import pytest
from harness.reference import KEYWORDS, TYPES, Checker, Mismatch, operations_of, resolve

ROOT = Path(__file__).resolve().parents[2]
UUID = "6a1c2b1e-8a48-4a5a-9d3f-2a35a2c6a001"


@pytest.fixture(scope="module")
def openapi(server):
    return server.http().get("/openapi.json").ok()


@pytest.fixture(scope="module")
def asyncapi(server):
    return server.http().get("/asyncapi.json").ok()


@pytest.fixture(scope="module")
def docs(server):
    return server.http().get("/docs").body.decode()


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


def schemas(document):
    """Every JSON Schema of a document, with those within it."""
    def within(schema):
        yield schema
        for inner in (*schema.get("properties", {}).values(), *schema.get("oneOf", ()),
                      *([schema["items"]] if "items" in schema else [])):
            yield from within(inner)

    for schema in document["components"]["schemas"].values():
        yield from within(schema)
    for _, operation in operations(document):
        for one in operation.get("parameters", ()):
            yield from within(one["schema"])
        for content in contents(operation):
            yield from within(content.get("schema", {}))
    for message in messages(document).values():
        yield from within(message["payload"])


def operations(document):
    """Each operation of OpenAPI with its path."""
    for path, item in document.get("paths", {}).items():
        for method, operation in item.items():
            yield f"{method} {path}", operation


def contents(operation):
    bodies = [operation["requestBody"]] if "requestBody" in operation else []
    for one in (*bodies, *operation["responses"].values()):
        yield from one.get("content", {}).values()


def messages(document):
    return document.get("channels", {}).get("session", {}).get("messages", {})


@pytest.mark.parametrize("name", ["openapi", "asyncapi"])
def test_every_reference_leads_somewhere_and_every_schema_is_referred_to(request, name):
    document = request.getfixturevalue(name)
    found = set(references(document))
    for reference in found:
        resolve(document, reference)
    for schema in document["components"]["schemas"]:
        assert f"#/components/schemas/{schema}" in found, schema


@pytest.mark.parametrize("name", ["openapi", "asyncapi"])
def test_every_schema_is_well_formed(request, name):
    for schema in schemas(request.getfixturevalue(name)):
        assert schema.keys() <= KEYWORDS, schema
        assert schema == {} or schema.keys() & {"$ref", "type", "const", "oneOf"}, schema
        assert schema.get("type", "integer") in (*TYPES, "integer"), schema
        if "properties" in schema:
            required = schema["required"]
            assert len(set(required)) == len(required), schema
            assert set(required) <= schema["properties"].keys(), schema
        if schema.get("type") == "array":
            assert "items" in schema, schema
        for choices in ("enum", "oneOf"):
            assert len(schema.get(choices, "ab")) > 1, schema
        re.compile(schema.get("pattern", ""))


def test_openapi_is_a_document_of_version_3_1(openapi):
    assert re.fullmatch(r"3\.1\.\d+", openapi["openapi"])
    assert openapi["info"]["title"] and openapi["info"]["version"]
    for scheme in openapi["security"]:
        assert scheme.keys() <= openapi["components"]["securitySchemes"].keys()
    ids = [operation["operationId"] for _, operation in operations(openapi)]
    assert len(set(ids)) == len(ids)
    for path, operation in operations(openapi):
        assert operation["summary"], path
        parameters = operation.get("parameters", [])
        assert len({(one["name"], one["in"]) for one in parameters}) == len(parameters), path
        in_path = {one["name"] for one in parameters if one["in"] == "path"}
        assert in_path == set(re.findall(r"\{(\w+)\}", path)), path
        assert all(one["required"] for one in parameters if one["in"] == "path"), path
        assert any(status.startswith("2") for status in operation["responses"]), path
        for status, response in operation["responses"].items():
            assert re.fullmatch(r"[1-5]\d\d", status), path
            assert resolve(openapi, response["$ref"]) if "$ref" in response else (
                response["description"]), path


def test_asyncapi_is_a_document_of_version_3_1(asyncapi):
    assert asyncapi["asyncapi"] == "3.1.0"
    assert asyncapi["info"]["title"] and asyncapi["info"]["version"]
    assert asyncapi["channels"]["session"]["address"] == "/v1/ws"
    said = []
    for name, operation in asyncapi["operations"].items():
        assert operation["channel"] == {"$ref": "#/channels/session"}, name
        assert operation["action"] in ("send", "receive"), name
        sender = {"send": "server_", "receive": "client_"}[operation["action"]]
        for one in operation["messages"]:
            message = resolve(asyncapi, one["$ref"])
            key = one["$ref"].rpartition("/")[2]
            assert one["$ref"] == f"#/channels/session/messages/{key}"
            assert key == sender + message["name"], key
            assert message["payload"]["properties"]["type"] == {"const": message["name"]}, key
            assert message["summary"], key
            said.append(key)
    assert sorted(said) == sorted(messages(asyncapi))


def test_asyncapi_names_every_frame_of_the_protocol(asyncapi):
    client = {"hello", "send", "received", "read", "typing", "watch", "unwatch", "ping"}
    server = {"welcome", "synced", "sent", "message", "receipt", "presence", "typing", "chat",
              "error", "goodbye", "pong"}
    assert {f"client_{one}" for one in client} | {f"server_{one}" for one in server} <= (
        messages(asyncapi).keys())


def test_every_operation_of_openapi_exists(alice, openapi):
    examples = {"uuid": UUID, "id": "4711", "seq": "1"}
    for path, item in openapi["paths"].items():
        for method, operation in operations_of(item).items():
            if path == "/v1/sessions/current":
                continue  # it would end the session that asks
            address = path
            for one in operation.get("parameters", ()):
                kind = one["schema"]["$ref"].rpartition("/")[2]
                address = address.replace(f"{{{one['name']}}}", examples.get(kind, "something"))
            answer = alice.http.request(method, address)
            assert answer.status != 405, answer
            assert b"nothing at this address" not in answer.body, answer


LIES = [
    ({"type": "integer"}, True),
    ({"type": "integer", "minimum": 1}, 0),
    ({"type": "string"}, None),
    ({"type": "string", "enum": ["a", "b"]}, "c"),
    ({"type": "string", "format": "uuid"}, UUID.upper()),
    ({"type": "string", "format": "date-time"}, "2025-03-01T12:00:00Z"),
    ({"type": "string", "pattern": "^[1-9][0-9]*$"}, "01"),
    ({"type": "string", "maxLength": 2}, "abc"),
    ({"const": "a"}, "b"),
    ({"type": "array", "items": {"type": "string"}}, ["a", 1]),
    ({"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}, {}),
    ({"type": "object", "properties": {}, "required": []}, {"undeclared": 1}),
    ({"oneOf": [{"type": "string"}, {"type": "null"}]}, 1),
    ({"oneOf": [{"type": "string"}, {"const": "a"}]}, "a"),
    ({"minItems": 1}, []),
]


@pytest.mark.parametrize("schema, value", LIES, ids=lambda one: str(one))
def test_the_checker_of_answers_and_frames_takes_no_lie(schema, value):
    with pytest.raises(Mismatch):
        Checker({}).check(schema, value, "value")


def test_the_page_for_people_is_html_and_needs_no_other_host(server):
    page = server.http().get("/docs")
    assert page.status == 200 and page.headers["Content-Type"].startswith("text/html")
    loaded = re.findall(r'(?:src|href)="(https?:)?//', page.body.decode())
    assert loaded == []


def test_the_page_for_people_shows_every_endpoint_frame_and_type(docs, openapi, asyncapi):
    for path, _ in operations(openapi):
        method, _, address = path.partition(" ")
        assert f"<h3>{method.upper()} {address}</h3>" in docs
    for message in messages(asyncapi).values():
        assert f"<h3>{message['name']}</h3>" in docs
    for document in (openapi, asyncapi):
        for name in document["components"]["schemas"]:
            assert f'id="{name}"' in docs
    targets = set(re.findall(r'href="#(\w+)"', docs))
    assert targets and targets <= set(re.findall(r'id="(\w+)"', docs))


def test_the_guide_names_every_error_and_every_code_with_which_a_socket_is_closed(docs):
    guide = (ROOT / "docs" / "reference" / "protocol.md").read_text()
    rows = re.findall(r"<tr><td>(\w+)</td>", docs)
    assert {"invalid", "overloaded", "1009", "4012"} <= set(rows)
    for name in rows:
        assert f"`{name}`" in guide, name


def test_the_example_of_the_guide_keeps_to_asyncapi(asyncapi):
    guide = (ROOT / "docs" / "reference" / "protocol.md").read_text()
    frames = re.findall(r"^(client|server): (.*)$", guide, re.MULTILINE)
    assert len(frames) > 10
    for sender, text in frames:
        frame = json.loads(text)
        payload = messages(asyncapi)[f"{sender}_{frame['type']}"]["payload"]
        Checker(asyncapi).check(payload, frame, text)
