"""Waiting for conditions, with deadlines that stretch for slow builds (sanitizers)."""

import os
import threading
import time

import pytest

SLOWNESS = 4 if os.environ.get("BANTER_SLOW") == "1" else 1
PATIENCE_S = 15 * SLOWNESS  # for what should happen at once
_POLL = threading.Event()


def eventually(condition, what, within=PATIENCE_S):
    """The first true value of condition(). Fails, naming `what`, when none comes in time."""
    give_up_at = time.monotonic() + within
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > give_up_at:
            pytest.fail(f"did not happen within {within} s: {what}")
        _POLL.wait(0.02)


class Stopwatch:
    """How long something took, for promises that name a time."""

    def __init__(self):
        self._began = time.monotonic()

    @property
    def seconds(self):
        return time.monotonic() - self._began
