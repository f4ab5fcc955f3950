"""What the documents say of input is so: whatever they do not allow is refused, and no member that
they name is ignored."""

import re
import uuid

import pytest
from harness.reference import Checker, Mismatch, reference, resolve
from harness.server import Server

UUID = "6a1c2b1e-8a48-4a5a-9d3f-2a35a2c6a001"
EXAMPLES = {"uuid": UUID, "id": "4711", "username": "somebody", "password": "correct horse",
            "time": "2031-03-01T12:00:00.000Z"}
STRANGE = (None, 4711, -1, True, "", "no such word", "\x00", [0], [], {}, {"a": 1})
JSON_TYPES = {"string": str, "integer": int, "boolean": bool, "array": list, "object": dict}


@pytest.fixture(scope="module")
def calm(tmp_path_factory):
    """A server that counts no requests."""
    running = Server(tmp_path_factory.mktemp("calm"), {"limits.enabled": "false"}).start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def operator(calm):
    """A client that may do everything."""
    account = {"username": "boss", "password": "correct horse battery"}
    calm.http().post("/v1/users", {**account, "claim": calm.claim_link.split("=")[1]}).ok(201)
    return calm.http(calm.http().post("/v1/sessions", account).ok(201)["access_token"])


def plain(document, schema):
    """The schema that a reference leads to, and the name it is known by."""
    name = ""
    while "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        schema = resolve(document, schema["$ref"])
    return schema, name


def example(document, schema):
    """A value that the schema allows; of an object, what it must have."""
    schema, name = plain(document, schema)
    if name in EXAMPLES:
        return EXAMPLES[name]
    if "oneOf" in schema:
        return example(document, schema["oneOf"][0])
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    if schema["type"] == "object":
        names = [*schema["required"], *schema["properties"].keys() & {"text"}]  # of kind text
        return {one: example(document, schema["properties"][one]) for one in names}
    if schema["type"] == "array":
        return [example(document, schema["items"])]
    return {"string": "a text", "integer": max(1, schema.get("minimum", 1)),
            "boolean": True}[schema["type"]]


def types_of(document, schema):
    """The JSON types that the schema allows."""
    schema, _ = plain(document, schema)
    if "oneOf" in schema:
        return {one for choice in schema["oneOf"] for one in types_of(document, choice)}
    return {str} if "const" in schema else {JSON_TYPES.get(schema["type"])}


def broken(document, schema):
    """Objects with one thing wrong; and the member, and whether its JSON type is wrong."""
    schema, _ = plain(document, schema)
    if "oneOf" in schema:
        for choice in schema["oneOf"]:
            yield from broken(document, choice)
        return
    good = example(document, schema)
    for name in schema["required"]:
        yield {one: value for one, value in good.items() if one != name}, name, True
    for name, inner in schema["properties"].items():
        if "const" in inner:
            continue
        for value in strange_values(document, inner, name in schema["required"]):
            yield {**good, name: value}, name, type(value) not in types_of(document, inner)
        if dict in types_of(document, inner):
            for value, member, wrong_type in broken(document, inner):
                yield {**good, name: value}, member, wrong_type


def strange_values(document, schema, required):
    for value in STRANGE:
        if value is None and not required:
            continue  # counts as missing
        try:
            Checker(document, received=True).check(schema, value, "")
        except Mismatch:
            yield value


def json_operations():
    document = reference.openapi
    for path, item in document["paths"].items():
        for method, operation in item.items():
            address = path
            for one in operation.get("parameters", ()):
                if one["in"] == "path":
                    value = example(document, one["schema"])
                    address = address.replace(f"{{{one['name']}}}", str(value))
            yield method.upper(), address, operation


def test_no_endpoint_takes_a_body_that_openapi_forbids(operator):
    tried = 0
    for method, address, operation in json_operations():
        json = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if json is None:
            continue
        for body, member, wrong_type in broken(reference.openapi, json["schema"]):
            answer = operator.request(method, address, body)
            tried += 1
            assert 400 <= answer.status < 500, (answer, body)
            if wrong_type:
                assert f"'{member}'" in answer.problem(400, "invalid")["detail"], (answer, body)
    assert tried > 50


def test_every_endpoint_with_a_body_refuses_one_of_another_media_type(operator):
    for method, address, operation in json_operations():
        if "requestBody" in operation:
            operator.request(method, address, content=b"{}", headers={
                "Content-Type": "text/plain"}).problem(415, "unsupported_media_type")


def test_no_endpoint_takes_a_parameter_that_openapi_forbids(calm, operator):
    chat = operator.post("/v1/chats", {"type": "group", "title": "A group"}).ok(201)["chat"]
    tried = 0
    for method, address, operation in json_operations():
        for one in operation.get("parameters", ()):
            schema, _ = plain(reference.openapi, one["schema"])
            if one["in"] != "query" or schema["type"] != "integer":
                continue
            for value in ("", "one", "1.5", str(schema["minimum"] - 1),
                          str(schema.get("maximum", 2 ** 63) + 1)):
                real = re.sub(UUID, chat, address)
                operator.request(method, real, **{one["name"]: value}).problem(400, "invalid")
                tried += 1
    assert tried > 20


def client_frames():
    for key, message in reference.asyncapi["channels"]["session"]["messages"].items():
        if key.startswith("client_"):
            yield message["name"], message["payload"]


def test_no_frame_is_taken_that_asyncapi_forbids(calm):
    alice = calm.user("alice")
    socket = alice.connect()
    tried = 0
    for name, payload in client_frames():
        for frame, member, wrong_type in broken(reference.asyncapi, payload):
            if member == "type":
                continue  # of no type at all: test_frames.py
            if name == "hello":
                socket = alice.device.socket()
            socket.send(**frame)
            error = socket.expect("error")
            tried += 1
            assert error["code"] in (("invalid",) if wrong_type else ("invalid", "not_found")), (
                frame, error)
            if wrong_type:
                assert f"'{member}'" in error["detail"], (frame, error)
            if name == "hello":
                socket.expect_close(4502)
                socket = alice.connect()
    assert tried > 50


def test_every_frame_that_asyncapi_allows_is_understood(calm):
    alice = calm.user("alice")
    chat = alice.direct_chat(calm.user("bob"))
    alice.post(chat, "the first")
    for name, payload in client_frames():
        if name == "hello":
            continue
        schema, _ = plain(reference.asyncapi, payload)
        frame = {one: example(reference.asyncapi, inner)
                 for one, inner in schema["properties"].items() if one != "media"}
        for one in ("chat", "client_id"):
            if one in frame:
                frame[one] = chat if one == "chat" else str(uuid.uuid4())
        if "users" in frame:
            frame["users"] = [alice.id]
        socket = alice.connect()
        socket.send(**frame)
        socket.barrier()
        assert socket.of_type("error") == [], (frame, socket.inbox)
        socket.close()
