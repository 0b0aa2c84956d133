"""Strict parsing (RFC 6749 §3.1, §3.2)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.protocol.oauth.errors import InvalidRequest
from idp.protocol.oauth.parameters import LONGEST, MOST_PARAMETERS, collect, parse

PAIRS = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["", "1", "2"])), max_size=6)


def test_a_repeated_parameter_is_refused_by_name():
    with pytest.raises(InvalidRequest) as caught:
        parse([("code", "a"), ("code", "a")])
    assert caught.value.parameter == "code"


def test_a_parameter_without_value_is_treated_as_omitted():
    assert dict(parse([("scope", ""), ("state", "x")])) == {"state": "x"}


@given(PAIRS)
def test_order_has_no_meaning(pairs):
    one, two = collect(pairs), collect(list(reversed(pairs)))
    assert dict(one) == dict(two)
    assert one.faults.keys() == two.faults.keys()


@given(PAIRS)
def test_a_usable_parameter_was_sent_exactly_once_with_a_value(pairs):
    found = collect(pairs)
    for name, value in found.items():
        assert [v for n, v in pairs if n == name and v] == [value]


@pytest.mark.parametrize("value", ["a\x00", "\x00", "a\ud800", "\udcff"])
def test_nul_and_lone_surrogates_are_refused(value):
    with pytest.raises(InvalidRequest):
        parse([("password", value)])


@pytest.mark.parametrize("value", ["\N{GRINNING FACE}", "Jalan\nMawar", "é"])
def test_other_characters_pass(value):
    assert parse([("x", value)])["x"] == value


def test_sizes_are_bounded_by_name():
    assert parse([("state", "s" * 2048)])
    assert parse([("id_token_hint", "x" * 9000)])
    with pytest.raises(InvalidRequest):
        parse([("state", "s" * (LONGEST["state"] + 1))])
    with pytest.raises(InvalidRequest):
        parse([("anything", "x" * 5000)])


def test_five_thousand_parameters_are_refused_whole():
    with pytest.raises(InvalidRequest):
        collect((str(n), "x") for n in range(5000))
    assert len(collect((str(n), "x") for n in range(MOST_PARAMETERS))) == MOST_PARAMETERS


def test_a_missing_parameter_is_named():
    with pytest.raises(InvalidRequest, match="grant_type is missing"):
        parse([]).require("grant_type")


def test_values_do_not_print():
    assert "s3cret" not in repr(parse([("client_secret", "s3cret")]))


def test_resource_may_repeat():
    assert parse([("resource", "https://a"), ("resource", "https://b")])["resource"] == "https://a"
