"""Invite links of groups, and requests to be let in."""

from concurrent.futures import ThreadPoolExecutor

import pytest


@pytest.fixture
def group(alice, bob, carol):
    """Alice owns it, Bob is an admin, Carol is a member."""
    made = alice.group(bob, carol, title="Hike")
    alice.http.put(f"/v1/chats/{made}/members/{bob.id}/role", {"role": "admin"}).ok(204)
    return made


@pytest.fixture
def dave(server):
    return server.user("dave")


def make_link(actor, group, **terms):
    return actor.http.post(f"/v1/chats/{group}/links", terms).ok(201)


def links(actor, group):
    return actor.http.every(f"/v1/chats/{group}/links")


def join(user, link):
    return user.http.post(f"/v1/links/{link['token']}")


def ask_for_approval(alice, group):
    alice.http.patch(f"/v1/chats/{group}", {"join_approval": True}).ok()


def requests(actor, group):
    return actor.http.every(f"/v1/chats/{group}/requests")


def accept(actor, group, user):
    return actor.http.put(f"/v1/chats/{group}/requests/{user.id}")


def refuse(actor, group, user):
    return actor.http.delete(f"/v1/chats/{group}/requests/{user.id}")


def test_a_link_is_made_and_listed_without_its_token(server, alice, bob, group):
    link = make_link(bob, group, expires_in_s=60, max_uses=3)
    assert link["url"].endswith(f"/#join={link['token']}")
    assert (link["max_uses"], link["uses"], link["created_by"]) == (3, 0, bob.id)
    assert link["created_at"] < link["expires_at"]
    endless = make_link(alice, group)
    assert endless["max_uses"] is None
    listed = links(alice, group)
    assert [one["link"] for one in listed] == [link["link"], endless["link"]]
    assert all("token" not in one and "url" not in one for one in listed)
    assert len(alice.http.every(f"/v1/chats/{group}/links", limit=1)) == 2


def test_who_has_the_link_looks_and_joins(alice, dave, group):
    theirs = alice.connect()
    link = make_link(alice, group)
    seen = dave.http.get(f"/v1/links/{link['token']}").ok()
    assert seen == {"chat": group, "title": "Hike", "description": "", "members": 3,
                    "join_approval": False}
    session = dave.connect()
    chat = join(dave, link).ok()
    assert (chat["chat"], chat["role"], chat["members"]) == (group, "member", 4)
    told = theirs.expect("message", chat=group, kind="event", sender=dave.id)
    assert told["event"] == {"change": "member_added", "users": [dave.id]}
    assert session.expect("message", chat=group)["seq"] == told["seq"] == chat["first_seq"]
    session.say(group, "hello")
    assert join(dave, link).ok()["head"] == chat["head"] + 1  # already in: no event
    assert links(alice, group)[0]["uses"] == 1


def test_a_link_with_a_number_of_uses_lets_so_many_in(server, alice, group):
    link = make_link(alice, group, max_uses=2)
    users = [server.user() for _ in range(6)]
    with ThreadPoolExecutor(6) as pool:
        statuses = list(pool.map(lambda user: join(user, link).status, users))
    assert sorted(statuses) == [200, 200, 404, 404, 404, 404]
    assert alice.chat(group)["members"] == 5
    assert links(alice, group)[0]["uses"] == 2
    late = server.user()
    join(late, link).problem(404, "not_found")
    late.http.get(f"/v1/links/{link['token']}").problem(404, "not_found")
    joined = users[statuses.index(200)]
    assert join(joined, link).status == 200  # asked again, because the answer was lost


def test_a_group_has_at_most_100_links(alice, group):
    for _ in range(100):
        made = make_link(alice, group)
    alice.http.post(f"/v1/chats/{group}/links", {}).problem(409, "conflict")
    alice.http.delete(f"/v1/chats/{group}/links/{made['link']}").ok(204)
    make_link(alice, group)


def test_a_revoked_or_unknown_link_is_not_found(alice, bob, dave, group):
    link = make_link(alice, group)
    path = f"/v1/chats/{group}/links/{link['link']}"
    bob.http.delete(path).ok(204)
    bob.http.delete(path).problem(404, "not_found")
    for token in (link["token"], link["token"][:-1], "bnl_", "x", link["link"]):
        dave.http.get(f"/v1/links/{token}").problem(404, "not_found")
        dave.http.post(f"/v1/links/{token}").problem(404, "not_found")
    assert links(alice, group) == []


def test_a_link_ends_with_the_right_of_who_made_it(alice, bob, dave, group):
    link = make_link(bob, group)
    alice.http.delete(f"/v1/chats/{group}/members/{bob.id}").ok(204)
    join(dave, link).problem(404, "not_found")
    join(bob, link).problem(404, "not_found")


@pytest.mark.parametrize("terms", [
    {"expires_in_s": 59}, {"expires_in_s": 2592001}, {"expires_in_s": "1h"}, {"max_uses": 0},
    {"max_uses": 1001}, {"max_uses": -1}, {"max_uses": 1.5}])
def test_bad_terms_are_invalid(alice, group, terms):
    alice.http.post(f"/v1/chats/{group}/links", terms).problem(400, "invalid")
    assert links(alice, group) == []


