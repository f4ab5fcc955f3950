"""Drives the real program over real sockets; see each module's first line."""

import pytest

for module in ("http", "people", "raw_websocket", "reference", "server", "waiting", "websocket"):
    pytest.register_assert_rewrite(f"harness.{module}")
