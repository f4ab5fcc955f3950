"""Requests that arrive at once: whichever comes first, all promises hold."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from harness.people import PASSWORD, new_client_id


def at_once(*requests):
    """The answers to these requests, each made on a thread and a connection of its own."""
    with ThreadPoolExecutor(len(requests)) as threads:
        return [one.result() for one in [threads.submit(request) for request in requests]]


def statuses(answers):
    return sorted(answer.status for answer in answers)


def test_of_two_who_sign_up_with_one_name_one_gets_it(server, alice):
    body = {"username": alice.username + "x", "password": PASSWORD, "display_name": "X"}
    answers = at_once(*[lambda: server.http().post("/v1/users", body)] * 6)
    assert statuses(answers) == [201] + [409] * 5


def test_of_many_who_open_a_direct_chat_one_makes_it(alice, bob):
    def open_chat(user, other):
        return lambda: user.http.post("/v1/chats", {"type": "direct", "user": other.id})
    answers = at_once(*[open_chat(alice, bob), open_chat(bob, alice)] * 4)
    assert statuses(answers) == [200] * 7 + [201]
    assert len({answer.json["chat"] for answer in answers}) == 1
    assert len(alice.chats()) == len(bob.chats()) == 1


def test_a_group_asked_for_many_times_with_one_client_id_is_made_once(alice, bob):
    body = {"type": "group", "title": "Once", "members": [bob.id], "client_id": new_client_id()}
    answers = at_once(*[lambda: alice.http.post("/v1/chats", body)] * 6)
    assert statuses(answers) == [200] * 5 + [201]
    assert len({answer.json["chat"] for answer in answers}) == 1
    assert len(bob.chats()) == 1


def test_one_client_id_over_http_many_times_is_one_message(alice, bob):
    chat = alice.direct_chat(bob)
    body = {"client_id": new_client_id(), "kind": "text", "text": "once"}
    answers = at_once(*[lambda: alice.http.post(f"/v1/chats/{chat}/messages", body)] * 8)
    assert statuses(answers) == [200] * 7 + [201]
    assert len({(answer.json["seq"], answer.json["message_id"]) for answer in answers}) == 1
    assert len(alice.history(chat)) == 1


def test_one_client_id_with_many_meanings_is_one_message_and_conflicts(alice, bob):
    chat = alice.direct_chat(bob)
    client_id = new_client_id()

    def send(n):
        return lambda: alice.http.post(f"/v1/chats/{chat}/messages", {
            "client_id": client_id, "kind": "text", "text": f"{n}"})
    assert statuses(at_once(*map(send, range(8)))) == [201] + [409] * 7
    assert len(alice.history(chat)) == 1


def test_one_client_id_sent_to_many_chats_at_once_is_in_one(server, alice):
    chats = [alice.direct_chat(server.user()) for _ in range(6)]
    body = {"client_id": new_client_id(), "kind": "text", "text": "x"}
    answers = at_once(*[lambda chat=chat: alice.http.post(f"/v1/chats/{chat}/messages", body)
                        for chat in chats])
    assert statuses(answers) == [201] + [409] * 5
    assert sum(len(alice.history(chat)) for chat in chats) == 1


def test_additions_at_once_do_not_pass_the_limit(new_server):
    server = new_server({"groups.max_members": 4})
    alice, *others = [server.user() for _ in range(7)]
    group = alice.group()
    answers = at_once(*[lambda one=one: alice.http.post(
        f"/v1/chats/{group}/members", {"members": [one.id]}) for one in others])
    assert statuses(answers) == [200] * 3 + [422] * 3
    assert alice.chat(group)["members"] == len(alice.members(group)) == 4
    assert [one["seq"] for one in alice.history(group)] == [1, 2, 3, 4]


def test_adding_one_person_many_times_at_once_is_one_event(alice, bob):
    group = alice.group()
    answers = at_once(*[lambda: alice.http.post(
        f"/v1/chats/{group}/members", {"members": [bob.id]})] * 6)
    assert statuses(answers) == [200] * 6
    assert alice.chat(group)["head"] == 2 and len(alice.members(group)) == 2


def test_hand_overs_at_once_leave_exactly_one_owner(server, alice):
    others = [server.user() for _ in range(5)]
    group = alice.group(*others)
    at_once(*[lambda one=one: alice.http.put(
        f"/v1/chats/{group}/members/{one.id}/role", {"role": "owner"}) for one in others])
    members = alice.members(group)
    assert [one["role"] for one in members.values()].count("owner") == 1
    owner = next(user for user, one in members.items() if one["role"] == "owner")
    assert next(one for one in others if one.id == owner).chat(group)["role"] == "owner"


@pytest.mark.parametrize("round_", range(3))
def test_a_removal_and_sends_at_once_agree_on_what_was_said(alice, bob, round_):
    group = alice.group(bob)
    theirs = bob.connect(acknowledge=True)

    def flood():
        return [theirs.send_message(group, f"{n}") for n in range(100)]

    def remove():
        alice.http.delete(f"/v1/chats/{group}/members/{bob.id}").ok(204)
    ids, _ = at_once(flood, remove)
    theirs.barrier()
    accepted = {one["client_id"]: one["seq"] for one in theirs.of_type("sent")}
    refused = {one["client_id"] for one in theirs.of_type("error")}
    assert set(accepted) | refused == set(ids) and not set(accepted) & refused
    history = alice.history(group)
    assert [one["seq"] for one in history if one["sender"] == bob.id] == sorted(accepted.values())
    assert [one["seq"] for one in history] == list(range(1, len(history) + 1))
    removal = history[-1]
    assert removal["event"]["change"] == "member_removed"
    stream = [one["seq"] for one in theirs.of_type("sent", "message") if one["chat"] == group]
    assert stream == list(range(2, removal["seq"] + 1))


def test_what_is_sent_while_someone_joins_is_seen_by_him_from_his_joining_on(alice, bob, carol):
    for _ in range(3):
        group = alice.group(bob)
        talking, joining = bob.connect(acknowledge=True), carol.connect(acknowledge=True)

        def flood():
            for n in range(100):
                talking.send_message(group, f"{n}")
            talking.expect_messages(group, 101)  # one is the event of Carol's joining

        def add():
            alice.http.post(f"/v1/chats/{group}/members", {"members": [carol.id]}).ok(200)
        at_once(flood, add)
        joined = carol.chat(group)["first_seq"]
        seqs = [one["seq"] for one in joining.expect_messages(group, 103 - joined)]
        assert seqs == list(range(joined, 103))
        talking.close()
        joining.close()


def test_a_hello_amid_sends_gets_each_message_once(alice, bob):
    chat = alice.direct_chat(bob)
    mine = alice.connect()

    def flood():
        for n in range(300):
            mine.send_message(chat, f"{n}")
        mine.expect_messages(chat, 300)

    def connect():
        return bob.device.connect(acknowledge=True)
    _, one, other = at_once(flood, connect, connect)
    for socket in (one, other):
        seqs = [frame["seq"] for frame in socket.backlog if frame["type"] == "message"]
        while not seqs or seqs[-1] < 300:  # the other socket's acknowledgements count for both
            seqs += [frame["seq"] for frame in socket.expect_messages(chat, 1)]
        assert seqs == list(range(seqs[0], 301))
    assert alice.chat(chat)["head"] == 300


def test_refreshes_at_once_leave_a_device_that_works(server, alice):
    def refresh():
        return server.http().post("/v1/sessions/refresh", {
            "refresh_token": alice.device.refresh_token})
    pairs = [answer.ok(200) for answer in at_once(*[refresh] * 4)]
    working = [pair for pair in pairs
               if server.http(pair["access_token"]).get("/v1/me").status == 200]
    assert working
    pair = server.http().post("/v1/sessions/refresh", {
        "refresh_token": working[0]["refresh_token"]})
    assert pair.status == 200, pair


def test_a_claim_link_used_by_many_at_once_makes_one_operator(new_server):
    server = new_server()
    claim = server.claim_link.split("=")[1]
    answers = at_once(*[lambda n=n: server.http().post("/v1/users", {
        "username": f"user{n}", "password": PASSWORD, "display_name": "X", "claim": claim})
        for n in range(5)])
    assert statuses(answers) == [201] + [403] * 4


def test_no_socket_outlives_a_revocation_that_comes_during_its_hello(alice):
    for _ in range(5):
        device = alice.sign_in()
        sockets = [device.socket() for _ in range(6)]

        def hello(socket):
            return lambda: socket.send("hello", token=device.access_token)
        at_once(*map(hello, sockets[:3]),
                lambda: alice.http.delete(f"/v1/devices/{device.id}").ok(204),
                *map(hello, sockets[3:]))
        for socket in sockets:
            socket.read_for(5)
            assert socket.close_code in (4500, 4501), socket.inbox


def test_what_is_sent_once_a_block_has_answered_is_forbidden(alice, bob):
    chat = alice.direct_chat(bob)
    for _ in range(5):
        theirs = bob.connect(acknowledge=True)

        def flood():
            for n in range(50):
                theirs.send_message(chat, f"{n}")
        at_once(flood, lambda: alice.http.put(f"/v1/blocks/{bob.id}").ok(204))
        late = theirs.send_message(chat, "late")
        assert theirs.expect("error", client_id=late)["code"] == "forbidden"
        alice.http.delete(f"/v1/blocks/{bob.id}").ok(204)
        theirs.close()


def test_of_two_who_use_one_invite_one_gets_in(new_server):
    server = new_server({"registration": "invite"})
    body = {"password": PASSWORD, "display_name": "X"}
    server.http().post("/v1/users", {**body, "username": "operator",
                                     "claim": server.claim_link.split("=")[1]}).ok(201)
    session = server.http().post("/v1/sessions", {
        "username": "operator", "password": PASSWORD, "device_name": "x"}).ok(201)
    invite = server.http(session["access_token"]).post("/v1/invites").ok(201)["invite"]
    answers = at_once(*[lambda n=n: server.http().post("/v1/users", {
        **body, "username": f"guest{n}", "invite": invite}) for n in range(5)])
    assert statuses(answers) == [201] + [403] * 4


def test_marks_from_many_sides_end_at_the_furthest(alice, bob):
    chat = alice.direct_chat(bob)
    mine = alice.connect()
    for n in range(40):
        mine.send_message(chat, f"{n}")
    mine.expect_messages(chat, 40)
    devices = [bob.device, *(bob.sign_in() for _ in range(3))]
    at_once(*[lambda place=place, device=device: [
        device.http.post(f"/v1/chats/{chat}/{what}", {"seq": seq}).ok(204)
        for seq in range(1 + place, 41, 4) for what in ("received", "read")]
        for place, device in enumerate(devices)])
    member = alice.members(chat)[bob.id]
    assert (member["delivered"], member["read"]) == (40, 40)
    receipts = [alice.http.get(f"/v1/chats/{chat}/messages/{seq}/receipts").ok()["items"][0]
                for seq in range(1, 41)]
    for time in ("delivered_at", "read_at"):
        times = [receipt[time] for receipt in receipts]
        assert all(times) and times == sorted(times)
