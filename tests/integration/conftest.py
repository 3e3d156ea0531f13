"""Emulated accounts without the product in them, one per test session."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from local import emulator as launcher
from local import ports
from local.account import Account, as_admin
from local.emulator import Emulator


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """The emulator as `make up` starts it, on a port of its own."""
    yield from _started(tmp_path_factory.mktemp("emulator"), patched=True)


@pytest.fixture(scope="session")
def plain_emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """ministack as it comes, without our patches."""
    yield from _started(tmp_path_factory.mktemp("plain-emulator"), patched=False)


@pytest.fixture(scope="session")
def admin(emulator: Emulator) -> Account:
    """The root of the patched emulator's account."""
    return as_admin(emulator)


@pytest.fixture(scope="session")
def plain_admin(plain_emulator: Emulator) -> Account:
    """The root of the unpatched emulator's account."""
    return as_admin(plain_emulator)


def _started(state: Path, *, patched: bool) -> Iterator[Emulator]:
    started = launcher.start(state, port=ports.any_free(), patched=patched)
    try:
        yield started
    finally:
        launcher.stop(state)
