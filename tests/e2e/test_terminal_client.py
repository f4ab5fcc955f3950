"""The terminal client against the real server: line mode through pipes, full screen in tmux."""

import os
import re
import shlex
import signal
import subprocess

import pytest
from harness.terminal import PASSWORD, Person, open_terminals
from harness.waiting import eventually

BRIGHT_TICKS = r"\x1b\[[0-9;]*[39]6m ✓✓"  # cyan: read


@pytest.fixture
def server(new_server):
    """One of the test's own, that keeps its address over a restart."""
    running = new_server()
    running.settings["listen"] = running.address
    return running


@pytest.fixture
def alice(server, tmp_path):
    return Person(server, tmp_path, "alice")


@pytest.fixture
def bob(server, tmp_path):
    return Person(server, tmp_path, "bob")


@pytest.fixture
def terminals():
    with open_terminals() as open_terminal:
        yield open_terminal


def test_two_people_talk_in_lines(alice, bob):
    alices = alice.plain("--chat", "bob")
    bobs = bob.plain("--chat", "alice")
    alices.expect("online", "err")
    bobs.expect("online", "err")
    alices.say("hello bob")
    bobs.expect("[Alice] Alice: hello bob\n")
    bobs.say("hello alice")
    alices.expect("[Bob] Bob: hello alice\n")
    assert alices.end() == 0
    assert bobs.end() == 0


def test_lines_of_a_pipe_are_all_sent_in_order_before_it_exits(alice, bob):
    lines = [f"line {n}" for n in range(100)]
    done = alice.run("--plain", "--chat", "bob", text="\n".join(lines))
    assert done.returncode == 0, done.stderr
    # Without any input it prints what was missed and exits; once, as it acknowledges.
    received = bob.run("--plain")
    assert re.findall(r"Alice: (.*)\n", received.stdout) == lines
    assert bob.run("--plain").stdout == ""


def test_one_message_exits_once_it_is_sent(alice, bob):
    done = alice.run("--chat", "bob", "--send", "just this")
    assert (done.returncode, done.stdout) == (0, "sent 1\n"), done.stderr
    bobs = bob.plain()
    bobs.expect("Alice: just this\n")


def test_a_message_survives_a_server_that_is_away(alice, bob, server):
    server.kill()
    sending = alice.start("--chat", "bob", "--send", "later", stdout=subprocess.PIPE)
    server.start()
    assert sending.communicate(timeout=60)[0] == "sent 1\n"
    assert sending.returncode == 0


def test_the_next_start_needs_no_password_and_keeps_its_secrets(alice, bob):
    assert alice.run("--chat", "bob", "--send", "again").returncode == 0
    files = list(alice.profile.iterdir())
    assert alice.profile.stat().st_mode & 0o777 == 0o700
    assert all(file.stat().st_mode & 0o777 == 0o600 for file in files), files
    assert not any(PASSWORD in file.read_text() for file in files)


def test_mistakes_are_told_in_one_sentence(alice, server, tmp_path):
    unknown = alice.run("--chat", "nobody", "--send", "x")
    assert unknown.returncode == 1
    assert unknown.stderr == "banter chat: There is no user called nobody.\n"
    wrong = tmp_path / "wrong"
    wrong.write_text("not the password\n")
    refused = alice.run("--server", server.url, "--user", "carol", "--password-file", str(wrong),
                        "--plain")
    assert refused.returncode == 1
    assert len(refused.stderr.splitlines()) == 1
    assert alice.run("--server", "gopher://x", "--plain").returncode == 2
    assert alice.run().returncode == 2  # the full screen without a terminal


def test_control_characters_of_others_do_nothing(alice, bob):
    evil = "\x1b[2J\x1b]0;owned\x07\u202etxt"
    assert alice.run("--chat", "bob", "--send", evil).returncode == 0
    bobs = bob.plain()
    bobs.expect("Alice: ␛[2J␛]0;owned␇\ufffdtxt\n")
    assert "\x1b" not in bobs.texts["out"]


def test_full_screen_shows_messages_and_their_ticks(alice, bob, terminals):
    assert bob.run("--chat", "alice", "--send", "are you there?").returncode == 0
    mine = terminals(shlex.join(alice.command()))
    mine.expect(r"● online")
    mine.expect(r"\d\d:\d\d  are you there\?")
    mine.enter("yes, here")
    mine.expect(r"yes, here ✓\s")
    bobs = bob.plain()
    bobs.expect("Alice: yes, here\n")
    mine.expect(r"yes, here ✓✓")
    assert not re.search(BRIGHT_TICKS, mine.capture("-e"))
    bobs.end()
    theirs = terminals(shlex.join(bob.command()))
    theirs.expect(r"yes, here")
    mine.expect(BRIGHT_TICKS, "-e")
    mine.expect(r"Bob — online")
    theirs.type("writing")
    mine.expect(r"Bob — typing…")


def test_full_screen_queues_reconnects_and_resends(alice, bob, server, terminals):
    mine = terminals(shlex.join(alice.command("--chat", "bob")))
    mine.expect(r"Bob")
    mine.enter("before")
    mine.expect(r"before ✓\s")
    server.kill()
    mine.expect(r"reconnecting in \d+ s")
    mine.enter("one while away")
    mine.enter("two while away")
    mine.expect(r"one while away ◷\s")
    server.start()
    mine.press("Enter")  # does not wait for the next attempt
    mine.expect(r"one while away ✓\s")
    mine.expect(r"two while away ✓\s")
    bobs = bob.plain()
    bobs.expect("two while away\n")
    received = re.findall(r"Alice: (.*)\n", bobs.texts["out"])
    assert received == ["before", "one while away", "two while away"]


def test_full_screen_groups_history_and_sizes(alice, bob, terminals):
    mine = terminals(shlex.join(alice.command()))
    mine.expect(r"● online")
    mine.enter('/group "Sunday hike" bob')
    mine.expect(r"#Sunday hike — 2 members")
    done = bob.run("--plain", "--chat", "#Sunday hike",
                   text="".join(f"step {n}.\n" for n in range(1, 151)))
    assert done.returncode == 0, done.stderr
    mine.expect(r"step 150\.")

    def scrolled_to_the_start():
        mine.press("PPage")
        return re.search(r"step 1\.", mine.capture())
    eventually(scrolled_to_the_start, "PgUp reaches the first message")
    mine.expect(r"You created the group \"Sunday hike\" with Bob")
    mine.resize(50, 12)
    mine.expect(r"scrolled up")
    mine.press("End")
    mine.expect(r"step 150\.")
    mine.enter("/who")
    mine.expect(r"Bob \(bob\), member")


@pytest.mark.parametrize("ending", ["/quit", "SIGTERM", "Ctrl-C"])
def test_full_screen_gives_the_terminal_back(alice, terminals, tmp_path, ending):
    pid_file = tmp_path / "pid"
    command = shlex.join(alice.command())
    script = (f"stty -a > {tmp_path}/before; "
              f"sh -c 'echo $$ > {pid_file}; exec {command}'; echo left with $?; "
              f"stty -a > {tmp_path}/after; echo done; exec cat")
    shell = terminals(script)
    shell.expect(r"● online")
    if ending == "/quit":
        shell.enter("/quit")
    elif ending == "SIGTERM":
        os.kill(int(pid_file.read_text()), signal.SIGTERM)
    else:
        shell.press("C-c")
    shell.expect(r"left with 0\n")
    shell.expect(r"done\n")
    assert "Banter" not in shell.capture()  # the alternate screen is gone
    assert (tmp_path / "after").read_text() == (tmp_path / "before").read_text()
