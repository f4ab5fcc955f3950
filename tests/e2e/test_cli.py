"""The commands of the program: version, config, user, doctor."""

import tomllib

import pytest
from harness.people import PASSWORD
from harness.server import run_banter


@pytest.fixture(params=["running", "stopped"])
def data(request, new_server):
    """A data directory, with a server on it or without."""
    server = new_server()
    if request.param == "stopped":
        server.stop()
    return server


def banter(server, *arguments, text=""):
    return run_banter(*arguments, "--data-dir", server.data_dir, cwd=server.folder, text=text)


def sign_in(server, username, password):
    """The status of a sign-in, whether the server ran or not."""
    if server.process.poll() is not None:
        server.start()
    return server.http().post("/v1/sessions", {
        "username": username, "password": password, "device_name": "x"}).status


def test_version(tmp_path):
    done = run_banter("version", cwd=tmp_path)
    assert done.returncode == 0 and done.stdout.startswith("banter ")


def test_help_names_every_command(tmp_path):
    done = run_banter("--help", cwd=tmp_path)
    assert done.returncode == 0
    for command in ("serve", "chat", "user", "reports", "config", "doctor", "version"):
        assert command in done.stdout


@pytest.mark.parametrize("arguments", [(), ("nonsense",), ("user",), ("config",), ("user", "add"),
                                       ("config", "nonsense"), ("serve", "extra")])
def test_a_wrong_command_line_is_one_sentence_and_exit_code_2(tmp_path, arguments):
    done = run_banter(*arguments, cwd=tmp_path)
    assert done.returncode == 2 and done.stdout == ""
    assert len(done.stderr.splitlines()) == 1 and done.stderr.startswith("banter: ")


# config


def test_the_sample_is_valid_and_says_the_defaults(tmp_path):
    sample = run_banter("config", "sample", cwd=tmp_path).stdout
    (tmp_path / "banter.toml").write_text(sample)
    settings = tomllib.loads(sample)
    assert settings["listen"] == "127.0.0.1:8080" and settings["data_dir"] == "./banter-data"
    assert settings["auth"]["access_ttl_s"] == 900
    assert settings["auth"]["refresh_ttl_s"] == 60 * 24 * 3600
    assert settings["groups"]["max_members"] == 500
    assert run_banter("config", "check", cwd=tmp_path).returncode == 0
    shown = run_banter("config", "show", cwd=tmp_path).stdout
    assert "banter.toml" in shown and "default" not in shown


@pytest.mark.parametrize("name", [
    "listen", "admin_listen", "data_dir", "public_url", "allowed_origins", "registration",
    "auth.access_ttl_s", "auth.refresh_ttl_s", "limits.enabled", "limits.session_buffer_bytes",
    "limits.text_bytes", "groups.max_members", "groups.fanout_on_write_below", "log.level",
    "log.file"])
def test_every_setting_of_the_protocol_is_shown_and_documented(tmp_path, name):
    assert f"\n{name} = " in "\n" + run_banter("config", "show", cwd=tmp_path).stdout
    reference = run_banter("config", "docs", cwd=tmp_path).stdout
    variable = "BANTER_" + name.upper().replace(".", "_")
    flag = "--" + name.replace(".", "-").replace("_", "-")
    row = next(line for line in reference.splitlines() if line.startswith(f"| `{name}`"))
    assert f"`{variable}`" in row and f"`{flag}`" in row


def test_check_says_what_is_wrong(tmp_path):
    (tmp_path / "banter.toml").write_text("limits.windwo = 5\n")
    done = run_banter("config", "check", cwd=tmp_path)
    assert done.returncode == 2 and "limits.window" in done.stderr


def test_show_names_the_origin_of_each_value(tmp_path):
    done = run_banter("config", "show", "--listen", "127.0.0.1:1", cwd=tmp_path,
                      settings={"log.level": "warn"})
    lines = {line.split(" = ")[0]: line for line in done.stdout.splitlines()}
    assert "--listen" in lines["listen"] and "BANTER_LOG_LEVEL" in lines["log.level"]
    assert "default" in lines["public_url"]


# user


def test_a_user_is_added_and_can_sign_in(data):
    done = banter(data, "user", "add", "dora", "--display-name", "Dora D", text=PASSWORD + "\n")
    assert done.returncode == 0, done
    assert PASSWORD not in done.stdout + done.stderr
    listed = banter(data, "user", "list")
    assert listed.returncode == 0 and "dora" in listed.stdout and "Dora D" in listed.stdout
    assert sign_in(data, "dora", PASSWORD) == 201


