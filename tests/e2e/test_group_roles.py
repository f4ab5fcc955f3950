"""Who may do what in a group."""

import pytest


@pytest.fixture
def group(alice, bob, carol):
    """Alice owns it, Bob is an admin, Carol is a member."""
    made = alice.group(bob, carol)
    set_role(alice, made, bob, "admin").ok(204)
    return made


def set_role(actor, group, target, role):
    return actor.http.put(f"/v1/chats/{group}/members/{target.id}/role", {"role": role})


def remove(actor, group, target):
    return actor.http.delete(f"/v1/chats/{group}/members/{target.id}")


def add(actor, group, target):
    return actor.http.post(f"/v1/chats/{group}/members", {"members": [target.id]})


def roles(viewer, group):
    return {user: one["role"] for user, one in viewer.members(group).items()}


def test_owner_and_admin_add_but_a_member_does_not(server, alice, bob, carol, group):
    add(alice, group, server.user()).ok(200)
    add(bob, group, server.user()).ok(200)
    add(carol, group, server.user()).problem(403, "forbidden")
    assert len(roles(carol, group)) == 5


def test_owner_and_admin_remove_members_but_a_member_does_not(server, alice, bob, carol, group):
    one, two = server.user(), server.user()
    add(alice, group, one).ok(200)
    add(alice, group, two).ok(200)
    remove(carol, group, one).problem(403, "forbidden")
    remove(bob, group, one).ok(204)
    remove(alice, group, two).ok(204)


def test_an_admin_removes_no_admin_and_no_owner(alice, bob, carol, group):
    set_role(alice, group, carol, "admin").ok(204)
    remove(bob, group, carol).problem(403, "forbidden")
    remove(bob, group, alice).problem(403, "forbidden")
    remove(alice, group, carol).ok(204)


def test_only_the_owner_sets_roles(alice, bob, carol, group):
    set_role(bob, group, carol, "admin").problem(403, "forbidden")
    set_role(carol, group, carol, "owner").problem(403, "forbidden")
    assert roles(alice, group) == {alice.id: "owner", bob.id: "admin", carol.id: "member"}
    set_role(alice, group, bob, "member").ok(204)
    assert roles(alice, group)[bob.id] == "member"


def test_a_role_is_an_event_and_the_same_role_again_is_none(alice, bob, carol, group):
    theirs = carol.connect()
    set_role(alice, group, carol, "admin").ok(204)
    told = theirs.expect("chat", chat=group, change="role")
    assert (told["users"], told["role"]) == ([carol.id], "admin")
    event = theirs.expect("message", chat=group, kind="event", seq=3)["event"]
    assert event == {"change": "role", "users": [carol.id], "role": "admin"}
    set_role(alice, group, carol, "admin").ok(204)
    assert alice.chat(group)["head"] == 3


def test_handing_over_leaves_exactly_one_owner(alice, bob, carol, group):
    set_role(alice, group, carol, "owner").ok(204)
    after = roles(bob, group)
    assert after[carol.id] == "owner"
    assert list(after.values()).count("owner") == 1
    set_role(alice, group, bob, "member").problem(403, "forbidden")
    assert carol.chat(group)["role"] == "owner"


def test_an_owner_hands_over_before_leaving(alice, bob, group):
    remove(alice, group, alice).problem(409, "conflict")
    set_role(alice, group, alice, "member").problem(409, "conflict")
    set_role(alice, group, bob, "owner").ok(204)
    remove(alice, group, alice).ok(204)
    alice.http.get(f"/v1/chats/{group}").problem(404, "not_found")


def test_anyone_else_leaves_when_he_likes(alice, bob, carol, group):
    theirs = alice.connect()
    for leaver in (bob, carol):
        remove(leaver, group, leaver).ok(204)
        told = theirs.expect("message", chat=group, kind="event", sender=leaver.id)
        assert told["event"] == {"change": "member_removed", "users": [leaver.id]}
        leaver.http.get(f"/v1/chats/{group}").problem(404, "not_found")
        assert group not in [one["chat"] for one in leaver.chats()]
    assert roles(alice, group) == {alice.id: "owner"}


def test_roles_of_those_who_are_not_in_are_not_found(server, alice, group):
    stranger = server.user()
    set_role(alice, group, stranger, "admin").problem(404, "not_found")
    remove(alice, group, stranger).problem(404, "not_found")


@pytest.mark.parametrize("role", ["king", "", None, 1])
def test_an_unknown_role_is_invalid(alice, bob, group, role):
    answer = alice.http.put(f"/v1/chats/{group}/members/{bob.id}/role", {"role": role})
    answer.problem(400, "invalid")
    assert roles(alice, group)[bob.id] == "admin"


def test_who_comes_back_is_a_plain_member(alice, bob, group):
    remove(alice, group, bob).ok(204)
    add(alice, group, bob).ok(200)
    assert roles(alice, group)[bob.id] == "member"
