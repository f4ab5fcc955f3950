"""A group of 500 is made, opened and left, and others do not notice."""

import sqlite3
import threading
import time

import pytest
from harness.waiting import SLOWNESS

MOST = 500
GROUPS = 8


class Community:
    """A server with more people than sign up in a test: most are rows of its directory, written
    while it is stopped, because every sign-up hashes a password."""

    def __init__(self, server):
        self.server = server
        self.alice, self.bob, self.carol = (server.user() for _ in range(3))
        self.others = [str(10_000_000 + n) for n in range(MOST)]
        server.stop()
        with sqlite3.connect(server.data_dir / "directory.sqlite") as directory:
            columns = [row[1] for row in directory.execute("PRAGMA table_info(users)")]
            known = dict(zip(columns, directory.execute(
                "SELECT * FROM users WHERE user_id = ?", [int(self.bob.id)]).fetchone()))
            for user in self.others:
                row = known | {"user_id": int(user), "username": f"other{user}",
                               "username_key": f"other{user}"}
                directory.execute(f"INSERT INTO users VALUES ({','.join('?' * len(columns))})",
                                  [row[name] for name in columns])
        directory.close()
        server.start()


@pytest.fixture
def community(new_server):
    return Community(new_server({"limits.enabled": "false"}))


class Talk:
    """Two people who talk all the while, and how long each message took."""

    def __init__(self, one, other):
        self.waits = []
        self._over = threading.Event()
        self._socket = one.connect()
        self._chat = one.direct_chat(other)
        self._thread = threading.Thread(target=self._run)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()
        self._socket.close()

    def _run(self):
        while not self._over.is_set():
            begun = time.monotonic()
            self._socket.say(self._chat, "and then?")
            self.waits.append(time.monotonic() - begun)


def test_others_talk_on_while_large_groups_are_made_opened_and_left(community):
    carol = community.carol
    path = "/v1/chats"
    with Talk(community.alice, community.bob) as talk:
        for _ in range(GROUPS):
            members = community.others[:MOST - 1]
            group = carol.http.post(path, {"type": "group", "title": "All",
                                           "members": members}).ok(201)
            assert group["members"] == MOST
            assert len(carol.members(group["chat"])) == MOST
            carol.http.put(f"{path}/{group['chat']}/members/{members[0]}/role",
                           {"role": "owner"}).ok(204)
            carol.http.delete(f"{path}/{group['chat']}/members/{carol.id}").ok(204)
    assert len(talk.waits) > GROUPS
    assert max(talk.waits) < 0.25 * SLOWNESS, sorted(talk.waits)[-5:]


def test_the_501st_is_refused_however_he_comes(community):
    alice, bob, carol = community.alice, community.bob, community.carol
    members = community.others[:MOST - 2]
    group = carol.http.post("/v1/chats", {"type": "group", "title": "All",
                                          "members": [*members, bob.id]}).ok(201)["chat"]
    path = f"/v1/chats/{group}"
    link = f"/v1/links/{carol.http.post(path + '/links', {}).ok(201)['token']}"
    carol.http.post(path + "/members", {"members": [alice.id]}).problem(422, "too_many_members")
    alice.http.post(link).problem(422, "too_many_members")
    carol.http.patch(path, {"join_approval": True}).ok()
    alice.http.post(link).problem(422, "too_many_members")
    bob.http.delete(f"{path}/members/{bob.id}").ok(204)
    assert alice.http.post(link).status == 202
    carol.http.post(path + "/members", {"members": [bob.id]}).ok(200)
    carol.http.put(f"{path}/requests/{alice.id}").problem(422, "too_many_members")
    assert carol.chat(group)["members"] == MOST
    assert alice.http.get(path).status == 404
