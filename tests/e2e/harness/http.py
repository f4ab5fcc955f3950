"""HTTP requests, each on a connection of its own, and what came back.

Every answer is checked against the reference that the server gives out.
"""

import http.client
import json
from urllib.parse import quote, urlencode

from .reference import PROBLEM, reference
from .waiting import PATIENCE_S


class Answer:
    def __init__(self, status, headers, body, request):
        self.status = status
        self.headers = headers
        self.body = body
        self.request = request

    def __repr__(self):
        return f"{self.request} -> {self.status} {self.body[:400]!r}"

    @property
    def content_type(self):
        """Without its parameters; empty when there is none."""
        return (self.headers["Content-Type"] or "").partition(";")[0]

    @property
    def json(self):
        return json.loads(self.body)

    def ok(self, status=200):
        """Asserts success and gives the JSON (None when there is no content)."""
        assert self.status == status, self
        return json.loads(self.body) if self.body else None

    def problem(self, status, code):
        """Asserts an RFC 9457 problem document and gives it."""
        assert self.status == status, self
        assert self.headers["Content-Type"] == PROBLEM, self
        problem = self.json
        assert problem["code"] == code, self
        assert problem["status"] == status, self
        assert problem["title"] and problem["detail"], self
        if status == 401:
            assert self.headers["WWW-Authenticate"].startswith("Bearer"), self
        return problem


class Http:
    """A client of one listener, with the token of one device or none."""

    def __init__(self, address, token=None, admin=False):
        self.address = address
        self.token = token
        self.admin = admin

    def request(self, method, path, body=None, headers=None, content=None, **query):
        """`body` is sent as JSON; `content` (bytes) as it is."""
        headers = dict(headers or {})
        if self.token is not None:
            headers.setdefault("Authorization", f"Bearer {self.token}")
        if body is not None:
            content = json.dumps(body).encode()
        if content is not None:
            headers.setdefault("Content-Type", "application/json")
        if query:
            path += "?" + urlencode(query)
        connection = http.client.HTTPConnection(self.address, timeout=PATIENCE_S)
        try:
            target = quote(path, safe="/?&=%+")
            connection.request(method, target, content, headers)
            response = connection.getresponse()
            answer = Answer(response.status, response.headers, response.read(), f"{method} {path}")
        finally:
            connection.close()
        reference.check_answer(answer, method, target, content, self)
        return answer

    def get(self, path, **options):
        return self.request("GET", path, **options)

    def post(self, path, body=None, **options):
        return self.request("POST", path, body, **options)

    def put(self, path, body=None, **options):
        return self.request("PUT", path, body, **options)

    def patch(self, path, body=None, **options):
        return self.request("PATCH", path, body, **options)

    def delete(self, path, **options):
        return self.request("DELETE", path, **options)

    def every(self, path, limit=200, **query):
        """All items of a list, page by page to its end."""
        items = []
        page = self.get(path, limit=limit, **query).ok()
        while True:
            items += page["items"]
            if page["next"] is None:
                return items
            page = self.get(path, limit=limit, **{**query, "after": page["next"]}).ok()
