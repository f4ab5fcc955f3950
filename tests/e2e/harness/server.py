"""`banter serve` as a process: one data directory, over as many starts as a test wants."""

import json
import os
import re
import signal
import subprocess
from pathlib import Path

import pytest

from .http import Http
from .people import User
from .reference import reference
from .waiting import PATIENCE_S, SLOWNESS, eventually

ROOT = Path(__file__).resolve().parents[3]
BANTER = os.environ.get("BANTER_BIN") or str(ROOT / "build" / "release" / "banter")


def clean_environment(settings=()):
    """The environment without this machine's BANTER_…, with these settings as variables."""
    environment = {name: value for name, value in os.environ.items()
                   if not name.startswith("BANTER_")}
    for name, value in dict(settings).items():
        environment["BANTER_" + name.upper().replace(".", "_")] = str(value)
    return environment


def run_banter(*arguments, cwd, settings=(), text="", within=PATIENCE_S):
    """Runs a command of the program to its end."""
    return subprocess.run([BANTER, *map(str, arguments)], cwd=cwd, input=text, text=True,
                          capture_output=True, env=clean_environment(settings), timeout=within,
                          start_new_session=True)


class Server:
    """Settings are named as in TOML: Server(folder, {"limits.window": 64})."""

    def __init__(self, folder, settings=()):
        self.folder = Path(folder)
        self.data_dir = self.folder / "data"
        self.settings = {"listen": "127.0.0.1:0", "admin_listen": "127.0.0.1:0",
                         "data_dir": self.data_dir, **dict(settings)}
        self.output_file = self.folder / "server.out"
        self.log_file = self.folder / "server.log"
        self.expected_errors = set()  # events that a test means to provoke
        self.process = None
        self._names = 0

    def start(self):
        """Starts the program and waits until it says that it is ready."""
        self.launch()
        eventually(self._is_ready, f"the server gets ready; see {self.log_file}",
                   within=30 * SLOWNESS)
        reference.load(self.address)
        return self

    def launch(self):
        with self.output_file.open("w") as output, self.log_file.open("a") as log:
            self.process = subprocess.Popen([BANTER, "serve"], cwd=self.folder, stdout=output,
                                            stderr=log, env=clean_environment(self.settings))

    def _is_ready(self):
        if self.process.poll() is not None:
            pytest.fail(f"the server ended with {self.process.returncode}:\n{self.log_text()}")
        return self._fact("Data")

    def _fact(self, name):
        found = re.search(rf"^{name}: (\S+)$", self.output_file.read_text(), re.MULTILINE)
        return found and found[1]

    @property
    def url(self):
        return self._fact("Banter is ready")

    @property
    def address(self):
        return self.url.removeprefix("http://")

    @property
    def admin_address(self):
        return self._fact("Admin").removeprefix("http://")

    @property
    def claim_link(self):
        """The link that makes the first operator; None when there is one."""
        return self._fact("Claim this server")

    def http(self, token=None):
        return Http(self.address, token)

    def admin(self):
        return Http(self.admin_address, admin=True)

    def user(self, name="user"):
        """A new user with a name that nobody else has."""
        assert self.process.poll() is None, f"the server is gone:\n{self.log_text()[-8000:]}"
        self._names += 1
        worker = os.environ.get("PYTEST_XDIST_WORKER", "")
        return User(self, f"{name}{self._names}.{worker}{os.getpid()}")

    def metric(self, name):
        """The sum of a metric's samples."""
        text = self.admin().get("/metrics").body.decode()
        values = re.findall(rf"^{name}(?:\{{[^}}]*\}})? (\S+)$", text, re.MULTILINE)
        assert values, f"no metric {name}"
        return sum(float(value) for value in values)

    def log_text(self):
        return self.log_file.read_text(errors="replace")

    def log_lines(self):
        """The log, each line an object; a line that is none is a failure."""
        lines = []
        for line in self.log_text().splitlines():
            try:
                lines.append(json.loads(line))
            except ValueError:
                pytest.fail(f"not a line of a structured log: {line!r}\n{self.log_text()[-4000:]}")
        return lines

    def terminate(self):
        self.process.send_signal(signal.SIGTERM)

    def wait_for_exit(self):
        return self.process.wait(20 * SLOWNESS)

    def stop(self):
        """An orderly stop: exit code 0, and nothing in the log that should not be there."""
        if self.process is None or self.process.poll() is not None:
            return
        self.terminate()
        code = self.wait_for_exit()
        assert code == 0, f"exit code {code}\n{self.log_text()[-4000:]}"
        surprises = [line for line in self.log_lines()
                     if line["level"] not in ("trace", "debug", "info", "warn")
                     and line["event"] not in self.expected_errors]
        assert not surprises, surprises

    def kill(self):
        """Ends the process as a power cut would."""
        self.process.kill()
        self.process.wait()

    def restart(self):
        self.stop()
        return self.start()
