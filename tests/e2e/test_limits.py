"""Limits of rate: sign-ins, sessions, accounts; and readers that are too slow."""

from harness.people import PASSWORD
from harness.waiting import Stopwatch


def sign_in(server, username, password):
    return server.http().post("/v1/sessions", {
        "username": username, "password": password, "device_name": "x"})


def test_ten_failed_sign_ins_lock_the_account_for_a_while(new_server):
    server = new_server()
    alice, bob = server.user(), server.user()
    for _ in range(10):
        sign_in(server, alice.username, "wrong password").problem(401, "unauthorized")
    for name, password in ((alice.username, "wrong password"), (alice.username, PASSWORD),
                           (alice.username.upper(), PASSWORD)):
        answer = sign_in(server, name, password)
        problem = answer.problem(429, "rate_limited")
        assert 0 < problem["retry_after_ms"] <= 5 * 60 * 1000
        assert 0 < int(answer.headers["Retry-After"]) <= 5 * 60
    sign_in(server, bob.username, PASSWORD).ok(201)
    alice.http.get("/v1/me").ok()  # devices that are signed in go on


def test_an_unknown_account_is_limited_alike(new_server):
    server = new_server()
    for _ in range(10):
        sign_in(server, "nobody", "wrong password").problem(401, "unauthorized")
    sign_in(server, "nobody", "wrong password").problem(429, "rate_limited")


def test_a_right_password_forgives_the_failures_before(new_server):
    server = new_server()
    alice = server.user()
    for _ in range(2):
        for _ in range(9):
            sign_in(server, alice.username, "wrong password").problem(401, "unauthorized")
        sign_in(server, alice.username, PASSWORD).ok(201)


def test_a_hundred_failures_lock_the_address(new_server):
    server = new_server({"auth.password_workers": 4})
    alice = server.user()
    for n in range(100):
        sign_in(server, f"nobody{n}", "wrong password").problem(401, "unauthorized")
    sign_in(server, alice.username, PASSWORD).problem(429, "rate_limited")


def test_a_session_that_sends_too_fast_is_told_when_to_go_on(new_server):
    server = new_server({"limits.session_messages_per_s": 10, "limits.session_burst": 20})
    alice, bob = server.user(), server.user()
    chat = alice.direct_chat(bob)
    mine = alice.connect()
    for n in range(100):
        mine.send_message(chat, f"{n}", ref=f"{n}")
    mine.barrier()
    errors = mine.of_type("error")
    assert 70 <= len(errors) <= 80
    assert {one["code"] for one in errors} == {"rate_limited"}
    assert all(one["retry_after_ms"] > 0 and one["client_id"] and one["ref"] for one in errors)
    retry = errors[0]
    mine.read_for(retry["retry_after_ms"] / 1000 + 1)
    mine.send_message(chat, retry["ref"], client_id=retry["client_id"])
    assert mine.expect("sent", client_id=retry["client_id"])["chat"] == chat
    history = alice.history(chat)
    assert [one["seq"] for one in history] == list(range(1, len(history) + 1))


def test_by_default_a_session_sends_1000_at_once_and_200_in_a_second(server, alice, bob):
    chat = alice.direct_chat(bob)
    mine = alice.connect()
    watch = Stopwatch()
    for n in range(2500):
        mine.send_message(chat, f"{n}")
    mine.barrier()
    took = watch.seconds
    refused = mine.of_type("error")
    assert {one["code"] for one in refused} == {"rate_limited"}
    mine.expect_messages(chat, 2500 - len(refused))
    assert 1000 <= 2500 - len(refused) <= 1000 + 200 * (took + 1)
    assert max(one["retry_after_ms"] for one in refused) <= 10_000


def test_acknowledgements_and_pings_are_not_limited(new_server):
    server = new_server({"limits.session_messages_per_s": 1, "limits.session_burst": 2})
    alice, bob = server.user(), server.user()
    chat = alice.direct_chat(bob)
    bob.post(chat, "x")
    mine = alice.connect()
    for n in range(50):
        mine.send("received", chat=chat, seq=1)
        mine.send("read", chat=chat, seq=1)
        mine.send("ping", n=n)
    mine.expect("pong", n=49)
    assert mine.of_type("error") == []


def test_an_account_is_limited_over_http(new_server):
    server = new_server({"limits.account_messages_per_s": 1, "limits.account_burst": 5,
                         "shards": 1})
    alice, bob = server.user(), server.user()
    answers = [alice.http.get("/v1/me") for _ in range(20)]
    refused = [one for one in answers if one.status != 200]
    assert refused
    for answer in refused:
        assert answer.problem(429, "rate_limited")["retry_after_ms"] > 0
        assert int(answer.headers["Retry-After"]) >= 1
    bob.http.get("/v1/me").ok()


def test_without_limits_nothing_is_refused(new_server):
    server = new_server({"limits.enabled": "false", "limits.session_burst": 1,
                         "limits.session_messages_per_s": 1})
    alice, bob = server.user(), server.user()
    chat = alice.direct_chat(bob)
    mine = alice.connect()
    for n in range(50):
        mine.send_message(chat, f"{n}")
    assert [one["seq"] for one in mine.expect_messages(chat, 50)] == list(range(1, 51))
    for _ in range(12):
        sign_in(server, alice.username, "wrong password").problem(401, "unauthorized")


def test_a_slow_reader_is_closed_with_4008_and_goes_on_from_its_cursor(new_server):
    server = new_server({"limits.session_buffer_bytes": 65_536, "limits.enabled": "false"})
    alice, bob = server.user(), server.user()
    chat = alice.direct_chat(bob)
    slow = bob.device.socket(receive_buffer=4096)
    slow.hello(bob.device.access_token)
    slow.sync()
    mine = alice.connect()
    sent = 1500  # more than the buffers of the kernel and the session together
    for _ in range(sent // 50):
        for _ in range(50):
            mine.send_message(chat, "x" * 10_000)
        mine.expect_messages(chat, 50)
    mine.say(chat, "the last")
    slow.expect_close(4008)
    got = [one["seq"] for one in slow.of_type("message")]
    assert got == list(range(1, len(got) + 1)) and len(got) < sent
    again = bob.device.connect(acknowledge=True)
    assert [one["seq"] for one in again.backlog if one["type"] == "message"] == list(
        range(1, sent + 2))


def test_a_smaller_limit_of_text_is_told_and_kept(new_server):
    server = new_server({"limits.text_bytes": 10})
    alice, bob = server.user(), server.user()
    chat = alice.direct_chat(bob)
    mine = alice.connect()
    assert mine.welcome["limits"]["text_bytes"] == 10
    mine.say(chat, "x" * 10)
    client_id = mine.send_message(chat, "x" * 11)
    mine.expect_error("invalid", client_id=client_id)
