"""The documents that the server gives out, and whether what it says keeps to them.

Every answer and every server frame that the test clients see is checked against them: a status
or a member that the documents do not name fails the test that met it.
"""

import http.client
import json
import re
from urllib.parse import parse_qsl, unquote, urlsplit

from .waiting import PATIENCE_S

PROBLEM = "application/problem+json"
UNDESCRIBED_ERRORS = (400, 401, 403, 404, 405, 408, 413)  # where no operation is
KEYWORDS = {"$ref", "type", "const", "enum", "properties", "required", "items", "oneOf", "pattern",
            "format", "minimum", "maximum", "minLength", "maxLength", "default", "description"}
WRITTEN = {
    "uuid": r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
    "date-time": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z",
    "uri": r"https?://\S+",
}
READ = {**WRITTEN, "uuid": f"(?i:{WRITTEN['uuid']})",
        "date-time": r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)"}
TYPES = {"string": str, "boolean": bool, "object": dict, "array": list, "null": type(None)}
FRAME_BYTES = 256 * 1024


class Mismatch(AssertionError):
    """What was said is not what the documents describe."""


def resolve(document, reference):
    """The node that a "$ref" leads to."""
    if not reference.startswith("#/"):
        raise Mismatch(f"a reference leaves the document: {reference}")
    node = document
    for name in reference[2:].split("/"):
        name = name.replace("~1", "/").replace("~0", "~")
        if name not in node:
            raise Mismatch(f"a reference leads nowhere: {reference}")
        node = node[name]
    return node


class Checker:
    """Values against the JSON Schemas of one document. `received`: the server reads the value;
    then it may have members that nobody knows, UUIDs in upper case, and times of any place."""

    def __init__(self, document, received=False):
        self.document = document
        self.received = received

    def check(self, schema, value, where):
        unknown = schema.keys() - KEYWORDS
        if unknown:
            raise Mismatch(f"{where}: this checker does not know {unknown}")
        if "$ref" in schema:
            self.check(resolve(self.document, schema["$ref"]), value, where)
        elif "oneOf" in schema:
            self._check_choice(schema["oneOf"], value, where)
        elif "const" in schema:
            if value != schema["const"]:
                raise Mismatch(f"{where}: {value!r} is not {schema['const']!r}")
        elif "type" in schema:
            self._check_type(schema, value, where)

    def _check_choice(self, choices, value, where):
        fitting = []
        reasons = []
        for choice in choices:
            try:
                self.check(choice, value, where)
                fitting.append(choice)
            except Mismatch as mismatch:
                reasons.append(str(mismatch))
        if len(fitting) != 1:
            raise Mismatch(f"{where}: {len(fitting)} choices fit {value!r}: {reasons}")

    def _check_type(self, schema, value, where):
        name = schema["type"]
        if name == "integer":
            fits = isinstance(value, int) and not isinstance(value, bool)
        else:
            fits = isinstance(value, TYPES[name])
        if not fits:
            raise Mismatch(f"{where}: {value!r} is no {name}")
        if "enum" in schema and value not in schema["enum"]:
            raise Mismatch(f"{where}: {value!r} is none of {schema['enum']}")
        if name == "object":
            self._check_members(schema, value, where)
        elif name == "array":
            for index, item in enumerate(value):
                self.check(schema["items"], item, f"{where}[{index}]")
        elif name == "string":
            self._check_text(schema, value, where)
        elif name == "integer":
            if not schema.get("minimum", value) <= value <= schema.get("maximum", value):
                raise Mismatch(f"{where}: {value} is out of range")

    def _check_members(self, schema, value, where):
        if self.received:
            value = {name: one for name, one in value.items() if one is not None}
        missing = set(schema.get("required", ())) - value.keys()
        if missing:
            raise Mismatch(f"{where}: lacks {sorted(missing)}")
        for name, one in value.items():
            if name in schema["properties"]:
                self.check(schema["properties"][name], one, f"{where}.{name}")
            elif not self.received:
                raise Mismatch(f"{where}: the undeclared member {name!r}")

    def _check_text(self, schema, value, where):
        if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)):
            raise Mismatch(f"{where}: a length of {len(value)}")
        if "pattern" in schema and not re.search(schema["pattern"], value):
            raise Mismatch(f"{where}: {value!r} is not {schema['pattern']}")
        if "format" in schema:
            formats = READ if self.received else WRITTEN
            if not re.fullmatch(formats[schema["format"]], value):
                raise Mismatch(f"{where}: {value!r} is no {schema['format']}")


