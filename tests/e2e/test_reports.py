"""Reports to the operators, with the messages as they were."""

import pytest
from harness.server import run_banter

UNKNOWN = "6a1c2b1e-8a48-4a5a-9d3f-2a35a2c6a001"
SECRET = "a text that belongs into no log"


@pytest.fixture
def chat(alice, bob):
    chat = alice.direct_chat(bob)
    for n in range(3):
        bob.post(chat, f"rude {n}")
    return chat


@pytest.fixture
def claimed(new_server):
    """A server with its operator, and two users of it."""
    server = new_server({"log.level": "trace"})
    server.http().post("/v1/users", {
        "username": "boss", "password": "correct horse battery", "display_name": "Boss",
        "claim": server.claim_link.split("=")[1]}).ok(201)
    session = server.http().post("/v1/sessions", {
        "username": "boss", "password": "correct horse battery", "device_name": "x"}).ok(201)
    alice, bob = server.user("alice"), server.user("bob")
    return server, server.http(session["access_token"]), alice, bob


def report(reporter, chat, **fields):
    return reporter.http.post("/v1/reports", {"chat": chat, "reason": "abuse", **fields})


def banter(server, *arguments):
    return run_banter("reports", *arguments, "--data-dir", server.data_dir, cwd=server.folder)


def test_a_report_reaches_the_operator_with_its_evidence(claimed):
    server, boss, alice, bob = claimed
    chat = alice.direct_chat(bob)
    for n in range(3):
        bob.post(chat, f"rude {n} {SECRET}")
    first = report(alice, chat, seqs=[2, 1], user=bob.id, text=f"help {SECRET}").ok(201)["report"]
    second = report(bob, chat, reason="spam").ok(201)["report"]
    listed = boss.every("/v1/reports", limit=1)
    assert [(one["report"], one["messages"], one["status"]) for one in listed] == [
        (first, 2, "open"), (second, 0, "open")]
    shown = boss.get(f"/v1/reports/{first}").ok()
    assert shown["reporter"] == alice.id and shown["reporter_username"] == alice.username
    assert shown["user"] == bob.id and shown["username"] == bob.username
    assert (shown["chat"], shown["reason"]) == (chat, "abuse")
    assert shown["text"] == f"help {SECRET}"
    assert [(one["seq"], one["sender"], one["text"]) for one in shown["evidence"]] == [
        (1, bob.id, f"rude 0 {SECRET}"), (2, bob.id, f"rude 1 {SECRET}")]
    closed = boss.post(f"/v1/reports/{first}/close", {"note": f"warned {SECRET}"}).ok()
    assert closed["status"] == "closed" and closed["note"] == f"warned {SECRET}"
    assert closed["closed_by"] == boss.get("/v1/me").ok()["user"]
    again = boss.post(f"/v1/reports/{first}/close", {"note": "again"}).ok()
    assert (again["note"], again["closed_at"]) == (closed["note"], closed["closed_at"])
    assert [one["report"] for one in boss.every("/v1/reports")] == [second]
    assert [one["report"] for one in boss.every("/v1/reports", all="true")] == [first, second]
    assert SECRET not in server.log_text()


def test_only_operators_see_reports(alice, bob, chat):
    made = report(alice, chat).ok(201)["report"]
    for user in (alice, bob):
        user.http.get("/v1/reports").problem(403, "forbidden")
        user.http.get(f"/v1/reports/{made}").problem(403, "forbidden")
        user.http.post(f"/v1/reports/{made}/close", {}).problem(403, "forbidden")
    alice.server.http().get("/v1/reports").problem(401, "unauthorized")
    alice.server.http().post("/v1/reports", {}).problem(401, "unauthorized")


def test_a_retry_with_the_same_client_id_makes_no_second_report(alice, chat):
    first = report(alice, chat, client_id=UNKNOWN).ok(201)["report"]
    assert report(alice, chat, client_id=UNKNOWN).ok(201)["report"] == first
    assert report(alice, chat).ok(201)["report"] != first


@pytest.mark.parametrize("fields", [
    {"reason": "boring"}, {"reason": None}, {"seqs": "1"}, {"seqs": [-1]}, {"seqs": ["1"]},
    {"seqs": [1] * 21}, {"user": "x"}, {"text": 7}, {"text": "x" * 2049}, {"chat": "x"},
    {"client_id": "x"}])
def test_bad_reports_are_invalid(alice, chat, fields):
    body = {"chat": chat, "reason": "abuse", **fields}
    alice.http.post("/v1/reports", body).problem(400, "invalid")


def test_what_the_reporter_cannot_see_is_not_found(alice, carol, chat):
    report(carol, chat, seqs=[1]).problem(404, "not_found")
    report(alice, UNKNOWN).problem(404, "not_found")
    for seq in (0, 4, 2 ** 62):
        report(alice, chat, seqs=[1, seq]).problem(404, "not_found")
    report(alice, chat, user="4711").problem(404, "not_found")
    report(alice, chat, user=alice.id).problem(400, "invalid")


def test_a_newcomer_reports_nothing_from_before_his_time(alice, bob, carol):
    group = alice.group(bob)
    alice.post(group, "before")
    alice.http.post(f"/v1/chats/{group}/members", {"members": [carol.id]}).ok()
    report(carol, group, seqs=[2]).problem(404, "not_found")
    report(carol, group, seqs=[3]).ok(201)


@pytest.mark.parametrize("running", [True, False])
def test_the_command_line_lists_shows_and_closes(new_server, running):
    server = new_server()
    alice, bob = server.user("alice"), server.user("bob")
    chat = alice.direct_chat(bob)
    bob.post(chat, "rude \x1b[2J and more")
    made = report(alice, chat, seqs=[1], user=bob.id, text="two\nlines").ok(201)["report"]
    other = report(bob, chat, reason="spam").ok(201)["report"]
    if not running:
        server.stop()
    listed = banter(server, "list")
    assert listed.returncode == 0, listed
    lines = listed.stdout.splitlines()
    assert len(lines) == 2 and lines[0].startswith(made) and alice.username in lines[0]
    shown = banter(server, "show", made)
    assert shown.returncode == 0, shown
    assert bob.username in shown.stdout and "two\nlines" in shown.stdout
    assert "rude" in shown.stdout and "\x1b" not in shown.stdout
    done = banter(server, "close", made, "--note", "warned him")
    assert done.returncode == 0, done
    assert [line.split()[0] for line in banter(server, "list").stdout.splitlines()] == [other]
    assert len(banter(server, "list", "--all").stdout.splitlines()) == 2
    assert "warned him" in banter(server, "show", made).stdout


@pytest.mark.parametrize("arguments", [("show", "4711"), ("show", "x"), ("close", "4711")])
@pytest.mark.parametrize("running", [True, False])
def test_the_command_line_says_that_there_is_no_such_report(new_server, running, arguments):
    server = new_server()
    if not running:
        server.stop()
    done = banter(server, *arguments)
    assert done.returncode == 1 and done.stdout == ""
    assert len(done.stderr.splitlines()) == 1 and done.stderr.startswith("banter: ")


def test_a_report_needs_its_number(new_server):
    assert banter(new_server(), "show").returncode == 2