def test_only_owner_and_admins_deal_with_links_and_requests(alice, carol, dave, group):
    link = make_link(alice, group)
    for user, status, code in ((carol, 403, "forbidden"), (dave, 404, "not_found")):
        http = user.http
        http.post(f"/v1/chats/{group}/links", {}).problem(status, code)
        http.get(f"/v1/chats/{group}/links").problem(status, code)
        http.delete(f"/v1/chats/{group}/links/{link['link']}").problem(status, code)
        http.get(f"/v1/chats/{group}/requests").problem(status, code)
        http.put(f"/v1/chats/{group}/requests/{dave.id}").problem(status, code)
        http.delete(f"/v1/chats/{group}/requests/{alice.id}").problem(status, code)
    assert join(dave, link).status == 200


def test_links_need_somebody_signed_in(server, alice, group):
    link = make_link(alice, group)
    server.http().get(f"/v1/links/{link['token']}").problem(401, "unauthorized")
    server.http().post(f"/v1/links/{link['token']}").problem(401, "unauthorized")


def test_a_direct_chat_has_no_links(alice, bob):
    chat = alice.direct_chat(bob)
    alice.http.post(f"/v1/chats/{chat}/links", {}).problem(403, "forbidden")


def test_a_request_is_told_to_admins_and_its_acceptance_to_who_asked(alice, bob, carol, dave,
                                                                       group):
    ask_for_approval(alice, group)
    link = make_link(alice, group, max_uses=1)
    owner, admin, member, hers = (one.connect() for one in (alice, bob, carol, dave))
    assert join(dave, link).ok(202) == {"status": "requested"}
    for socket in (owner, admin):
        told = socket.expect("request", chat=group, user=dave.id, status="open")
        assert told["at"].endswith("Z")
    assert join(dave, link).ok(202) == {"status": "requested"}
    waiting = requests(bob, group)
    assert [one["user"] for one in waiting] == [dave.id]
    assert waiting[0]["username"] == dave.username and waiting[0]["display_name"]
    assert waiting[0]["at"] == told["at"]
    assert links(alice, group)[0]["uses"] == 0
    dave.http.get(f"/v1/chats/{group}").problem(404, "not_found")
    accept(bob, group, dave).ok(204)
    hers.expect("request", chat=group, user=dave.id, status="accepted")
    assert hers.expect("message", chat=group, kind="event")["sender"] == bob.id
    assert links(alice, group)[0]["uses"] == 1
    assert requests(alice, group) == []
    accept(bob, group, dave).ok(204)  # again
    assert alice.chat(group)["members"] == 4
    for socket in (owner, admin, member):
        socket.barrier()
        assert socket.of_type("request") == []  # one each, and none to members


def test_a_request_is_refused_or_taken_back(alice, dave, group):
    ask_for_approval(alice, group)
    link = make_link(alice, group)
    hers = dave.connect()
    for actor in (alice, dave):
        assert join(dave, link).status == 202
        refuse(actor, group, dave).ok(204)
        hers.expect("request", chat=group, user=dave.id, status="refused")
        refuse(actor, group, dave).problem(404, "not_found")
        accept(alice, group, dave).problem(404, "not_found")
    assert requests(alice, group) == []
    assert alice.chat(group)["members"] == 3


def test_who_is_added_meanwhile_asks_no_more(alice, dave, group):
    ask_for_approval(alice, group)
    assert join(dave, make_link(alice, group)).status == 202
    alice.http.post(f"/v1/chats/{group}/members", {"members": [dave.id]}).ok(200)
    assert requests(alice, group) == []


def test_requests_and_links_survive_a_crash(new_server):
    server = new_server()
    alice, bob, carol = (server.user() for _ in range(3))
    group = alice.group()
    open_link = make_link(alice, group)
    ask_for_approval(alice, group)
    assert join(bob, open_link).status == 202
    server.kill()
    server.start()
    assert [one["user"] for one in requests(alice, group)] == [bob.id]
    accept(alice, group, bob).ok(204)
    assert join(carol, open_link).status == 202
    assert links(alice, group)[0]["uses"] == 1


def test_a_full_group_is_full_for_links_and_requests_too(new_server):
    server = new_server({"groups.max_members": 3})
    alice, bob, carol, dave = (server.user() for _ in range(4))
    group = alice.group()
    link = make_link(alice, group)
    ask_for_approval(alice, group)
    assert join(carol, link).status == 202
    alice.http.post(f"/v1/chats/{group}/members", {"members": [bob.id]}).ok(200)
    assert join(dave, link).status == 202
    accept(alice, group, dave).ok(204)
    accept(alice, group, carol).problem(422, "too_many_members")
    assert [one["user"] for one in requests(alice, group)] == [carol.id]
    extra = server.user()
    join(extra, link).problem(422, "too_many_members")
    alice.http.patch(f"/v1/chats/{group}", {"join_approval": False}).ok()
    join(extra, link).problem(422, "too_many_members")
    assert alice.chat(group)["members"] == 3
    bob.http.delete(f"/v1/chats/{group}/members/{bob.id}").ok(204)
    assert join(extra, link).status == 200


@pytest.mark.parametrize("blocks", [True, False])
def test_a_block_keeps_out_whoever_made_it(alice, bob, dave, group, blocks):
    one, other = (dave, alice) if blocks else (alice, dave)
    one.http.put(f"/v1/blocks/{other.id}").ok(204)
    join(dave, make_link(alice, group)).problem(403, "forbidden")
    ask_for_approval(alice, group)
    assert join(dave, make_link(bob, group)).status == 202
    accept(alice, group, dave).problem(403, "forbidden")
    accept(bob, group, dave).ok(204)
