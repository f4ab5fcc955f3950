"""Users and their devices: signing up and in, and the requests that every test makes."""

import uuid

from .http import Http
from .websocket import WebSocket

PASSWORD = "correct horse battery"


class User:
    """A user who has signed up, with a first device."""

    def __init__(self, server, username, password=PASSWORD):
        self.server = server
        self.username = username
        self.password = password
        profile = server.http().post("/v1/users", {
            "username": username, "password": password, "display_name": username.title()}).ok(201)
        self.id = profile["user"]
        self.device = self.sign_in("first device")

    def __repr__(self):
        return f"<{self.username} {self.id}>"

    def sign_in(self, name="another device", again=None):
        """`again`: a device of this user, to sign in as that one."""
        body = {"username": self.username, "password": self.password, "device_name": name}
        if again is not None:
            body["device"] = again.id
        return Device(self, self.server.http().post("/v1/sessions", body).ok(201))

    @property
    def http(self):
        return self.device.http

    def connect(self, **options):
        return self.device.connect(**options)

    def direct_chat(self, other):
        """The id of the direct chat with the other user."""
        answer = self.http.post("/v1/chats", {"type": "direct", "user": other.id})
        assert answer.status in (200, 201), answer
        return answer.json["chat"]

    def group(self, *members, title="A group", **options):
        """The id of a new group with these members."""
        return self.http.post("/v1/chats", {
            "type": "group", "title": title, "members": [one.id for one in members],
            **options}).ok(201)["chat"]

    def chat(self, chat):
        return self.http.get(f"/v1/chats/{chat}").ok()

    def chats(self):
        return self.http.every("/v1/chats")

    def history(self, chat):
        """Every message of the chat that the user may see, oldest first."""
        return self.http.every(f"/v1/chats/{chat}/messages", after=0)

    def post(self, chat, text, client_id=None):
        """Sends over HTTP and gives the acknowledgement."""
        return self.http.post(f"/v1/chats/{chat}/messages", {
            "client_id": client_id or new_client_id(), "kind": "text", "text": text}).ok(201)

    def received(self, chat, seq):
        self.http.post(f"/v1/chats/{chat}/received", {"seq": seq}).ok(204)

    def read(self, chat, seq):
        self.http.post(f"/v1/chats/{chat}/read", {"seq": seq}).ok(204)

    def members(self, chat):
        """The chat's members by user id."""
        return {one["user"]: one for one in self.http.every(f"/v1/chats/{chat}/members")}


class Device:
    """A signed-in device and its tokens."""

    def __init__(self, user, session):
        self.user = user
        self.id = session["device"]
        self.access_token = session["access_token"]
        self.refresh_token = session["refresh_token"]

    @property
    def http(self):
        return Http(self.user.server.address, self.access_token)

    def socket(self, **options):
        """An open WebSocket that has not said hello."""
        return WebSocket(self.user.server.address, **options)

    def connect(self, acknowledge=False, **hello):
        """A WebSocket that has said hello and is synced; its backlog is in `backlog`."""
        socket = self.socket()
        socket.hello(self.access_token, **hello)
        socket.sync(acknowledge)
        return socket


def new_client_id():
    return str(uuid.uuid4())
