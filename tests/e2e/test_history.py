"""Paging through the messages of a chat, in both directions."""

import pytest


@pytest.fixture
def chat(alice, bob):
    """A chat of ten messages."""
    made = alice.direct_chat(bob)
    for n in range(1, 11):
        (alice if n % 2 else bob).post(made, f"message {n}")
    return made


@pytest.fixture
def page(alice, chat):
    return lambda **query: alice.http.get(f"/v1/chats/{chat}/messages", **query).ok()


def seqs(answer):
    return [one["seq"] for one in answer["items"]]


def test_without_a_cursor_it_is_the_newest_page_newest_first(page):
    assert seqs(page()) == list(range(10, 0, -1))
    assert seqs(page(limit=3)) == [10, 9, 8]


def test_before_goes_back_newest_first_and_excludes_its_seq(page):
    assert seqs(page(before=5, limit=3)) == [4, 3, 2]
    assert seqs(page(before=2)) == [1]
    assert seqs(page(before=1)) == []
    assert seqs(page(before=1000)) == list(range(10, 0, -1))


def test_after_goes_on_oldest_first_and_excludes_its_seq(page):
    assert seqs(page(after=5, limit=3)) == [6, 7, 8]
    assert seqs(page(after=0)) == list(range(1, 11))
    assert seqs(page(after=10)) == []


def test_the_cursors_of_messages_are_decimal_seqs(page):
    middle = page(after=3, limit=3)
    assert (middle["previous"], middle["next"]) == ("4", "6")
    assert page()["next"] is None and page()["previous"] is None
    newest = page(limit=4)
    assert (newest["previous"], newest["next"]) == ("7", None)
    oldest = page(after=0, limit=4)
    assert (oldest["previous"], oldest["next"]) == (None, "4")


def test_walking_back_and_forth_meets_every_message_once(page):
    walked, answer = [], page(limit=3)
    while True:
        walked += seqs(answer)
        if answer["previous"] is None:
            break
        answer = page(before=answer["previous"], limit=3)
    assert walked == list(range(10, 0, -1))
    walked, answer = [], page(after=0, limit=3)
    while True:
        walked += seqs(answer)
        if answer["next"] is None:
            break
        answer = page(after=answer["next"], limit=3)
    assert walked == list(range(1, 11))


@pytest.mark.parametrize("query", [
    {"before": 5, "after": 2}, {"before": "x"}, {"after": "-1"}, {"before": ""}, {"after": "1.5"},
    {"before": "99999999999999999999"}, {"limit": 0}, {"limit": 201}, {"limit": "x"}])
def test_bad_parameters_are_invalid(alice, chat, query):
    alice.http.get(f"/v1/chats/{chat}/messages", **query).problem(400, "invalid")


def test_a_message_tells_all_there_is(alice, bob, chat, page):
    message = page(after=0, limit=1)["items"][0]
    assert message["chat"] == chat and message["seq"] == 1
    assert message["sender"] == alice.id and message["kind"] == "text"
    assert message["text"] == "message 1" and message["at"].endswith("Z")
    assert len(message["message_id"]) == 36
    assert len(message["at"]) == len("2026-01-01T00:00:00.000Z")  # RFC 3339 with milliseconds
    assert "client_id" in message
    theirs = bob.http.get(f"/v1/chats/{chat}/messages", after=0, limit=1).ok()["items"][0]
    assert "client_id" not in theirs  # to the sender's devices only


def test_message_ids_rise_with_the_sequence(page):
    def time_of(message):
        low, middle, high = message["message_id"].split("-")[:3]
        assert high[0] == "1"  # a TimeUUID (RFC 9562 §5.1)
        return int(high[1:] + middle + low, 16)
    times = [time_of(message) for message in page(after=0)["items"]]
    assert times == sorted(set(times))


def test_a_page_holds_up_to_200(alice, bob):
    chat = alice.direct_chat(bob)
    socket = alice.connect()
    for n in range(201):
        socket.send_message(chat, f"{n}")
    socket.expect_messages(chat, 201)
    answer = alice.http.get(f"/v1/chats/{chat}/messages", limit=200).ok()
    assert seqs(answer) == list(range(201, 1, -1)) and answer["previous"] == "2"
    assert len(alice.http.get(f"/v1/chats/{chat}/messages").ok()["items"]) == 50


def test_an_empty_chat_has_an_empty_history(alice, bob):
    chat = alice.direct_chat(bob)
    for query in ({}, {"after": 0}, {"before": 1}):
        assert alice.http.get(f"/v1/chats/{chat}/messages", **query).ok() == {
            "items": [], "next": None, "previous": None}
