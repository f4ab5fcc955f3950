"""Signing in and out, access tokens, and the rotation of refresh tokens."""

import pytest
from harness.people import PASSWORD, Device
from harness.waiting import eventually


def refresh(server, token):
    return server.http().post("/v1/sessions/refresh", {"refresh_token": token})


def works(server, access_token):
    answer = server.http(access_token).get("/v1/me")
    assert answer.status in (200, 401), answer
    return answer.status == 200


def test_signing_in_answers_a_device_and_its_tokens(server, alice):
    session = server.http().post("/v1/sessions", {
        "username": alice.username, "password": PASSWORD, "device_name": "phone"}).ok(201)
    assert session["user"] == alice.id
    assert session["device"].isdecimal()
    assert session["expires_at"].endswith("Z")
    assert len({session["access_token"], session["refresh_token"], alice.device.access_token}) == 3
    assert works(server, session["access_token"])


def test_the_username_is_taken_in_any_case(server, alice):
    server.http().post("/v1/sessions", {"username": alice.username.upper(), "password": PASSWORD,
                                        "device_name": "x"}).ok(201)


def test_a_wrong_password_and_an_unknown_user_get_the_same_answer(server, alice):
    def attempt(username, password):
        return server.http().post("/v1/sessions", {"username": username, "password": password,
                                                   "device_name": "x"})
    wrong = attempt(alice.username, "not the password")
    unknown = attempt(alice.username + "-nobody", PASSWORD)
    empty = attempt(alice.username, "")
    assert wrong.problem(401, "unauthorized") == unknown.problem(401, "unauthorized")
    assert wrong.json == empty.problem(401, "unauthorized")


def test_each_sign_in_is_a_new_device_unless_it_names_one(server, alice):
    second = alice.sign_in("second")
    assert second.id != alice.device.id
    again = alice.sign_in("second, again", again=second)
    assert again.id == second.id
    names = {one["device"]: one["name"] for one in alice.http.every("/v1/devices")}
    assert names[second.id] == "second, again"
    assert len(names) == 2


def test_signing_in_again_as_a_device_ends_its_old_refresh_token(server, alice):
    second = alice.sign_in()
    again = alice.sign_in(again=second)
    refresh(server, second.refresh_token).problem(401, "unauthorized")
    assert works(server, again.access_token)
    refresh(server, again.refresh_token).ok(200)


def test_nobody_signs_in_as_a_device_of_somebody_else(server, alice, bob):
    server.http().post("/v1/sessions", {
        "username": alice.username, "password": PASSWORD, "device_name": "x",
        "device": bob.device.id}).problem(404, "not_found")


@pytest.mark.parametrize("change", [{"device_name": "two\nlines"}, {"password": 12345678},
                                    {"username": None}, {"device": 17}, {"device": "x"}])
def test_bad_fields_of_a_sign_in_are_invalid(server, alice, change):
    body = {"username": alice.username, "password": PASSWORD, "device_name": "x", **change}
    server.http().post("/v1/sessions", body).problem(400, "invalid")


def test_an_access_token_ends_in_time_and_a_refresh_brings_another(new_server):
    server = new_server({"auth.access_ttl_s": 2})
    alice = server.user("alice")
    socket = alice.connect()
    eventually(lambda: not works(server, alice.device.access_token), "the token ends")
    pair = refresh(server, alice.device.refresh_token).ok(200)
    assert works(server, pair["access_token"])
    assert pair["device"] == alice.device.id
    socket.barrier()  # an open socket outlives the token


def test_the_old_refresh_token_works_until_the_new_pair_is_used(server, alice):
    old = alice.device.refresh_token
    refresh(server, old).ok(200)  # an answer that got lost
    pair = refresh(server, old).ok(200)
    assert works(server, pair["access_token"])
    refresh(server, old).problem(401, "unauthorized")


@pytest.mark.parametrize("use", ["access_token", "refresh_token"])
def test_a_refresh_token_used_after_its_successor_revokes_the_device(server, alice, use):
    socket = alice.connect()
    old = alice.device.refresh_token
    pair = refresh(server, old).ok(200)
    newest = pair
    if use == "access_token":
        assert works(server, pair["access_token"])
    else:
        newest = refresh(server, pair["refresh_token"]).ok(200)
        assert works(server, newest["access_token"])
    refresh(server, old).problem(401, "unauthorized")
    socket.expect_close(4501, within=5)
    assert not works(server, newest["access_token"])
    refresh(server, newest["refresh_token"]).problem(401, "unauthorized")


def test_refreshing_goes_on_from_pair_to_pair(server, alice):
    token = alice.device.refresh_token
    for _ in range(5):
        pair = refresh(server, token).ok(200)
        assert works(server, pair["access_token"])
        token = pair["refresh_token"]


def test_using_a_new_pair_does_not_end_the_old_access_token_of_other_devices(server, alice):
    second = alice.sign_in()
    pair = refresh(server, alice.device.refresh_token).ok(200)
    assert works(server, pair["access_token"])
    assert works(server, second.access_token)


@pytest.mark.parametrize("token", ["", "x", "bnr_AAAA", "\0", "ä" * 50])
def test_what_is_no_refresh_token_is_unauthorized(server, token):
    refresh(server, token).problem(401, "unauthorized")


def test_the_two_kinds_of_token_cannot_stand_for_each_other(server, alice):
    refresh(server, alice.device.access_token).problem(401, "unauthorized")
    assert not works(server, alice.device.refresh_token)


def test_signing_out_ends_the_tokens_and_the_sockets_of_the_device_only(server, alice):
    second = alice.sign_in()
    leaving = second.connect()
    staying = alice.connect()
    second.http.delete("/v1/sessions/current").ok(204)
    leaving.expect_close(4501, within=5)
    assert not works(server, second.access_token)
    refresh(server, second.refresh_token).problem(401, "unauthorized")
    staying.barrier()
    assert works(server, alice.device.access_token)


def test_who_signed_out_can_sign_in_again_as_the_same_device(server, alice):
    alice.http.delete("/v1/sessions/current").ok(204)
    again = alice.sign_in(again=alice.device)
    assert again.id == alice.device.id and works(server, again.access_token)


@pytest.mark.parametrize("authorization", ["Bearer", "Bearer ", "Bearer nonsense", "Basic YTpi",
                                           "nonsense", "Bearer bna_" + "A" * 43])
def test_a_bad_authorization_is_unauthorized(server, authorization):
    answer = server.http().get("/v1/me", headers={"Authorization": authorization})
    answer.problem(401, "unauthorized")


def test_the_scheme_of_the_authorization_is_taken_in_any_case(server, alice):
    value = f"bEARER {alice.device.access_token}"
    server.http().get("/v1/me", headers={"Authorization": value}).ok()


def test_a_session_answer_must_not_be_cached(server, alice):
    answer = server.http().post("/v1/sessions", {
        "username": alice.username, "password": PASSWORD, "device_name": "x"})
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Set-Cookie"] is None  # only browsers, which send an Origin, get one
    assert Device(alice, answer.ok(201)).http.get("/v1/me").ok()["user"] == alice.id
