"""Strict parsing (RFC 6749 §3.1, §3.2)."""

from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import example, given, strategies as st

from idp.protocol.oauth.errors import InvalidRequest
from idp.protocol.oauth.parameters import LONGEST, MOST_PARAMETERS, collect, decode_form, parse

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


def by_the_library(text):
    """What the standard library makes of a form, an error of any kind being a refusal."""
    try:
        return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MOST_PARAMETERS)
    except ValueError:
        return None


def by_us(text):
    try:
        return decode_form(text)
    except ValueError:
        return None


@given(st.one_of(st.text(), st.text(alphabet="ab=&+%;2fFcC0 \u00e9", max_size=40)))
@example("")
@example("&&=&a&=b&a=b=c")
@example("a=%c3%a9&b=%C3%28&c=%zz&d=1+2%2B")
@example("&" * MOST_PARAMETERS)
@example("a=1&" * (MOST_PARAMETERS - 1))
def test_forms_are_decoded_as_the_standard_library_does(text):
    assert by_us(text) == by_the_library(text)


@given(st.lists(st.tuples(st.text(), st.text()), max_size=5).filter(lambda pairs: ("", "") not in pairs))
def test_what_was_encoded_comes_back(pairs):
    try:
        encoded = urlencode(pairs)
    except UnicodeEncodeError:  # a lone surrogate has no bytes
        return
    assert decode_form(encoded) == pairs


def test_parameters_answer_as_a_mapping_does():
    found = collect([("a", "1"), ("b", "2"), ("b", "3")])
    assert "a" in found
    assert "b" not in found
    assert (found.get("a"), found.get("b"), found.get("b", "x")) == ("1", None, "x")
