"""Users with many chats, members and devices."""

import pytest
from harness.waiting import eventually


def newest_first(listed):
    """What stands where, asserted to be in order; those of one millisecond have no order."""
    times = [one["at"] for one in listed]
    assert times == sorted(times, reverse=True)
    return sorted((one["at"], one["chat"], one["head"], one["preview"]) for one in listed)


@pytest.fixture
def busy(new_server):
    return new_server({"limits.enabled": "false", "auth.password_workers": 4})


def test_a_backlog_over_hundreds_of_chats_is_complete(busy):
    alice, bob = busy.user(), busy.user()
    chats = [alice.group(bob, title=f"Group {n}") for n in range(300)]
    mine = alice.connect(acknowledge=True)
    for chat in chats:
        mine.send_message(chat, "first")
        mine.send_message(chat, "second")
    for chat in chats:
        mine.expect_messages(chat, 2)
    socket = bob.device.connect(acknowledge=True)
    assert (socket.synced["chats"], socket.synced["messages"]) == (300, 900)
    seqs = {}
    for one in socket.backlog:
        if one["type"] == "message":
            seqs.setdefault(one["chat"], []).append(one["seq"])
    assert seqs == {chat: [1, 2, 3] for chat in chats}
    listed = bob.chats()
    assert sorted(one["chat"] for one in listed) == sorted(chats)
    assert {one["unread"] for one in listed} == {2}
    busy.restart()
    assert newest_first(bob.chats()) == newest_first(listed)
    assert bob.connect().synced["messages"] == 0


def test_the_list_of_chats_stays_whole_while_chats_move_to_its_top(busy):
    alice, bob = busy.user(), busy.user()
    chats = [alice.group(bob, title=f"{n}") for n in range(40)]
    page = bob.http.get("/v1/chats", limit=10).ok()
    seen = [one["chat"] for one in page["items"]]
    turn = 0
    while page["next"] is not None:
        alice.post(chats[-1 - turn % 5], "to the top")  # of those that have been listed
        turn += 1
        page = bob.http.get("/v1/chats", limit=10, after=page["next"]).ok()
        seen += [one["chat"] for one in page["items"]]
    assert sorted(seen) == sorted(chats)


def test_every_device_of_a_user_with_many_gets_everything(busy):
    alice, bob = busy.user(), busy.user()
    devices = [bob.device, *(bob.sign_in(f"{n}") for n in range(19))]
    online = [device.connect() for device in devices[:10]]
    chat = alice.direct_chat(bob)
    for n in range(10):
        alice.post(chat, f"{n}")
    for socket in online:
        assert [one["seq"] for one in socket.expect_messages(chat, 10)] == list(range(1, 11))
    for device in devices[10:]:
        backlog = device.connect().backlog
        assert [one["seq"] for one in backlog if one["type"] == "message"] == list(range(1, 11))


def test_a_group_of_many_is_told_everything_whatever_the_way_of_fan_out(new_server):
    server = new_server({"limits.enabled": "false", "auth.password_workers": 4,
                         "groups.fanout_on_write_below": 20})
    users = [server.user() for _ in range(30)]
    small, large = users[0].group(*users[1:10]), users[0].group(*users[1:])
    online, away = users[1:6], users[6:10]
    sockets = [user.connect(acknowledge=True) for user in online]
    for n in range(30):
        users[n % 10].post(small, f"{n}")
        users[n].post(large, f"{n}")
    for socket in sockets:
        for chat in (small, large):
            stream = [one["seq"] for one in socket.expect_messages(chat, 30)]
            assert stream == list(range(2, 32))
    for user in away:
        socket = user.device.connect(acknowledge=True)
        backlog = [one for one in socket.backlog if one["type"] == "message"]
        socket.close()  # a connection that is dropped takes what is on its way with it
        for chat in (small, large):
            assert [one["seq"] for one in backlog if one["chat"] == chat] == list(range(1, 32))
    for chat in (small, large):
        eventually(lambda chat=chat: all(users[0].members(chat)[user.id]["delivered"] == 31
                                         for user in away), "what they acknowledged has arrived")
    # Growing over the threshold and shrinking below it changes nothing for who is away.
    for user in users[10:25]:
        users[0].http.post(f"/v1/chats/{small}/members", {"members": [user.id]}).ok(200)
    for user in users[12:30]:
        users[0].http.delete(f"/v1/chats/{large}/members/{user.id}").ok(204)
    for chat in (small, large):
        users[0].post(chat, "after the change")
    for user in away + [users[11]]:
        seen = user.device.connect(acknowledge=True)
        for chat in (small, large):
            stream = [one["seq"] for one in seen.backlog if one["type"] == "message"
                      and one["chat"] == chat]
            head = user.chat(chat)["head"]
            first = user.chat(chat)["first_seq"] if user is users[11] else 32
            assert stream == list(range(first, head + 1))
