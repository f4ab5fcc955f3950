"""Options of the crash tests, and the world that lives through all rounds."""

import os
import random
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "e2e"))

DEFAULT_ROUNDS = 5
LONG_ROUNDS = 50


def pytest_addoption(parser):
    parser.addoption("--rounds", type=int, help="how often the server is killed: "
                     f"{DEFAULT_ROUNDS}, with TEST_LONG=1 {LONG_ROUNDS}")
    parser.addoption("--seed", type=int, default=random.randrange(10 ** 9),
                     help="makes the same choices again")


def rounds_of(config):
    default = LONG_ROUNDS if os.environ.get("TEST_LONG") == "1" else DEFAULT_ROUNDS
    return config.getoption("--rounds") or default


def pytest_report_header(config):
    return f"crash: --rounds {rounds_of(config)} --seed {config.getoption('--seed')}"


def pytest_generate_tests(metafunc):
    if "round_" in metafunc.fixturenames:
        metafunc.parametrize("round_", range(1, rounds_of(metafunc.config) + 1))


@pytest.fixture(scope="session")
def world(request, tmp_path_factory):
    """One data directory that is killed again and again, and the people who talk on it."""
    from world import World
    seed = request.config.getoption("--seed")
    print(f"seed {seed}")
    made = World(tmp_path_factory.mktemp("crash"), seed)
    yield made
    made.end()
