"""A user's own profile and its privacy."""

import pytest


def test_me_tells_names_and_privacy(alice):
    me = alice.http.get("/v1/me").ok()
    assert me["user"] == alice.id and me["username"] == alice.username
    assert me["display_name"] == alice.username.title()
    assert me["privacy"] == {"last_seen": "everyone", "read_receipts": "everyone"}


def test_a_new_display_name_is_seen_by_others(alice, bob):
    alice.http.patch("/v1/me", {"display_name": "Ärztin"}).ok()
    assert bob.http.get(f"/v1/users/{alice.id}").ok()["display_name"] == "Ärztin"
    assert alice.http.get("/v1/me").ok()["display_name"] == "Ärztin"
    chat = bob.direct_chat(alice)
    assert bob.chat(chat)["title"] == "Ärztin"
    found = bob.http.get("/v1/users", query="ärzt").ok()["items"]
    assert alice.id in [one["user"] for one in found]


def test_a_patch_leaves_alone_what_it_does_not_name(alice):
    alice.http.patch("/v1/me", {"privacy": {"last_seen": "nobody"}}).ok()
    me = alice.http.patch("/v1/me", {"privacy": {"read_receipts": "contacts"}}).ok()
    assert me["privacy"] == {"last_seen": "nobody", "read_receipts": "contacts"}
    assert me["display_name"] == alice.username.title()
    assert alice.http.patch("/v1/me", {}).ok() == me


@pytest.mark.parametrize("change", [
    {"display_name": "a\nb"}, {"display_name": ""}, {"display_name": 5}, {"privacy": "everyone"},
    {"privacy": {"last_seen": "friends"}}, {"privacy": {"read_receipts": True}},
    {"display_name": "fine", "privacy": {"last_seen": ""}}])
def test_a_bad_patch_is_invalid_and_changes_nothing(alice, change):
    before = alice.http.get("/v1/me").ok()
    alice.http.patch("/v1/me", change).problem(400, "invalid")
    assert alice.http.get("/v1/me").ok() == before
