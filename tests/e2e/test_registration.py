"""Who may sign up: the claim link, open, invite and closed registration."""

import pytest
from harness.people import PASSWORD


def sign_up(server, username, **fields):
    return server.http().post("/v1/users", {"username": username, "password": PASSWORD,
                                            "display_name": username, **fields})


def token_of(server, username):
    return server.http().post("/v1/sessions", {
        "username": username, "password": PASSWORD, "device_name": "x"}).ok(201)["access_token"]


def claim_of(server):
    link = server.claim_link
    assert link.startswith(server.url + "/#claim=")
    return link.split("=")[1]


@pytest.fixture(params=["open", "invite", "closed"])
def claimed(request, new_server):
    """A server with this kind of registration, its operator's HTTP client."""
    server = new_server({"registration": request.param})
    made = sign_up(server, "operator", claim=claim_of(server)).ok(201)
    assert made["role"] == "operator"
    return request.param, server, server.http(token_of(server, "operator"))


def test_the_claim_link_makes_the_operator_under_every_registration(claimed):
    _, server, operator = claimed
    assert operator.get("/v1/me").ok()["role"] == "operator"


def test_the_claim_link_works_once(new_server):
    server = new_server()
    claim = claim_of(server)
    sign_up(server, "first", claim=claim).ok(201)
    sign_up(server, "second", claim=claim).problem(403, "forbidden")
    sign_up(server, "second", claim="nonsense").problem(403, "forbidden")
    sign_up(server, "second", claim="").problem(403, "forbidden")
    server.http(token_of(server, "first")).get("/v1/users", query="second").ok()["items"] == []


def test_a_refused_sign_up_does_not_spend_the_claim(new_server):
    server = new_server()
    claim = claim_of(server)
    sign_up(server, "x", claim=claim).problem(400, "invalid")
    sign_up(server, "someone").ok(201)
    sign_up(server, "someone", claim=claim).problem(409, "conflict")
    sign_up(server, "operator", claim=claim).ok(201)


def test_the_first_comer_of_an_open_server_is_no_operator(new_server):
    server = new_server()
    assert sign_up(server, "early").ok(201)["role"] == "user"
    assert sign_up(server, "operator", claim=claim_of(server)).ok(201)["role"] == "operator"


def test_the_link_is_printed_until_the_server_is_claimed(new_server):
    server = new_server()
    first = claim_of(server)
    server.restart()
    second = claim_of(server)
    assert second != first
    sign_up(server, "old-link", claim=first).problem(403, "forbidden")
    sign_up(server, "operator", claim=second).ok(201)
    server.restart()
    assert server.claim_link is None


def test_who_may_sign_up_without_an_invite(claimed):
    registration, server, _ = claimed
    answer = sign_up(server, "stranger")
    if registration == "open":
        assert answer.ok(201)["role"] == "user"
    else:
        answer.problem(403, "forbidden")


def test_an_invite_lets_one_person_in(claimed):
    registration, server, operator = claimed
    invite = operator.post("/v1/invites").ok(201)
    assert invite["url"] == f"{server.url}/#invite={invite['invite']}"
    assert invite["expires_at"].endswith("Z")
    answer = sign_up(server, "guest", invite=invite["invite"])
    if registration == "closed":
        answer.problem(403, "forbidden")
        return
    assert answer.ok(201)["role"] == "user"
    if registration == "invite":
        sign_up(server, "another", invite=invite["invite"]).problem(403, "forbidden")
        sign_up(server, "another", invite="nonsense").problem(403, "forbidden")


def test_a_refused_sign_up_does_not_spend_the_invite(new_server):
    server = new_server({"registration": "invite"})
    sign_up(server, "operator", claim=claim_of(server)).ok(201)
    operator = server.http(token_of(server, "operator"))
    invite = operator.post("/v1/invites").ok(201)["invite"]
    sign_up(server, "operator", invite=invite).problem(409, "conflict")
    sign_up(server, "guest", invite=invite).ok(201)


def test_only_operators_invite(server, alice):
    alice.http.post("/v1/invites").problem(403, "forbidden")
    server.http().post("/v1/invites").problem(401, "unauthorized")
