"""Sessions that go silent. Each takes a minute."""

import pytest
from harness.waiting import Stopwatch

pytestmark = pytest.mark.long


def test_60_s_of_silence_end_the_session_and_make_offline_within_65_s(alice, bob):
    silent, watching = bob.connect(), alice.connect()
    watching.send("watch", users=[bob.id])
    watching.expect("presence", user=bob.id, status="online")
    watch = Stopwatch()
    while silent.close_code is None:
        watching.barrier()  # the watcher's own heartbeat
        silent.read_for(5)
        assert watch.seconds < 66
    silent.expect_close(4002)
    assert 58 < watch.seconds < 66
    watching.expect("presence", within=5, user=bob.id, status="offline")


def test_websocket_pings_are_no_heartbeat_and_any_frame_is(alice):
    pinging, talking = alice.connect(), alice.connect()
    watch = Stopwatch()
    while pinging.close_code is None:
        talking.send("unwatch", users=[])
        pinging.send_ping(b"x")
        pinging.read_for(5)
        assert watch.seconds < 66
    pinging.expect_close(4002)
    talking.barrier()


# What does not answer the server's close frame either, as when its network is gone.
def test_who_never_answers_again_is_offline_within_65_s_too(alice, bob):
    unheard, watching = bob.connect(), alice.connect()
    watching.send("watch", users=[bob.id])
    watching.expect("presence", user=bob.id, status="online")
    watch = Stopwatch()
    while not watching.of_type("presence"):
        assert watch.seconds < 65
        watching.barrier()
        watching.read_for(1)
    assert watching.of_type("presence")[-1]["status"] == "offline"
    unheard.expect_close(4002)
