"""The terminal client as a person uses it: lines through pipes, or a full screen in tmux."""

import os
import re
import shutil
import subprocess
import tempfile
from contextlib import contextmanager

import pytest

from .server import BANTER, clean_environment
from .waiting import PATIENCE_S, eventually

PASSWORD = "correct horse battery"


class Person:
    """Someone who has signed up by the terminal client, with a profile of their own."""

    def __init__(self, server, folder, name):
        self.name = name
        self.profile = folder / f"profile-{name}"
        password_file = folder / "password"
        password_file.write_text(PASSWORD + "\n")
        done = self.run("--server", server.url, "--user", name, "--name", name.title(),
                        "--password-file", str(password_file), "--sign-up", "--plain")
        assert done.returncode == 0, done.stderr

    def command(self, *arguments):
        return [BANTER, "chat", "--profile", str(self.profile), *arguments]

    def start(self, *arguments, **streams):
        return subprocess.Popen(self.command(*arguments), text=True, start_new_session=True,
                                env=clean_environment(), **streams)

    def run(self, *arguments, text=""):
        return subprocess.run(self.command(*arguments), input=text, capture_output=True, text=True,
                              timeout=PATIENCE_S, start_new_session=True, env=clean_environment())

    def plain(self, *arguments):
        pipe = subprocess.PIPE
        return Lines(self.start("--plain", *arguments, stdin=pipe, stdout=pipe, stderr=pipe))


class Lines:
    """`banter chat --plain`, and what it has printed so far."""

    def __init__(self, process):
        self.process = process
        self.bytes = {"out": b"", "err": b""}
        for stream in (process.stdout, process.stderr):
            os.set_blocking(stream.fileno(), False)

    @property
    def texts(self):
        for name, stream in (("out", self.process.stdout), ("err", self.process.stderr)):
            try:
                self.bytes[name] += os.read(stream.fileno(), 65536)
            except BlockingIOError:
                pass
        return {name: read.decode(errors="replace") for name, read in self.bytes.items()}

    def expect(self, text, stream="out"):
        try:
            eventually(lambda: text in self.texts[stream], f"{text!r} is printed")
        except pytest.fail.Exception as failure:
            pytest.fail(f"{failure}; so far: {self.texts}")

    def say(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def end(self):
        self.process.stdin.close()
        return self.process.wait(PATIENCE_S)


class Terminal:
    """A program in a terminal of its own, by tmux."""

    def __init__(self, socket, command, columns=100, rows=24):
        self.tmux = ["tmux", "-S", str(socket), "-f", "/dev/null"]
        environment = dict(clean_environment(), LC_ALL="C.UTF-8")
        subprocess.run([*self.tmux, "new-session", "-d", "-x", str(columns), "-y", str(rows),
                        command], check=True, env=environment)

    def capture(self, *options):
        done = subprocess.run([*self.tmux, "capture-pane", "-p", *options], capture_output=True,
                              text=True)
        return done.stdout

    def type(self, text):
        subprocess.run([*self.tmux, "send-keys", "-l", text], check=True)

    def press(self, *keys):
        subprocess.run([*self.tmux, "send-keys", *keys], check=True)

    def enter(self, text):
        self.type(text)
        self.press("Enter")

    def resize(self, columns, rows):
        subprocess.run([*self.tmux, "resize-window", "-x", str(columns), "-y", str(rows)],
                       check=True)

    def expect(self, pattern, *options):
        try:
            return eventually(lambda: re.search(pattern, self.capture(*options)),
                              f"the terminal shows {pattern}")
        except pytest.fail.Exception as failure:
            pytest.fail(f"{failure}; it shows\n{self.capture(*options)}")

    def close(self):
        subprocess.run([*self.tmux, "kill-server"], capture_output=True)


@contextmanager
def open_terminals():
    """Gives a function that opens terminals; all of them are closed at the end."""
    assert shutil.which("tmux"), "these tests need tmux"
    opened = []
    # The path of a socket has to be short: pytest's folders can be too deep.
    with tempfile.TemporaryDirectory(prefix="banter-") as folder:
        def open_terminal(command, **size):
            opened.append(Terminal(f"{folder}/{len(opened)}", command, **size))
            return opened[-1]

        yield open_terminal
        for terminal in opened:
            terminal.close()
