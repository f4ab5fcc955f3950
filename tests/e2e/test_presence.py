"""Who is online, and who may know."""

import pytest
from harness.waiting import Stopwatch, eventually


def presence(viewer, user):
    return viewer.http.get(f"/v1/users/{user.id}/presence").ok()


def test_presence_is_online_with_a_session_and_offline_within_5_s_of_the_last_clean_close(
        alice, bob):
    assert presence(alice, bob)["status"] == "offline"
    first, second = bob.connect(), bob.sign_in().connect()
    eventually(lambda: presence(alice, bob)["status"] == "online", "bob is online")
    watching = alice.connect()
    watching.send("watch", users=[bob.id])
    watching.expect("presence", user=bob.id, status="online")
    first.close()
    watching.barrier()
    assert watching.of_type("presence") == []
    second.close()
    watch = Stopwatch()
    gone = watching.expect("presence", within=5, user=bob.id, status="offline")
    assert watch.seconds < 5
    assert gone["last_seen"].endswith("Z")
    assert presence(alice, bob) == {"user": bob.id, "status": "offline",
                                    "last_seen": gone["last_seen"]}


def test_watching_tells_now_and_on_change(alice, bob, carol):
    watching = alice.connect()
    watching.send("watch", users=[bob.id, carol.id])
    for user in (bob, carol):
        assert watching.expect("presence", user=user.id)["status"] == "offline"
    bob.connect()
    watching.expect("presence", user=bob.id, status="online")


def test_unwatching_ends_it(alice, bob):
    watching = alice.connect()
    watching.send("watch", users=[bob.id])
    watching.expect("presence", user=bob.id)
    watching.send("unwatch", users=[bob.id])
    watching.barrier()
    bob.connect()
    eventually(lambda: presence(alice, bob)["status"] == "online", "bob is online")
    watching.barrier()
    assert watching.of_type("presence") == []


def test_quick_returns_do_not_flicker(alice, bob):
    watching = alice.connect()
    theirs = bob.connect()
    watching.send("watch", users=[bob.id])
    watching.expect("presence", user=bob.id, status="online")
    theirs.close()
    bob.connect()
    watching.barrier()
    assert watching.of_type("presence") == []


def test_a_session_watches_at_most_500(alice, bob):
    watching = alice.connect()
    watching.send("watch", users=[bob.id])
    watching.expect("presence", user=bob.id)
    others = [str(10 ** 12 + n) for n in range(500)]
    watching.send("watch", users=others, ref="many")
    watching.expect_error("invalid", ref="many")
    watching.send("watch", users=others + ["5"], ref="more")
    watching.expect_error("invalid", ref="more")
    watching.send("unwatch", users=[bob.id])
    watching.send("watch", users=others[:499] + [bob.id], ref="just")
    watching.expect("presence", user=bob.id)
    watching.barrier()
    assert watching.of_type("error") == []


@pytest.mark.parametrize("users", ["x", None, ["x"], [1], {"a": 1}, 7])
def test_a_list_of_users_that_is_none_is_invalid(alice, users):
    watching = alice.connect()
    watching.send("watch", users=users, ref="bad")
    if users is None:
        watching.barrier()
    else:
        watching.expect_error("invalid", ref="bad")


@pytest.mark.parametrize("audience, contact, status", [
    ("everyone", False, "online"), ("contacts", True, "online"), ("contacts", False, "hidden"),
    ("nobody", True, "hidden")])
def test_presence_obeys_the_privacy_of_the_watched(alice, bob, audience, contact, status):
    bob.http.patch("/v1/me", {"privacy": {"last_seen": audience}}).ok()
    if contact:
        bob.http.put(f"/v1/contacts/{alice.id}").ok(204)
    bob.connect()
    eventually(lambda: presence(bob, bob)["status"] == "online", "bob sees himself online")
    assert presence(alice, bob)["status"] == status
    watching = alice.connect()
    watching.send("watch", users=[bob.id])
    told = watching.expect("presence", user=bob.id)
    assert told["status"] == status and "last_seen" not in told


def test_hidden_presence_tells_no_last_seen(alice, bob):
    bob.connect().close()
    bob.http.patch("/v1/me", {"privacy": {"last_seen": "nobody"}}).ok()
    assert presence(alice, bob) == {"user": bob.id, "status": "hidden"}


def test_contacts_are_those_the_profiles_owner_added(alice, bob):
    bob.http.patch("/v1/me", {"privacy": {"last_seen": "contacts"}}).ok()
    alice.http.put(f"/v1/contacts/{bob.id}").ok(204)
    assert presence(alice, bob)["status"] == "hidden"


def test_a_change_of_privacy_is_told_to_watchers(alice, bob):
    bob.connect()
    watching = alice.connect()
    watching.send("watch", users=[bob.id])
    watching.expect("presence", user=bob.id, status="online")
    bob.http.patch("/v1/me", {"privacy": {"last_seen": "contacts"}}).ok()
    watching.expect("presence", user=bob.id, status="hidden")
    bob.http.put(f"/v1/contacts/{alice.id}").ok(204)
    watching.expect("presence", user=bob.id, status="online")
    bob.http.delete(f"/v1/contacts/{alice.id}").ok(204)
    watching.expect("presence", user=bob.id, status="hidden")


def test_presence_of_an_unknown_user_is_not_found(alice):
    alice.http.get("/v1/users/4711/presence").problem(404, "not_found")


def test_last_seen_survives_a_restart(new_server):
    server = new_server()
    alice, bob = server.user(), server.user()
    bob.connect().close()
    before = eventually(lambda: presence(alice, bob).get("last_seen"), "bob was seen")
    server.restart()
    assert presence(alice, bob) == {"user": bob.id, "status": "offline", "last_seen": before}


def test_who_is_online_at_an_orderly_stop_was_last_seen_then(new_server):
    server = new_server()
    alice, *others = [server.user() for _ in range(4)]
    sockets = [user.connect() for user in others]
    before = alice.connect().welcome["server_time"]
    server.restart()
    for user in others:
        assert presence(alice, user)["last_seen"] >= before
    for socket in sockets:
        socket.drop()
