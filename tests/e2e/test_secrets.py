"""No log, at any level, and no file of the data directory holds a password or a token."""

import base64

from harness.people import Device

PASSWORD = "a-password-that-is-nowhere-else"
TEXT = "a message text that belongs into no log"


def files_with(folder, secret):
    found = []
    for path in folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            found += [(path.name, form) for form in forms(secret) if form in content]
    return found


def forms(secret):
    """The secret as it is, and as a careless program would keep it."""
    data = secret.encode()
    return {data, base64.b64encode(data).rstrip(b"=")[:-2], data.hex().encode(), data[-20:]}


def test_secrets_are_in_no_log_and_no_file(new_server):
    server = new_server({"log.level": "trace", "registration": "open"})
    claim = server.claim_link.split("=")[1]
    alice = server.http().post("/v1/users", {
        "username": "alice", "password": PASSWORD, "display_name": "Alice",
        "claim": claim}).ok(201)["user"]
    secrets = [PASSWORD, claim]

    def sign_in(password, origin=None):
        headers = {"Origin": origin} if origin else {}
        return server.http().post("/v1/sessions", {
            "username": "alice", "password": password, "device_name": "x"}, headers=headers)

    session = sign_in(PASSWORD, server.url)
    secrets.append(session.headers["Set-Cookie"].split("=")[1].split(";")[0])
    wrong = "a-wrong-password-of-somebody"
    sign_in(wrong).problem(401, "unauthorized")
    secrets.append(wrong)
    session = session.ok(201)
    pair = server.http().post("/v1/sessions/refresh", {
        "refresh_token": session["refresh_token"]}).ok(200)
    http = server.http(pair["access_token"])
    secrets += [session["access_token"], session["refresh_token"], pair["access_token"],
                pair["refresh_token"], http.post("/v1/invites").ok(201)["invite"]]
    group = http.post("/v1/chats", {"type": "group", "title": "x", "members": []}).ok(201)["chat"]
    link = http.post(f"/v1/chats/{group}/links", {}).ok(201)["token"]
    http.get(f"/v1/links/{link}").ok()
    http.post(f"/v1/links/{link}").ok()
    secrets.append(link)
    server.http("not-a-token-but-somebodys-secret").get("/v1/me").problem(401, "unauthorized")
    secrets.append("not-a-token-but-somebodys-secret")

    class Someone:
        pass
    Someone.server = server
    socket = Device(Someone, {**pair, "device": session["device"]}).connect()
    bob = server.user()
    chat = http.post("/v1/chats", {"type": "direct", "user": bob.id}).ok(201)["chat"]
    socket.say(chat, TEXT)
    socket.send_text('{"type":"send","text":"' + TEXT + '", broken')
    socket.expect_error("invalid")
    server.http().post("/v1/sessions/refresh", {
        "refresh_token": session["refresh_token"]}).problem(401, "unauthorized")
    assert alice
    for stopped in (False, True):
        for secret in secrets:
            assert files_with(server.data_dir, secret) == []
            assert not [form for form in forms(secret) if form.decode() in server.log_text()]
        assert TEXT not in server.log_text()
        if not stopped:
            server.stop()
            server.start()
    output = server.output_file.read_text()
    assert not [secret for secret in secrets if secret in output]


def test_a_search_for_secrets_would_find_them(tmp_path):
    (tmp_path / "file").write_bytes(b"...bna_sEcReT...")
    assert files_with(tmp_path, "bna_sEcReT")
    (tmp_path / "file").write_bytes(b"..." + base64.b64encode(b"bna_sEcReT") + b"...")
    assert files_with(tmp_path, "bna_sEcReT")
