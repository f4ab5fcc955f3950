"""The list of a user's chats: order, unread counts, previews."""

import time

import pytest

from harness.waiting import eventually


def ids(user):
    return [one["chat"] for one in user.chats()]


def next_millisecond():
    """Messages of the same millisecond are equally new."""
    now = time.time_ns() // 1_000_000
    eventually(lambda: time.time_ns() // 1_000_000 > now, "the clock goes on")


def test_the_chat_with_the_newest_message_comes_first(alice, bob, carol):
    first, second = alice.direct_chat(bob), alice.direct_chat(carol)
    alice.post(first, "one")
    next_millisecond()
    alice.post(second, "two")
    assert ids(alice) == [second, first]
    next_millisecond()
    bob.post(first, "three")
    assert ids(alice) == [first, second]
    next_millisecond()
    group = carol.group(alice)
    assert ids(alice) == [group, first, second]


def test_an_item_tells_all_there_is_to_show(alice, bob):
    chat = alice.direct_chat(bob)
    alice.post(chat, "hello")
    item, = bob.chats()
    assert item["chat"] == chat and item["type"] == "direct"
    assert item["title"] == alice.username.title()
    assert (item["head"], item["first_seq"], item["read"], item["unread"]) == (1, 1, 0, 1)
    assert (item["preview"], item["role"], item["members"]) == ("hello", "member", 2)
    assert bob.chat(chat) == item


def test_unread_counts_messages_of_others_after_the_read_mark(alice, bob):
    chat = alice.direct_chat(bob)
    for n in range(3):
        alice.post(chat, f"{n}")
    bob.post(chat, "mine")
    alice.post(chat, "one more")
    assert (bob.chat(chat)["unread"], alice.chat(chat)["unread"]) == (4, 1)
    bob.read(chat, 2)
    assert (bob.chat(chat)["unread"], bob.chat(chat)["read"]) == (2, 2)
    bob.read(chat, 5)
    assert bob.chat(chat)["unread"] == 0
    assert alice.chat(chat)["unread"] == 1


def test_events_are_not_unread(alice, bob, carol):
    group = alice.group(bob)
    alice.http.post(f"/v1/chats/{group}/members", {"members": [carol.id]}).ok(200)
    assert bob.chat(group)["unread"] == 0
    alice.post(group, "now")
    assert bob.chat(group)["unread"] == 1
    assert carol.chat(group)["unread"] == 1


def test_having_received_is_not_having_read(alice, bob):
    chat = alice.direct_chat(bob)
    alice.post(chat, "x")
    bob.received(chat, 1)
    assert bob.chat(chat)["unread"] == 1


def test_the_preview_is_the_newest_message(alice, bob):
    chat = alice.direct_chat(bob)
    alice.post(chat, "first")
    bob.post(chat, "second 👋")
    assert alice.chat(chat)["preview"] == "second 👋"


def test_the_preview_of_a_long_text_is_short_and_whole_characters(alice, bob):
    chat = alice.direct_chat(bob)
    alice.post(chat, "ä" * 30_000)
    preview = alice.chat(chat)["preview"]
    assert 0 < len(preview) < 1000 and set(preview) <= {"ä", "…"}


@pytest.mark.parametrize("limit", [1, 2, 3, 200])
def test_the_list_is_paged_without_gaps_or_repeats(server, alice, limit):
    chats = []
    for _ in range(5):
        chats.append(alice.direct_chat(server.user()))
        alice.post(chats[-1], "x")
    listed = [one["chat"] for one in alice.http.every("/v1/chats", limit=limit)]
    assert listed == list(reversed(chats))


def test_the_list_goes_back_to_its_beginning(server, alice):
    for _ in range(4):
        alice.post(alice.direct_chat(server.user()), "x")
    first = alice.http.get("/v1/chats", limit=2).ok()
    second = alice.http.get("/v1/chats", limit=2, after=first["next"]).ok()
    assert first["previous"] is None and second["next"] is None
    back = alice.http.get("/v1/chats", limit=2, before=second["previous"]).ok()
    assert back["items"] == first["items"] and back["previous"] is None


LISTS = ["/v1/chats", "/v1/contacts", "/v1/devices", "/v1/users"]


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("limit", ["0", "201", "-1", "x", "", "1.5", "99999999999999999999"])
def test_a_limit_outside_1_to_200_is_invalid(alice, path, limit):
    alice.http.get(path, limit=limit).problem(400, "invalid")


@pytest.mark.parametrize("path", LISTS)
def test_a_list_is_a_page_of_at_most_50_by_default(alice, path):
    page = alice.http.get(path).ok()
    assert set(page) == {"items", "next", "previous"} and len(page["items"]) <= 50


def test_a_list_of_51_needs_a_second_page(alice):
    for n in range(51):
        alice.group(title=f"{n}")
    page = alice.http.get("/v1/chats").ok()
    assert len(page["items"]) == 50 and page["next"] is not None
    rest = alice.http.get("/v1/chats", after=page["next"]).ok()
    assert len(rest["items"]) == 1 and rest["next"] is None
    assert len(alice.http.get("/v1/chats", limit=200).ok()["items"]) == 51


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("cursor", ["nonsense", "\0", "ä" * 100])
def test_a_made_up_cursor_breaks_nothing(alice, path, cursor):
    answer = alice.http.get(path, after=cursor)
    if answer.status != 200:
        answer.problem(400, "invalid")
