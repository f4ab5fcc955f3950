"""Mute, pin, archive and draft: what a user keeps of a chat, on all his devices."""

import pytest

UNCHANGED = {"muted_until": None, "pinned": False, "archived": False, "draft": "", "at": None}
UNKNOWN = "6a1c2b1e-8a48-4a5a-9d3f-2a35a2c6a001"


@pytest.fixture
def chat(alice, bob):
    return alice.direct_chat(bob)


def patch(user, chat, **fields):
    return user.http.patch(f"/v1/chats/{chat}/state", fields)


def without_at(state):
    return {name: value for name, value in state.items() if name not in ("at", "type", "chat")}


def test_a_chat_carries_the_users_own_state(alice, bob, chat):
    assert alice.chat(chat)["state"] == UNCHANGED
    answer = patch(alice, chat, muted_until="2030-01-31T13:00:00+01:00", pinned=True,
                   archived=True, draft="not yet\n").ok()
    assert answer["chat"] == chat and answer["at"].endswith("Z")
    kept = {"muted_until": "2030-01-31T12:00:00.000Z", "pinned": True, "archived": True,
            "draft": "not yet\n"}
    assert without_at(answer) == kept
    for shown in (alice.chat(chat), alice.chats()[0]):
        assert without_at(shown["state"]) == kept and shown["state"]["at"] == answer["at"]
    assert bob.chat(chat)["state"] == UNCHANGED


def test_what_is_not_named_stays(alice, chat):
    patch(alice, chat, pinned=True, draft="x").ok()
    assert without_at(patch(alice, chat, muted_until="2030-01-01T00:00:00Z").ok()) == {
        "muted_until": "2030-01-01T00:00:00.000Z", "pinned": True, "archived": False,
        "draft": "x"}
    assert without_at(patch(alice, chat, muted_until=None, draft="").ok()) == {
        "muted_until": None, "pinned": True, "archived": False, "draft": ""}


def test_a_change_reaches_all_sockets_of_the_user_and_nobody_else(alice, bob, chat):
    mine, same_device, other = alice.connect(), alice.connect(), alice.sign_in().connect()
    theirs = bob.connect()
    mine.send("state", chat=chat, draft="hello wor", ref="d1")
    told = mine.expect("state", chat=chat, ref="d1")
    assert told["draft"] == "hello wor" and told["pinned"] is False
    for socket in (same_device, other):
        seen = socket.expect("state", chat=chat)
        assert "ref" not in seen
        assert seen == {name: value for name, value in told.items() if name != "ref"}
    theirs.barrier()
    assert theirs.of_type("state") == []


def test_a_change_over_http_reaches_the_sockets(alice, chat):
    mine = alice.connect()
    patch(alice, chat, archived=True).ok()
    assert mine.expect("state", chat=chat)["archived"] is True


def test_what_is_so_already_is_answered_and_told_to_nobody(alice, chat):
    patch(alice, chat, pinned=True).ok()
    mine, other = alice.connect(), alice.sign_in().connect()
    at = alice.chat(chat)["state"]["at"]
    mine.send("state", chat=chat, pinned=True, ref="again")
    assert mine.expect("state", ref="again")["at"] == at
    other.barrier()
    assert other.of_type("state") == []


def test_every_device_sees_changes_in_one_order(alice, chat):
    phone, laptop = alice.connect(), alice.sign_in().connect()
    for n in range(50):
        (phone if n % 2 else laptop).send("state", chat=chat, draft=f"draft {n}")
    seen = [[socket.expect("state", chat=chat)["draft"] for _ in range(50)]
            for socket in (phone, laptop)]
    assert seen[0] == seen[1] and set(seen[0]) == {f"draft {n}" for n in range(50)}
    assert [one for one in seen[0] if int(one[6:]) % 2] == [
        f"draft {n}" for n in range(1, 50, 2)]
    assert alice.chat(chat)["state"]["draft"] == seen[0][-1]


def test_a_device_that_was_away_is_told_before_synced(alice, bob, chat):
    quiet = alice.group(bob)
    away = alice.sign_in()
    away.connect().close()
    patch(alice, chat, draft="while you were away").ok()
    backlog = [one for one in away.connect().backlog if one["type"] == "state"]
    assert [(one["chat"], one["draft"]) for one in backlog] == [(chat, "while you were away")]
    assert quiet not in [one["chat"] for one in backlog]


def test_state_survives_a_restart(new_server):
    server = new_server()
    alice, bob = server.user("alice"), server.user("bob")
    chat = alice.direct_chat(bob)
    kept = patch(alice, chat, pinned=True, draft="keep me").ok()
    server.stop()
    server.start()
    assert alice.chat(chat)["state"] == {
        name: value for name, value in kept.items() if name != "chat"}


def test_a_draft_goes_up_to_4096_bytes_of_any_text(alice, chat):
    for draft in ("x" * 4096, "\u00e9" * 2048, "a\x00b", "\U0001f986"):
        assert patch(alice, chat, draft=draft).ok()["draft"] == draft
    for draft in ("x" * 4097, "\u00e9" * 2049):
        patch(alice, chat, draft=draft).problem(400, "invalid")
    assert alice.chat(chat)["state"]["draft"] == "\U0001f986"


BAD = [{}, {"pinned": 1}, {"archived": "yes"}, {"draft": 7}, {"draft": None},
       {"muted_until": "tomorrow"}, {"muted_until": 1}, {"muted_until": "2030-02-30T00:00:00Z"},
       {"pinned": True, "draft": 5}]


@pytest.mark.parametrize("fields", BAD)
def test_bad_fields_are_invalid_and_change_nothing(alice, chat, fields):
    patch(alice, chat, **fields).problem(400, "invalid")
    mine = alice.connect()
    mine.send("state", chat=chat, ref="bad", **fields)
    mine.expect_error("invalid", ref="bad")
    assert alice.chat(chat)["state"] == UNCHANGED


@pytest.mark.parametrize("which", ["foreign", UNKNOWN])
def test_a_foreign_or_unknown_chat_is_not_found(carol, chat, which):
    target = chat if which == "foreign" else which
    patch(carol, target, pinned=True).problem(404, "not_found")
    theirs = carol.connect()
    theirs.send("state", chat=target, pinned=True, ref="bad")
    theirs.expect_error("not_found", ref="bad")


def test_who_was_removed_keeps_nothing_more_and_finds_it_again_when_he_is_back(alice, bob):
    group = alice.group(bob)
    patch(bob, group, draft="almost said").ok()
    alice.http.delete(f"/v1/chats/{group}/members/{bob.id}").ok(204)
    patch(bob, group, draft="more").problem(404, "not_found")
    alice.http.post(f"/v1/chats/{group}/members", {"members": [bob.id]}).ok()
    assert bob.chat(group)["state"]["draft"] == "almost said"


def test_a_muted_chat_still_counts_its_unread(alice, bob, chat):
    patch(bob, chat, muted_until="9999-12-31T23:59:59Z").ok()
    alice.post(chat, "x")
    assert bob.chat(chat)["unread"] == 1
