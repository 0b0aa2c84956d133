"""A key tree and its signing keys; made once, since 3072-bit RSA keys take a moment."""

from datetime import UTC, datetime

import pytest

from keys import Keyring, KeyTree, RootKey, rotate
from keys.memory import MemoryKeyStore

NOW = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)


@pytest.fixture
def root() -> RootKey:
    return RootKey.parse(RootKey.new_text())


@pytest.fixture
def store() -> MemoryKeyStore:
    return MemoryKeyStore()


@pytest.fixture
def tree(root: RootKey, store: MemoryKeyStore) -> KeyTree:
    return KeyTree.open(root, store, NOW)


@pytest.fixture(scope="session")
def keyring() -> Keyring:
    """The ring of a fresh deployment: one active key per algorithm."""
    store = MemoryKeyStore()
    tree = KeyTree.open(RootKey.parse(RootKey.new_text()), store, NOW)
    rotate(store, tree, NOW)
    return Keyring.load(tree, store)


@pytest.fixture(scope="session")
def shared_tree() -> KeyTree:
    """A tree for properties that try many values and change nothing."""
    return KeyTree.open(RootKey.parse(RootKey.new_text()), MemoryKeyStore(), NOW)
