"""What a group is called, looks like and lets its members do."""

import pytest
from harness.people import new_client_id


@pytest.fixture
def group(alice, bob, carol):
    """Alice owns it, Bob is an admin, Carol is a member."""
    made = alice.group(bob, carol)
    alice.http.put(f"/v1/chats/{made}/members/{bob.id}/role", {"role": "admin"}).ok(204)
    return made


def edit(actor, group, **fields):
    return actor.http.patch(f"/v1/chats/{group}", fields)


def send(actor, group, text="hello"):
    return actor.http.post(f"/v1/chats/{group}/messages", {
        "client_id": new_client_id(), "kind": "text", "text": text})


def test_a_new_group_has_no_description_no_picture_and_lets_members_do_all(alice, group):
    chat = alice.chat(group)
    assert chat["description"] == "" and chat["picture"] is None
    assert chat["permissions"] == {"send": "members", "edit": "members"}
    assert chat["join_approval"] is False


def test_a_description_is_an_event(alice, carol, group):
    theirs = alice.connect()
    head = alice.chat(group)["head"]
    text = "We walk on Sundays.\nBring water 💧"
    assert edit(carol, group, description=text).ok()["description"] == text
    told = theirs.expect("chat", chat=group, change="description")
    assert (told["description"], told["sender"], told["seq"]) == (text, carol.id, head + 1)
    event = theirs.expect("message", chat=group, kind="event", seq=head + 1)["event"]
    assert event == {"change": "description", "description": text}
    edit(carol, group, description=text).ok()
    assert alice.chat(group)["head"] == head + 1  # the same again is no event
    edit(carol, group, description="").ok()
    assert alice.history(group)[-1]["event"] == {"change": "description", "description": ""}
    assert [one["description"] for one in alice.chats() if one["chat"] == group] == [""]


def test_a_description_has_up_to_1024_characters(alice, group):
    edit(alice, group, description="é" * 1024).ok()
    edit(alice, group, description="é" * 1025).problem(400, "invalid")


@pytest.mark.parametrize("description", ["tab\there", "nul\0", 7, ["x"]])
def test_a_bad_description_is_invalid_and_changes_nothing(alice, group, description):
    head = alice.chat(group)["head"]
    edit(alice, group, title="Not this", description=description).problem(400, "invalid")
    assert alice.chat(group)["head"] == head


def test_permissions_are_an_event_with_all_of_them(alice, bob, carol, group):
    theirs = carol.connect()
    chat = edit(bob, group, permissions={"send": "admins"}, join_approval=True).ok()
    assert chat["permissions"] == {"send": "admins", "edit": "members"}
    assert chat["join_approval"] is True
    wanted = {"permissions": {"send": "admins", "edit": "members"}, "join_approval": True}
    told = theirs.expect("chat", chat=group, change="permissions")
    assert {name: told[name] for name in wanted} == wanted
    event = theirs.expect("message", chat=group, kind="event", seq=told["seq"])["event"]
    assert event == {"change": "permissions", **wanted}
    edit(alice, group, permissions={"send": "admins"}).ok()
    assert alice.chat(group)["head"] == told["seq"]
    edit(alice, group, permissions={"edit": "admins"}).ok()
    assert carol.chat(group)["permissions"] == {"send": "admins", "edit": "admins"}


@pytest.mark.parametrize("fields", [
    {"permissions": {"send": "everyone"}}, {"permissions": {"edit": 1}}, {"permissions": "admins"},
    {"join_approval": "yes"}])
def test_bad_permissions_are_invalid(alice, group, fields):
    edit(alice, group, **fields).problem(400, "invalid")
    assert alice.chat(group)["permissions"] == {"send": "members", "edit": "members"}


def test_only_owner_and_admins_set_permissions(server, bob, carol, group):
    for fields in ({"permissions": {"send": "admins"}}, {"permissions": {"edit": "admins"}},
                   {"join_approval": True}):
        edit(carol, group, **fields).problem(403, "forbidden")
        edit(server.user(), group, **fields).problem(404, "not_found")
    edit(bob, group, permissions={"edit": "admins"}).ok()


def test_an_edit_of_which_a_part_is_forbidden_does_nothing(alice, carol, group):
    head = alice.chat(group)["head"]
    edit(carol, group, title="Carol's", permissions={"send": "admins"}).problem(403, "forbidden")
    chat = alice.chat(group)
    assert (chat["head"], chat["title"]) == (head, "A group")


def test_where_admins_edit_members_do_not(alice, bob, carol, group):
    edit(alice, group, permissions={"edit": "admins"}).ok()
    edit(carol, group, title="Mine").problem(403, "forbidden")
    edit(carol, group, description="Mine").problem(403, "forbidden")
    edit(bob, group, title="Ours", description="Ours").ok()
    edit(alice, group, permissions={"edit": "members"}).ok()
    edit(carol, group, title="Mine").ok()


def test_where_admins_send_members_do_not(alice, bob, carol, group):
    theirs = carol.connect()
    before = theirs.say(group, "before")
    edit(alice, group, permissions={"send": "admins"}).ok()
    client_id = theirs.send_message(group, "after")
    theirs.expect_error("forbidden", client_id=client_id)
    send(carol, group).problem(403, "forbidden")
    assert send(bob, group).status == 201 and send(alice, group).status == 201
    theirs.send_message(group, "before", client_id=before["client_id"])  # it was accepted
    assert theirs.expect("sent", client_id=before["client_id"])["seq"] == before["seq"]
    alice.http.put(f"/v1/chats/{group}/members/{carol.id}/role", {"role": "admin"}).ok(204)
    theirs.say(group, "as an admin")
    alice.http.put(f"/v1/chats/{group}/members/{carol.id}/role", {"role": "member"}).ok(204)
    send(carol, group).problem(403, "forbidden")
    edit(bob, group, permissions={"send": "members"}).ok()
    theirs.say(group, "as a member")


def test_a_member_who_may_not_send_still_reads_and_leaves(alice, carol, group):
    edit(alice, group, permissions={"send": "admins"}).ok()
    seq = alice.post(group, "news")["seq"]
    carol.read(group, seq)
    assert alice.members(group)[carol.id]["read"] == seq
    carol.http.delete(f"/v1/chats/{group}/members/{carol.id}").ok(204)


def test_typing_of_who_may_not_send_is_not_told(alice, carol, group):
    edit(alice, group, permissions={"send": "admins"}).ok()
    theirs, hers = alice.connect(), carol.connect()
    hers.send("typing", chat=group, on=True)
    hers.barrier()
    edit(alice, group, permissions={"send": "members"}).ok()
    hers.say(group, "now I may")
    theirs.expect("message", text="now I may")
    assert not [frame for frame in theirs.of_type("typing") if frame["on"]]


def test_settings_survive_a_crash(new_server):
    server = new_server()
    alice, bob = server.user(), server.user()
    group = alice.group(bob)
    edit(alice, group, description="stays", permissions={"send": "admins", "edit": "admins"},
         join_approval=True).ok()
    server.kill()
    server.start()
    chat = bob.chat(group)
    assert chat["description"] == "stays" and chat["join_approval"] is True
    assert chat["permissions"] == {"send": "admins", "edit": "admins"}
    send(bob, group).problem(403, "forbidden")


def test_a_direct_chat_has_no_settings(alice, bob):
    chat = alice.direct_chat(bob)
    edit(alice, chat, description="us").problem(403, "forbidden")
    edit(alice, chat, permissions={"send": "admins"}).problem(403, "forbidden")
