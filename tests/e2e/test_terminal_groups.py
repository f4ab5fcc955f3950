"""What the terminal client's commands do to groups, links, people and kept chats."""

import re
import shlex

import pytest
from harness.server import ROOT, run_banter
from harness.terminal import Person, open_terminals
from harness.waiting import eventually


COMMANDS_PAGE = ROOT / "docs" / "reference" / "terminal.md"


@pytest.fixture
def server(new_server):
    return new_server()


@pytest.fixture
def person(server, tmp_path):
    """Makes people who have signed up."""
    return lambda name: Person(server, tmp_path, name)


@pytest.fixture
def alice(person):
    return person("alice")


@pytest.fixture
def bob(person):
    return person("bob")


@pytest.fixture
def terminals():
    with open_terminals() as open_terminal:
        yield open_terminal


class Talk:
    """Lines of one person in one chat; what the client answers to commands is on `err`."""

    def __init__(self, person, chat=None):
        self.lines = person.plain(*(("--chat", chat) if chat else ()))
        self.lines.expect("online", "err")
        if chat:
            self.command("/info 999", "There is no such message")  # the chat is open

    def command(self, line, answer):
        before = len(self.answers)
        self.lines.say(line)
        try:
            eventually(lambda: answer in self.answers[before:], f"{answer!r} answers {line!r}")
        except pytest.fail.Exception as failure:
            pytest.fail(f"{failure}; so far: {self.lines.texts}")

    def hears(self, text):
        self.lines.expect(text)

    @property
    def answers(self):
        return self.lines.texts["err"]


def hike(alice, *members, options=""):
    """A group of Alice's with these members, and Alice's lines in it."""
    names = " ".join(one.name for one in members)
    talk = Talk(alice)
    talk.lines.say(f'/group {options} "Sunday hike" {names}')
    talk.hears("* You created the group")
    talk.lines.expect("You are in #Sunday hike.", "err")
    return talk


def new_link(talk, terms=""):
    before = len(re.findall(r"#join=", talk.answers))
    talk.lines.say(f"/link {terms}")
    eventually(lambda: len(re.findall(r"#join=", talk.answers)) > before, "a link is shown")
    return re.findall(r"http\S+#join=\S+", talk.answers)[-1]


def test_a_link_is_previewed_followed_listed_and_revoked(alice, bob, person):
    hers = hike(alice)
    link = new_link(hers, "2d 5")
    bobs = Talk(bob)
    bobs.command(f"/preview {link}", "-- #Sunday hike, 1 member\n")
    bobs.lines.say(f"/join {link}")
    hers.hears("* Bob joined by a link")
    bobs.lines.expect("You are in #Sunday hike.", "err")
    bobs.lines.say("here I am")
    hers.hears("Bob: here I am")
    hers.command("/links", "used by 1 of 5, made by Alice")
    hers.command("/revoke 1", "-- Revoked.")
    hers.command("/links", "This group has no invite links")
    late = Talk(person("carol"))
    late.command(f"/join {link}", "link")
    assert "Sunday hike" not in late.answers


def test_who_asks_is_let_in_or_not(alice, bob, person):
    carol = person("carol")
    hers = hike(alice)
    hers.lines.say("/approval on")
    hers.hears("admins let in who follows a link")
    link = new_link(hers)
    bobs, carols = Talk(bob), Talk(carol)
    for talk, name in ((bobs, "Bob"), (carols, "Carol")):
        talk.command(f"/join {link}", "You have asked to join.")
        hers.lines.expect(f"{name} asks to be let into #Sunday hike", "err")
    hers.command("/requests", "-- Bob (bob), asked")
    hers.command("/refuse bob", "-- Refused.")
    bobs.lines.expect("Your request to join a group was refused.", "err")
    hers.lines.say("/accept carol")
    carols.hears("[Sunday hike] * ")
    hers.command("/requests", "Nobody asks to be let in.")
    bobs.command(f"/join {link}", "You have asked to join.")
    hers.lines.expect("Bob asks", "err")
    bobs.command(f"/withdraw {link}", "You no longer ask to join.")


def test_roles_are_given_taken_and_handed_over(alice, bob):
    hers = hike(alice, bob)
    for command, told in (("promote", "made Bob admin"), ("demote", "made Bob member"),
                          ("handover", "made Bob owner")):
        hers.lines.say(f"/{command} bob")
        hers.hears(f"* You {told}")
    hers.command("/group", "you are an admin")
    hers.command("/promote bob", "Only the owner sets roles.")


def test_title_description_picture_and_permissions(alice, bob, tmp_path):
    hers = hike(alice, bob, options="--shared")
    bobs = Talk(bob, "#Sunday hike")
    picture = tmp_path / "hill.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    for command, told in (("/title Monday hike", 'Alice renamed the group to "Monday hike"'),
                          ("/description We walk slowly", "changed the group's description"),
                          (f"/picture {picture}", "changed the group's picture"),
                          ("/picture none", "removed the picture"),
                          ("/permissions write admins", "only admins may write")):
        hers.lines.say(command)
        bobs.hears(told)
    bobs.command("/group", "-- Newcomers see what was said before them.")
    assert "#Monday hike, 2 members; you are a member\n-- We walk slowly\n" in bobs.answers
    bobs.command("may I?", "Only admins may write in this group.")
    not_one = tmp_path / "notes.txt"
    not_one.write_text("words")
    hers.command(f"/picture {not_one}", "A picture is a PNG, JPEG or WebP file.")
    hers.command("/picture /nowhere", "cannot be read")


