"""The account's security page, and the fresh sign-in that a change of factors needs (ASVS 7.5.1)."""

from __future__ import annotations

import pytest

from tests import factories
from tests.visitor import Visitor


@pytest.fixture
def siti(services):
    """Siti with a password and an authenticator."""
    return factories.a_citizen(services, signs_in=True)


def test_the_page_lists_what_guards_the_account(provider, siti):
    visitor = Visitor(provider).open("/me/security").sign_in(siti)
    assert visitor.page == "account-security"
    assert 'id="authenticator"' in visitor.text
    assert 'id="recovery-card"' in visitor.text


def test_a_fresh_sign_in_asks_again_whoever_is_signed_in(provider, siti, clock):
    visitor = Visitor(provider).open("/me").sign_in(siti)
    clock.advance(minutes=6)
    visitor.open("/signin?next=/me/security&fresh=1")
    assert visitor.page == "login"
    assert visitor.sign_in(siti).page == "account-security"


def test_an_ordinary_sign_in_does_not(provider, siti, clock):
    visitor = Visitor(provider).open("/me").sign_in(siti)
    clock.advance(minutes=6)
    assert visitor.open("/signin?next=/me/security").page == "account-security"
