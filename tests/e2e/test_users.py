"""Signing up, and finding users."""

from zlib import crc32

import pytest
from harness.people import PASSWORD


def sign_up(server, **fields):
    body = {"username": "someone", "password": PASSWORD, "display_name": "Someone", **fields}
    return server.http().post("/v1/users", body)


def test_signing_up_answers_the_user(server, alice):
    answer = sign_up(server, username=alice.username + "x", display_name="Ally X").ok(201)
    assert answer["user"].isdecimal() and 0 < int(answer["user"]) < 2 ** 63
    assert answer["username"] == alice.username + "x"
    assert answer["display_name"] == "Ally X"
    assert "password" not in answer


def test_a_username_is_unique_ignoring_case(server, alice):
    sign_up(server, username=alice.username.upper()).problem(409, "conflict")


@pytest.mark.parametrize("name", ["ab", "a" * 33, "with space", "slash/", "ünïcode", "tab\t", "",
                                  "nul\0x", "at@home"])
def test_a_username_has_3_to_32_plain_characters(server, name):
    sign_up(server, username=name).problem(400, "invalid")


def test_usernames_may_be_3_and_32_long_with_dots_dashes_and_underscores(server):
    username = server.user().username
    letters = username.replace(".", "")
    for name in (f"{letters}._-Z"[:32].ljust(32, "9"), f"_{crc32(username.encode()) % 1000:03}"):
        assert sign_up(server, username=name).ok(201)["username"] == name


@pytest.mark.parametrize("password, accepted", [
    ("1234567", False), ("12345678", True), ("x" * 1024, True), ("x" * 1025, False),
    ("äöü", False), ("pass\0word\0", True), ("ä" * 512, True), ("ä" * 513, False)],
    ids=lambda value: f"{value[:8]}({len(value)})" if isinstance(value, str) else None)
def test_a_password_has_8_to_1024_bytes(server, alice, password, accepted):
    name = f"{alice.username}p"
    answer = sign_up(server, username=name, password=password)
    if accepted:
        answer.ok(201)
        session = {"username": name, "password": password, "device_name": "x"}
        server.http().post("/v1/sessions", session).ok(201)
    else:
        answer.problem(400, "invalid")


@pytest.mark.parametrize("name", ["two\nlines", "bell\a", "", "nul\0", "del\x7f", "c1\x85"])
def test_a_display_name_has_no_control_characters(server, alice, name):
    sign_up(server, username=alice.username + "d", display_name=name).problem(400, "invalid")


def test_a_display_name_may_be_in_any_script(server, alice):
    name = "Łukasz 李 👩‍🚀"
    answer = sign_up(server, username=alice.username + "d", display_name=name).ok(201)
    assert answer["display_name"] == name


@pytest.mark.parametrize("body", [
    {}, {"username": "someone"}, {"password": PASSWORD}, {"username": 7, "password": PASSWORD},
    {"username": ["a"], "password": PASSWORD}, {"username": "someone", "password": None},
    {"username": "someone", "password": PASSWORD, "display_name": {"x": 1}}])
def test_missing_and_mistyped_fields_are_invalid(server, body):
    server.http().post("/v1/users", body).problem(400, "invalid")


def test_unknown_fields_are_ignored(server, alice):
    sign_up(server, username=alice.username + "u", favourite_colour="blue").ok(201)


def test_a_user_can_be_read(alice, bob):
    assert alice.http.get(f"/v1/users/{bob.id}").ok() == {
        "user": bob.id, "username": bob.username, "display_name": bob.username.title()}


@pytest.mark.parametrize("user", ["1", "9223372036854775807", "0", "18446744073709551616", "abc",
                                  "-1", "+1", "1.0"])
def test_an_unknown_user_is_not_found(alice, user):
    answer = alice.http.get(f"/v1/users/{user}")
    assert answer.status in (400, 404), answer
    answer.problem(answer.status, "not_found" if answer.status == 404 else "invalid")


def test_users_are_found_by_the_beginning_of_a_name_ignoring_case(server, alice, bob):
    found = alice.http.every("/v1/users", query=bob.username[:-1].upper())
    assert bob.id in [user["user"] for user in found]
    assert alice.id not in [user["user"] for user in found]
    assert alice.http.get("/v1/users", query="no-such-prefix-").ok()["items"] == []


def test_a_search_is_paged_without_gaps_or_repeats(server, alice):
    prefix = alice.username + "-page"
    made = [sign_up(server, username=f"{prefix}{n}", display_name=f"Z{n}").ok(201)["user"]
            for n in range(5)]
    found = alice.http.every("/v1/users", query=prefix, limit=2)
    assert sorted(one["user"] for one in found) == sorted(made)
    first = alice.http.get("/v1/users", query=prefix, limit=2).ok()
    second = alice.http.get("/v1/users", query=prefix, limit=2, after=first["next"]).ok()
    back = alice.http.get("/v1/users", query=prefix, limit=2, before=second["previous"]).ok()
    assert first["previous"] is None and len(first["items"]) == 2
    assert back["items"] == first["items"]


def test_users_can_be_seen_only_when_signed_in(server, alice):
    server.http().get(f"/v1/users/{alice.id}").problem(401, "unauthorized")
    server.http().get("/v1/users", query="a").problem(401, "unauthorized")
