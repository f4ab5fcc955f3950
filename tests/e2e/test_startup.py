"""What keeps the server from starting: one clear sentence on stderr, and an exit code."""

import os
import socket
import subprocess

import pytest
from harness.server import BANTER, Server, clean_environment, run_banter
from harness.waiting import eventually

USAGE, DATA_DIRECTORY, ADDRESS_IN_USE = 2, 3, 4


def serve(folder, settings=(), *flags):
    """Runs a server that cannot start to its end."""
    defaults = {"listen": "127.0.0.1:0", "admin_listen": "127.0.0.1:0",
                "data_dir": folder / "data"}
    return run_banter("serve", *flags, cwd=folder, settings={**defaults, **dict(settings)})


def refused(done, code, *words):
    assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
    assert "Banter is ready" not in done.stdout
    sentences = [line for line in done.stderr.splitlines() if not line.startswith("{")]
    assert len(sentences) == 1, done.stderr
    for word in words:
        assert str(word) in sentences[0], sentences[0]


@pytest.fixture
def taken():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"127.0.0.1:{listening.getsockname()[1]}"


@pytest.mark.parametrize("setting", ["listen", "admin_listen"])
def test_a_taken_port(tmp_path, taken, setting):
    refused(serve(tmp_path, {setting: taken}), ADDRESS_IN_USE, taken, setting)


def test_the_port_of_a_running_server(tmp_path, server):
    refused(serve(tmp_path, {"listen": server.address}), ADDRESS_IN_USE, server.address)
    server.http().get("/livez").ok()


