"""The picture of a group."""

import pytest

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
JPEG = b"\xff\xd8\xff\xe0" + b"\0" * 40
WEBP = b"RIFF\x30\0\0\0WEBPVP8 " + b"\0" * 40


@pytest.fixture
def group(alice, bob, carol):
    return alice.group(bob, carol)


def put(actor, group, content, type="image/png"):
    return actor.http.put(f"/v1/chats/{group}/picture", content=content,
                          headers={"Content-Type": type})


@pytest.mark.parametrize("content, type", [
    (PNG, "image/png"), (JPEG, "image/jpeg"), (WEBP, "image/webp")])
def test_members_give_and_see_it(alice, bob, group, content, type):
    theirs = alice.connect()
    path = put(bob, group, content, type).ok()["picture"]
    assert path.startswith(f"/v1/chats/{group}/picture?v=")
    assert theirs.expect("chat", chat=group, change="picture")["picture"] == path
    event = theirs.expect("message", chat=group, kind="event", seq=2)["event"]
    assert event == {"change": "picture", "picture": path}
    seen = alice.http.get(path)
    assert (seen.status, seen.body, seen.headers["Content-Type"]) == (200, content, type)
    assert "private" in seen.headers["Cache-Control"]
    assert seen.headers["X-Content-Type-Options"] == "nosniff"
    again = alice.http.get(path, headers={"If-None-Match": seen.headers["ETag"]})
    assert (again.status, again.body) == (304, b"")


def test_another_picture_has_another_path_and_the_same_again_is_no_event(alice, group):
    first = put(alice, group, PNG).ok()["picture"]
    assert put(alice, group, PNG).ok()["head"] == 2
    second = put(alice, group, JPEG, "image/jpeg").ok()
    assert second["picture"] != first and second["head"] == 3
    assert alice.http.get(second["picture"]).body == JPEG


def test_it_can_be_removed(alice, bob, group):
    path = put(alice, group, PNG).ok()["picture"]
    alice.http.delete(f"/v1/chats/{group}/picture").ok(204)
    assert bob.chat(group)["picture"] is None
    assert bob.history(group)[-1]["event"] == {"change": "picture", "picture": None}
    bob.http.get(path).problem(404, "not_found")
    alice.http.delete(f"/v1/chats/{group}/picture").ok(204)
    assert bob.chat(group)["head"] == 3


def test_only_who_may_edit_changes_it_and_only_members_see_it(server, alice, bob, group):
    path = put(alice, group, PNG).ok()["picture"]
    alice.http.patch(f"/v1/chats/{group}", {"permissions": {"edit": "admins"}}).ok()
    put(bob, group, JPEG, "image/jpeg").problem(403, "forbidden")
    bob.http.delete(f"/v1/chats/{group}/picture").problem(403, "forbidden")
    assert bob.http.get(path).body == PNG
    stranger = server.user()
    put(stranger, group, PNG).problem(404, "not_found")
    stranger.http.get(path).problem(404, "not_found")
    server.http().get(path).problem(401, "unauthorized")
    bob.http.delete(f"/v1/chats/{group}/members/{bob.id}").ok(204)
    bob.http.get(path).problem(404, "not_found")


@pytest.mark.parametrize("content, type", [
    (b"<svg/>", "image/svg+xml"), (b"GIF89a", "image/gif"), (b"", "image/png"),
    (b"not a picture", "image/png"), (PNG, "image/jpeg"), (PNG, "application/json"),
    (b"RIFF\0\0\0\0WAVE" + b"\0" * 9, "image/webp")])
def test_what_is_no_such_picture_is_refused(alice, group, content, type):
    put(alice, group, content, type).problem(415, "unsupported_media_type")
    assert alice.chat(group)["picture"] is None


def test_it_has_at_most_256_kib(alice, group):
    most = 256 * 1024
    put(alice, group, PNG + b"\0" * (most - len(PNG) + 1)).problem(413, "too_large")
    whole = PNG + b"\1" * (most - len(PNG))
    path = put(alice, group, whole).ok()["picture"]
    assert alice.http.get(path).body == whole
    put(alice, group, PNG + b"\0" * 2 * 1024 * 1024).problem(413, "too_large")


def test_it_survives_a_crash(new_server):
    server = new_server()
    alice = server.user()
    group = alice.group()
    path = put(alice, group, PNG).ok()["picture"]
    server.kill()
    server.start()
    assert alice.chat(group)["picture"] == path
    assert alice.http.get(path).body == PNG


def test_a_direct_chat_has_none(alice, bob):
    chat = alice.direct_chat(bob)
    put(alice, chat, PNG).problem(403, "forbidden")
    alice.http.get(f"/v1/chats/{chat}/picture").problem(404, "not_found")