def test_a_user_can_be_added_under_closed_registration(new_server):
    server = new_server({"registration": "closed"})
    assert banter(server, "user", "add", "dora", text=PASSWORD + "\n").returncode == 0
    assert sign_in(server, "dora", PASSWORD) == 201


@pytest.mark.parametrize("username, password", [("x", PASSWORD), ("a b c", PASSWORD),
                                                ("dora", "short"), ("dora", "")])
def test_the_rules_of_names_and_passwords_hold(data, username, password):
    done = banter(data, "user", "add", username, text=password + "\n")
    assert done.returncode == 1 and len(done.stderr.strip().splitlines()) >= 1
    assert username not in banter(data, "user", "list").stdout.split()


def test_a_taken_name_is_refused(data):
    assert banter(data, "user", "add", "dora", text=PASSWORD + "\n").returncode == 0
    again = banter(data, "user", "add", "DORA", text=PASSWORD + "\n")
    assert again.returncode == 1 and "banter: " in again.stderr


def test_a_password_is_read_from_a_file_or_made(data):
    file = data.folder / "password"
    file.write_text("from a file, with spaces\n")
    assert banter(data, "user", "add", "filed", "--password-file", file).returncode == 0
    made = banter(data, "user", "add", "made", "--generate")
    password = made.stdout.split("Password: ")[1].strip()
    missing = banter(data, "user", "add", "nobody", "--password-file", data.folder / "missing")
    assert missing.returncode == 2 and "missing" in missing.stderr
    assert sign_in(data, "filed", "from a file, with spaces") == 201
    assert sign_in(data, "made", password) == 201


def test_a_new_password_replaces_the_old_one(data):
    assert banter(data, "user", "add", "dora", text=PASSWORD + "\n").returncode == 0
    assert banter(data, "user", "passwd", "dora", text="another password\n").returncode == 0
    assert sign_in(data, "dora", PASSWORD) == 401
    assert sign_in(data, "dora", "another password") == 201


def test_a_new_password_signs_out_everywhere(new_server):
    server = new_server()
    alice = server.user("alice")
    socket = alice.connect()
    assert banter(server, "user", "passwd", alice.username, text="another one\n").returncode == 0
    socket.expect_close(4501, within=5)
    alice.http.get("/v1/me").problem(401, "unauthorized")
    server.http().post("/v1/sessions/refresh", {
        "refresh_token": alice.device.refresh_token}).problem(401, "unauthorized")


def test_the_password_of_an_unknown_user_cannot_be_set(data):
    done = banter(data, "user", "passwd", "nobody", text=PASSWORD + "\n")
    assert done.returncode == 1 and "no such user" in done.stderr.lower()


def test_every_user_is_listed(new_server):
    server = new_server({"auth.password_workers": 4})
    names = [server.user().username for _ in range(5)]
    assert all(name in banter(server, "user", "list").stdout for name in names)
    server.stop()
    assert all(name in banter(server, "user", "list").stdout for name in names)


# doctor


def test_the_doctor_finds_healthy_data_well(new_server):
    server = new_server()
    alice, bob = server.user(), server.user()
    chat = alice.direct_chat(bob)
    for n in range(20):
        alice.post(chat, f"{n}")
    alice.group(bob)
    server.stop()
    done = banter(server, "doctor")
    assert done.returncode == 0 and "All is well" in done.stdout, done
    assert "21" in done.stdout.split()  # twenty messages and one event
    server.start()
    assert len(alice.history(chat)) == 20


def test_the_doctor_refuses_a_directory_in_use(new_server):
    server = new_server()
    done = banter(server, "doctor")
    assert done.returncode == 3 and str(server.data_dir) in done.stderr


@pytest.mark.parametrize("command", [("doctor",), ("user", "list"), ("user", "passwd", "dora")])
def test_looking_at_a_directory_that_is_not_there_makes_none(tmp_path, command):
    done = run_banter(*command, "--data-dir", tmp_path / "typo", cwd=tmp_path,
                      text=PASSWORD + "\n")
    assert done.returncode == 3 and str(tmp_path / "typo") in done.stderr, done
    assert not (tmp_path / "typo").exists()
