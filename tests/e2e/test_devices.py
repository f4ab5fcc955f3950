"""Several devices of one user, and ending them."""

from harness.waiting import Stopwatch


def test_devices_are_listed_with_names_and_the_current_one_marked(alice):
    second = alice.sign_in("tablet")
    listed = {one["device"]: one for one in second.http.every("/v1/devices")}
    assert set(listed) == {alice.device.id, second.id}
    assert listed[second.id]["name"] == "tablet" and listed[second.id]["current"] is True
    assert listed[alice.device.id]["current"] is False
    assert listed[second.id]["created_at"] >= listed[alice.device.id]["created_at"]


def test_the_list_of_devices_is_paged(alice):
    made = [alice.device.id, *(alice.sign_in(f"device {n}").id for n in range(4))]
    assert [one["device"] for one in alice.http.every("/v1/devices", limit=2)] == made
    page = alice.http.get("/v1/devices", limit=2).ok()
    assert page["previous"] is None
    second = alice.http.get("/v1/devices", limit=2, after=page["next"]).ok()
    back = alice.http.get("/v1/devices", limit=2, before=second["previous"]).ok()
    assert back["items"] == page["items"]


def test_revoking_a_device_closes_its_sockets_within_5_s_and_ends_its_tokens(server, alice):
    second = alice.sign_in()
    sockets = [second.connect(), second.connect()]
    watch = Stopwatch()
    alice.http.delete(f"/v1/devices/{second.id}").ok(204)
    for socket in sockets:
        socket.expect_close(4501, within=5)
    assert watch.seconds < 5
    second.http.get("/v1/me").problem(401, "unauthorized")
    server.http().post("/v1/sessions/refresh", {"refresh_token": second.refresh_token}).problem(
        401, "unauthorized")
    assert [one["device"] for one in alice.http.every("/v1/devices")] == [alice.device.id]
    alice.http.delete(f"/v1/devices/{second.id}").problem(404, "not_found")


def test_a_revoked_device_cannot_say_hello(alice):
    second = alice.sign_in()
    alice.http.delete(f"/v1/devices/{second.id}").ok(204)
    socket = second.socket()
    socket.send("hello", token=second.access_token)
    socket.expect_error("unauthorized")
    socket.expect_close(4500)


def test_a_device_can_revoke_itself(alice):
    second = alice.sign_in()
    socket = second.connect()
    second.http.delete(f"/v1/devices/{second.id}").ok(204)
    socket.expect_close(4501, within=5)
    alice.http.get("/v1/me").ok()


def test_devices_of_others_are_not_found(alice, bob):
    alice.http.delete(f"/v1/devices/{bob.device.id}").problem(404, "not_found")
    bob.http.get("/v1/me").ok()


def test_an_id_that_is_none_is_refused(alice):
    assert alice.http.delete("/v1/devices/nonsense").status in (400, 404)
