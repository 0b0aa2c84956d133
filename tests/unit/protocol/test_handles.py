"""Opaque handles, scopes and confirmations."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, strategies as st

from idp.protocol.oauth.errors import InvalidScope
from idp.protocol.oauth.values import Confirmation, Handle, HandleKind, parse_scope
from tests.unit.protocol.samples import NOW


def test_a_handle_reads_back_as_itself():
    handle = Handle.mint(HandleKind.CODE, NOW, b"tax")
    assert Handle.parse(handle.text, HandleKind.CODE) == handle
    assert handle.text.startswith("c20781")
    assert len(handle.digest) == 32


def test_a_handle_does_not_print():
    handle = Handle.mint(HandleKind.REFRESH, NOW, b"tax")
    assert handle.text not in repr(handle)
    assert handle.text.split(".")[1] not in repr(handle)


def test_one_owner_has_one_bucket_and_no_two_handles_are_equal():
    one, two = (Handle.mint(HandleKind.SESSION, NOW, b"owner") for _ in range(2))
    assert one.bucket == two.bucket
    assert one.text != two.text


def test_the_day_is_the_epoch_day_in_utc():
    midnight = datetime(1999, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert Handle.mint(HandleKind.PAR, midnight, b"").day == 10956


def test_a_handle_of_another_kind_is_none():
    handle = Handle.mint(HandleKind.CODE, NOW, b"")
    assert Handle.parse(handle.text, HandleKind.REFRESH) is None


@pytest.mark.parametrize("text", [None, "", "c", "c20781a7", "c20781a7.", "c20781a7." + "x" * 42])
def test_anything_else_is_none(text):
    assert Handle.parse(text, HandleKind.CODE) is None


@given(st.text(max_size=80))
def test_parsing_never_raises(text):
    Handle.parse(text, HandleKind.CODE)


def test_a_newline_after_the_handle_is_refused():
    assert Handle.parse(Handle.mint(HandleKind.CODE, NOW, b"").text + "\n", HandleKind.CODE) is None


def test_scope_order_is_kept_and_doubles_go():
    assert parse_scope("openid  email openid profile") == ("openid", "email", "profile")


@pytest.mark.parametrize("text", ['a"b', "a\\b", "a\tb", "é", "a\x00"])
def test_a_bad_scope_character_is_invalid_scope(text):
    with pytest.raises(InvalidScope):
        parse_scope(text)


def test_a_confirmation_reads_back_from_its_claim():
    bound = Confirmation(jkt="thumb")
    assert Confirmation.of(bound.claim()) == bound
    assert bound.token_type == "DPoP"
    assert Confirmation(x5t_s256="cert").claim() == {"x5t#S256": "cert"}
    assert Confirmation(x5t_s256="cert").token_type == "Bearer"
    assert Confirmation.of({}) is Confirmation.of(None) is None
