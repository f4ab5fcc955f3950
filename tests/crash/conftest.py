"""The crash tests use the end-to-end harness."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "e2e"))


def pytest_addoption(parser):
    parser.addoption("--rounds", type=int, default=5, help="how many times the server is killed")
    parser.addoption("--seed", type=int, default=None, help="replays a run's random choices")


def pytest_generate_tests(metafunc):
    if "crash_round" in metafunc.fixturenames:
        metafunc.parametrize("crash_round", range(1, metafunc.config.getoption("--rounds") + 1))
