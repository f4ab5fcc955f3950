"""kill -9 at random points under load: nothing acknowledged is lost, nothing is there twice.

Each round goes on with the data of the rounds before. A failure prints the seed; `--seed N` makes
the same choices again (though not the same timing).
"""

from harness.server import run_banter


def test_a_killed_server_keeps_its_promises(world, round_):
    assert not world.broken, "an earlier round failed; the rounds after it prove nothing"
    world.broken = True
    world.talk_until_killed()
    ready = world.restart()
    heads = world.catch_up()
    world.check(heads)
    world.broken = False
    counts = {name: sum(talker.counts[name] for talker in world.talkers)
              for name in ("sent", "message", "retried")}
    print(f"round {round_}: ready in {ready:.2f} s; so far {sum(heads.values())} messages in "
          f"{len(heads)} chats, {counts}")


def test_the_doctor_finds_no_fault_afterwards(world):
    for talker in world.talkers:
        talker.socket.drop()
    world.server.kill()
    done = run_banter("doctor", "--data-dir", world.server.data_dir, cwd=world.server.folder,
                      within=120)
    assert done.returncode == 0 and "All is well" in done.stdout, done