class Reference:
    """Both documents, fetched once: all servers of a test run are the same program."""

    def __init__(self):
        self.openapi = None
        self.asyncapi = None

    def load(self, address):
        if self.asyncapi is None:
            self.openapi = fetch(address, "/openapi.json")
            self.asyncapi = fetch(address, "/asyncapi.json")

    # HTTP

    def check_answer(self, answer, method, target, content, client):
        """`content`: the body that was sent, None without one."""
        self.load(client.address)
        parts = urlsplit(target)
        item = self._path_item(unquote(parts.path), method)
        if client.admin and parts.path.startswith("/v1/"):
            item = None  # which has the paths without a version only
        try:
            if item is None:
                self._check_undescribed(answer, parts.path)
            elif method not in operations_of(item):
                self._check_without_operation(answer, item)
            else:
                operation = operations_of(item)[method]
                self._check_described(answer, operation, method == "HEAD")
                if answer.status < 300:
                    self._check_accepted(operation, parts.query, content)
        except Mismatch as mismatch:
            raise Mismatch(f"{answer} breaks /openapi.json: {mismatch}") from None

    def _path_item(self, path, method):
        """The path that fits best: one with this method, of those the one with most words."""
        fitting = [(method in operations_of(item), -template.count("{"), template)
                   for template, item in self.openapi["paths"].items()
                   if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path)]
        return self.openapi["paths"][max(fitting)[2]] if fitting else None

    def _check_undescribed(self, answer, path):
        if answer.content_type == PROBLEM:
            self._check_problem(answer)
        if path.startswith("/v1/"):
            if answer.status not in UNDESCRIBED_ERRORS or answer.content_type != PROBLEM:
                raise Mismatch("no such path is described")

    def _check_without_operation(self, answer, item):
        if answer.status == 405:
            allowed = set(answer.headers["Allow"].split(", "))
            if allowed != operations_of(item).keys() - {"HEAD"}:
                raise Mismatch(f"Allow is {allowed}")
        elif answer.status not in UNDESCRIBED_ERRORS:
            raise Mismatch("no such method is described")
        self._check_problem(answer)

    def _check_problem(self, answer):
        if answer.body:
            self._check_json(answer, {"$ref": "#/components/schemas/Problem"})

    def _check_json(self, answer, schema):
        try:
            value = json.loads(answer.body)
        except ValueError:
            raise Mismatch("the body is no JSON") from None
        Checker(self.openapi).check(schema, value, "body")
        return value

    def _check_described(self, answer, operation, head):
        response = operation["responses"].get(str(answer.status))
        if response is None:
            raise Mismatch(f"the status {answer.status} is not declared")
        error = response.get("$ref", "").rpartition("/")[2]
        if error:
            response = resolve(self.openapi, response["$ref"])
        for name in response.get("headers", {}):
            if name not in answer.headers:
                raise Mismatch(f"the header {name} is missing")
        contents = response.get("content")
        if contents is None:
            if answer.body or (answer.content_type and answer.status != 304):
                raise Mismatch("content that is not declared")
            return
        if answer.content_type not in contents:
            raise Mismatch(f"the media type {answer.content_type} is not declared")
        schema = contents[answer.content_type].get("schema")
        if schema is not None and not head:
            value = self._check_json(answer, schema)
            if error and value["code"] != {"timeout": "invalid"}.get(error, error):
                raise Mismatch(f"the code {value['code']} with the status {answer.status}")

    def _check_accepted(self, operation, query, content):
        """What the server took is what the document says it takes."""
        checker = Checker(self.openapi, received=True)
        declared = {one["name"]: one["schema"] for one in operation.get("parameters", ())
                    if one["in"] == "query"}
        for name, value in parse_qsl(query, keep_blank_values=True):
            if name in declared:
                schema = declared[name]
                if "$ref" in schema:
                    schema = resolve(self.openapi, schema["$ref"])
                whole = schema["type"] == "integer"
                checker.check(schema, int(value) if whole else value, f"?{name}")
        body = operation.get("requestBody")
        if body is None:
            return
        schema = body["content"].get("application/json", {}).get("schema")
        if schema is not None:
            checker.check(schema, json.loads(content), "the body that was sent")

    # WebSocket

    def payload(self, sender, type):
        """The schema of a frame; `sender` is "client" or "server"."""
        message = self.asyncapi["channels"]["session"]["messages"].get(f"{sender}_{type}")
        if message is None:
            raise Mismatch(f"/asyncapi.json has no {sender} frame {type!r}")
        return message["payload"]

    def check_frame(self, text, address):
        """The JSON of a server frame that keeps to the document."""
        self.load(address)
        frame = json.loads(text)
        Checker(self.asyncapi).check(self.payload("server", frame["type"]), frame,
                                     f"the server frame {text[:400]!r}")
        if len(text) > FRAME_BYTES and not re.search(rb"\\u00[01]", text):
            raise Mismatch(f"a {frame['type']} frame of {len(text)} bytes")
        return frame


def operations_of(item):
    """A path's operations by method; HEAD goes where GET goes (RFC 9110 §9.3.2)."""
    operations = {method.upper(): operation for method, operation in item.items()}
    if "GET" in operations:
        operations["HEAD"] = operations["GET"]
    return operations


def fetch(address, path):
    connection = http.client.HTTPConnection(address, timeout=PATIENCE_S)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        assert response.status == 200, (path, response.status)
        return json.loads(response.read())
    finally:
        connection.close()


reference = Reference()
