"""What every test stands on: the same draws every time, no network, Chromium where it is needed.

Shared test code (the oracle, builders of small data) lives in `tests/lib`, and is imported as
`from tests.lib import oracle`.
"""

from __future__ import annotations

import os
import shutil
import socket
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "house",
    derandomize=True,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("explore", deadline=None, print_blob=True, max_examples=2_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "house"))

ON_CI = os.environ.get("CI", "").lower() in {"1", "true"}
LOCAL_HOSTS = {"127.0.0.1", "::1", "localhost"}


def lack(what: str) -> None:
    """End a test that needs something this machine has not: a failure on CI, elsewhere a skip."""
    if ON_CI:
        pytest.fail(f"{what} (CI must have it: see .ci/run)")
    pytest.skip(what)


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder of the project."""
    return Path(__file__).parent.parent


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of Debian's Chromium, for `playwright.chromium.launch(executable_path=...)`."""
    found = shutil.which("chromium")
    if found is None:
        lack("Chromium is not installed: apt-get install chromium fonts-liberation")
    assert found is not None
    return found


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    connect = socket.socket.connect

    def connect_here_only(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and address[0] not in LOCAL_HOSTS:
            self.close()
            raise AssertionError(f"a test asked the network for {address[0]}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect_here_only)
