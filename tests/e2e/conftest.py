"""What every test is given: a server that the tests of one process share, people, and servers
with settings or data of their own."""

import os

import pytest
from harness.server import Server


def pytest_addoption(parser):
    parser.addoption("--long", action="store_true", help="run the tests marked 'long', too")


def pytest_collection_modifyitems(config, items):
    left_out = set()
    if not config.getoption("--long") and os.environ.get("TEST_LONG") != "1":
        left_out.add("long")
    if os.environ.get("BANTER_SLOW") == "1":
        left_out.add("unsanitized")
    deselected = [item for item in items
                  if any(item.get_closest_marker(name) for name in left_out)]
    config.hook.pytest_deselected(items=deselected)
    items[:] = [item for item in items if item not in deselected]


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """Shared by the tests of this process: they use users of their own and change nothing else."""
    running = Server(tmp_path_factory.mktemp("server")).start()
    yield running
    running.stop()


@pytest.fixture
def new_server(tmp_path):
    """Starts servers of the test's own: new_server({"limits.window": 64})."""
    started = []

    def start(settings=()):
        folder = tmp_path / f"server{len(started)}"
        folder.mkdir()
        started.append(Server(folder, settings))
        return started[-1].start()

    yield start
    for running in started:
        running.stop()


@pytest.fixture
def alice(server):
    return server.user("alice")


@pytest.fixture
def bob(server):
    return server.user("bob")


@pytest.fixture
def carol(server):
    return server.user("carol")