def test_kept_states_show_in_the_list(alice, bob):
    assert bob.run("--chat", "alice", "--send", "hello").returncode == 0
    hers = Talk(alice, "bob")
    hers.command("/pin", "-- Pinned.")
    hers.command("/mute 8h", "-- Muted until ")
    hers.command("/archive", "-- Archived.")
    hers.command("/list", "-- 1  Bob, pinned, muted, archived")
    for command, answer in (("/unpin", "No longer pinned."), ("/mute off", "No longer muted."),
                            ("/unarchive", "No longer archived."), ("/list", "-- 1  Bob\n")):
        hers.command(command, answer)
    hers.command("/mute sometimes", "Say how long")


def test_message_info_names_who_received_and_read(alice, bob, person):
    hers = hike(alice, bob, person("dave"))
    hers.lines.say("who comes?")
    bobs = Talk(bob, "#Sunday hike")
    bobs.hears("who comes?")

    def info():
        hers.lines.say("/info")
        return re.search(r"-- Bob: delivered \S+ \S+, read ", hers.answers)
    eventually(info, "Bob has read it")
    assert "-- Dave: not yet delivered" in hers.answers
    assert "Nobody else was here" not in hers.answers
    hers.command("/info 7", "There is no such message of yours")


def test_contacts_blocks_reports_and_privacy(alice, bob):
    assert bob.run("--chat", "alice", "--send", "buy my watches").returncode == 0
    hers = Talk(alice, "bob")
    hers.command("/contact", "Contacts: nobody.")
    hers.command("/contact add bob", "Added to your contacts.")
    hers.command("/contact", "-- Bob (bob)")
    hers.command("/contact remove bob", "No longer a contact.")
    hers.command("/block bob", "Blocked: neither")
    refused = bob.run("--chat", "alice", "--send", "hello?")
    assert refused.returncode == 1
    hers.command("/block", "-- Bob (bob)")
    hers.command("/unblock bob", "No longer blocked.")
    assert bob.run("--chat", "alice", "--send", "hello again").returncode == 0
    hers.hears("hello again")
    hers.command("/report", "It is /report spam|abuse|other")
    hers.command("/report boring", "Say why:")
    hers.command("/report spam", "-- Thank you.")
    hers.command("/report abuse @carol", "Nobody here is called carol.")
    hers.command("/privacy", "last-seen: everyone, read-receipts: everyone")
    hers.command("/privacy last-seen nobody", "last-seen: nobody, read-receipts: everyone")


def test_reports_reach_the_operators_with_their_evidence(alice, bob, server):
    assert bob.run("--chat", "alice", "--send", "buy my watches").returncode == 0
    hers = Talk(alice, "bob")
    hers.hears("buy my watches")
    hers.command("/report spam @bob watches, every day", "-- Thank you.")
    data = ("--data-dir", server.data_dir)
    listed = run_banter("reports", "list", *data, cwd=server.folder)
    assert listed.returncode == 0, listed.stderr
    assert "spam" in listed.stdout
    number = re.search(r"^\d+", listed.stdout, re.MULTILINE).group()
    shown = run_banter("reports", "show", number, *data, cwd=server.folder)
    assert "buy my watches" in shown.stdout
    assert "watches, every day" in shown.stdout


def test_help_names_every_topic_and_a_mistake_is_told(alice):
    hers = Talk(alice)
    hers.command("/help", "/help links")
    for topic, line in (("chats", "/mute [8h|1w|always|off]"), ("groups", "/handover USER"),
                        ("links", "/withdraw LINK"), ("people", "/privacy"), ("keys", "PgUp")):
        hers.command(f"/help {topic}", line)
    documented = re.findall(r"^\| `/(\w+)", COMMANDS_PAGE.read_text(), re.MULTILINE)
    assert set(re.findall(r"-- /(\w+)", hers.answers)) - {"quit"} == set(documented)
    hers.command("/frobnicate", "There is no such command: /frobnicate. Try /help.")
    hers.command("/accept", "It is /accept USER.")
    hers.command("/link", "This is not a group.")


def test_full_screen_shows_marks_senders_and_drafts(alice, bob, terminals):
    hers = hike(alice, bob)
    hers.lines.say("bring water")
    assert hers.lines.end() == 0
    assert bob.run("--chat", "alice", "--send", "are you there?").returncode == 0
    mine = terminals(shlex.join(alice.command("--chat", "bob")))
    mine.expect(r"are you there\?")
    mine.expect(r"You: bring water")
    mine.enter("/pin")
    mine.expect(r"Bob\s+▲")
    mine.enter("/mute 1w")
    mine.expect(r"Bob\s+▲ ⊘")
    other = terminals(shlex.join(alice.command("--chat", "#Sunday hike")))
    other.expect(r"#Sunday hike — 2 members")
    other.expect(r"Bob\s+▲ ⊘")
    mine.type("half a thought")
    other.expect(r"✎ half a thought")
    other.enter("/dm bob")
    other.expect(r"> half a thought")
    mine.press("Enter")
    mine.expect(r"half a thought ✓")
    other.expect(r"(?m)^>\s*$")
    assert "✎" not in other.capture()


def test_full_screen_wraps_a_link_and_counts_requests(alice, bob, terminals):
    assert hike(alice).lines.end() == 0
    mine = terminals(shlex.join(alice.command("--chat", "#Sunday hike")), columns=80)
    mine.expect(r"#Sunday hike — 1 member")
    mine.enter("/approval on")
    mine.expect(r"admins let in")
    mine.enter("/link")
    mine.expect(r"#join=")
    right_pane = [line.rpartition("│")[2].strip() for line in mine.capture().splitlines()
                  if "│" in line]
    link = re.search(r"http\S+", "".join(right_pane)).group()
    Talk(bob).command(f"/join {link}", "You have asked to join.")
    mine.expect(r"1 to let in")
    mine.expect(r"Sunday hike\s+\+1")
    mine.enter("/accept bob")
    mine.expect(r"#Sunday hike — 2 members")