def test_of_two_started_at_once_on_one_port_one_runs(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    servers = []
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        servers.append(Server(tmp_path / name, {"listen": address}))
    for server in servers:
        server.launch()
    try:
        loser = eventually(lambda: [one for one in servers if one.process.poll() is not None],
                           "one of them gives up")
        assert len(loser) == 1 and loser[0].process.returncode == ADDRESS_IN_USE
        winner, = set(servers) - set(loser)
        eventually(lambda: winner.url, "the other is ready")
        winner.user()
        winner.stop()
    finally:
        for server in servers:
            server.kill()


def test_a_port_of_which_this_machine_has_no_address(tmp_path):
    refused(serve(tmp_path, {"listen": "192.0.2.1:8080"}), ADDRESS_IN_USE, "192.0.2.1:8080")


@pytest.mark.parametrize("address", ["8080", "127.0.0.1", "127.0.0.1:x", "nowhere:80",
                                     "127.0.0.1:65536", ""])
def test_an_address_that_is_none(tmp_path, address):
    refused(serve(tmp_path, {"listen": address}), USAGE, "listen")


def test_a_data_directory_that_is_in_use(tmp_path, server):
    pid = server.process.pid
    refused(serve(tmp_path, {"data_dir": server.data_dir}), DATA_DIRECTORY, server.data_dir, pid)
    server.user()  # the other server goes on


def test_a_data_directory_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("not a directory")
    for path in (tmp_path / "file", tmp_path / "file" / "data"):
        refused(serve(tmp_path, {"data_dir": path}), DATA_DIRECTORY, path)
    refused(serve(tmp_path, {"data_dir": "/proc/banter"}), DATA_DIRECTORY, "/proc/banter")


def test_a_data_directory_that_may_not_be_written(tmp_path):
    """Permissions bind root, too, once he has laid down the capability to pass them by."""
    data = tmp_path / "data"
    data.mkdir(mode=0o500)
    command = [BANTER, "serve"]
    if os.geteuid() == 0:
        command = ["setpriv", "--bounding-set=-dac_override", *command]
    settings = {"listen": "127.0.0.1:0", "admin_listen": "127.0.0.1:0", "data_dir": data}
    done = subprocess.run(command, cwd=tmp_path, env=clean_environment(settings), text=True,
                          capture_output=True, timeout=60)
    refused(done, DATA_DIRECTORY, data)


def test_a_data_directory_of_a_newer_version(new_server):
    server = new_server()
    server.stop()
    (server.data_dir / "VERSION").write_text("999\n")
    refused(serve(server.folder), DATA_DIRECTORY, "newer", server.data_dir)
    (server.data_dir / "VERSION").write_text("rubbish")
    refused(serve(server.folder), DATA_DIRECTORY, server.data_dir)


def test_a_directory_of_something_else_is_left_alone(tmp_path):
    data = tmp_path / "data"
    (data / "messages").mkdir(parents=True)
    (data / "messages" / "precious").write_text("mine")
    refused(serve(tmp_path), DATA_DIRECTORY, data)
    assert (data / "messages" / "precious").read_text() == "mine"


@pytest.mark.parametrize("key, nearest", [
    ("listne", "listen"), ("registratoin", "registration"), ("limits.windows", "limits.window"),
    ("auth.acces_ttl_s", "auth.access_ttl_s"), ("log.levl", "log.level")])
def test_an_unknown_key_in_the_file_is_named_with_the_nearest(tmp_path, key, nearest):
    (tmp_path / "my.toml").write_text(f'{key} = "x"\n')
    refused(serve(tmp_path, (), "--config", "my.toml"), USAGE, key, nearest, "my.toml")


def test_an_unknown_flag_is_named_with_the_nearest(tmp_path):
    refused(serve(tmp_path, (), "--data-dri", "x"), USAGE, "--data-dri", "--data-dir")


@pytest.mark.parametrize("line", [
    "limits.window = 1", "limits.window = 'many'", "limits.window = '64'", "listen = 8080",
    "limits.enabled = 'yes'", "registration = 'maybe'", "shards = -1", "log.level = 'loud'",
    "allowed_origins = 'x'", "auth.access_ttl_s = 1.5"])
def test_a_value_outside_its_bounds_is_named(tmp_path, line):
    (tmp_path / "banter.toml").write_text(line + "\n")
    refused(serve(tmp_path), USAGE, line.split(" ")[0])


def test_a_file_that_is_no_toml_is_named_with_the_line(tmp_path):
    (tmp_path / "banter.toml").write_text("listen = '127.0.0.1:0'\nnonsense\n")
    refused(serve(tmp_path), USAGE, "banter.toml", "line 2")


def test_a_file_that_is_not_there_is_named(tmp_path):
    refused(serve(tmp_path, (), "--config", "missing.toml"), USAGE, "missing.toml")


def test_a_damaged_store_is_not_started_over_in_silence(new_server):
    server = new_server()
    alice, bob = server.user(), server.user()
    alice.post(alice.direct_chat(bob), "precious")
    server.stop()
    current = server.data_dir / "messages" / "CURRENT"
    current.write_text("rubbish")
    done = serve(server.folder)
    assert done.returncode == DATA_DIRECTORY, done
    assert current.read_text() == "rubbish"


def test_flags_win_over_the_environment_and_that_over_the_file(tmp_path):
    (tmp_path / "banter.toml").write_text(
        "limits.window = 100\nlimits.text_bytes = 100\ngroups.max_members = 100\n")
    done = run_banter("config", "show", "--limits-text-bytes", 300, cwd=tmp_path, settings={
        "limits.text_bytes": 200, "groups.max_members": 200})
    assert "limits.window = 100" in done.stdout
    assert "groups.max_members = 200" in done.stdout
    assert "limits.text_bytes = 300" in done.stdout


def test_the_log_goes_to_the_file_that_is_named(new_server, tmp_path):
    log = tmp_path / "banter.log"
    server = new_server({"log.file": log})
    server.stop()
    assert '"server.ready"' in log.read_text() and server.log_text() == ""


def test_a_server_starts_on_what_is_named_with_flags_alone(tmp_path):
    class WithFlags(Server):
        def launch(self):
            with self.output_file.open("w") as output, self.log_file.open("a") as log:
                self.process = subprocess.Popen(
                    [BANTER, "serve", "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0",
                     "--data-dir", self.data_dir], cwd=self.folder, stdout=output, stderr=log,
                    env=clean_environment())
    server = WithFlags(tmp_path).start()
    server.http().get("/readyz").ok()
    server.stop()
