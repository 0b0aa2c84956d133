"""What a citizen types once and keeps for other services: their own claims only, marked so, theirs to remove (F2)."""

import pytest

from idp.domain.exchange import self_stated
from idp.protocol.oidc.catalogue import CLAIMS
from tests import factories
from tests.rp import RP
from tests.spec.test_oidc_core_userinfo import write

ASKS = {
    name: {"required": False, "purpose": {"id": "Menyapa", "en": "To greet"}}
    for name in ("nickname", "website", "name")
}


@pytest.fixture
def asking(provider):
    """A client that asks for a nickname and a website."""
    return RP(provider, factories.a_client(provider.services, "school", claims=ASKS, scope="openid profile"))


@pytest.fixture
def token(asking, citizen):
    granted = asking.tokens(citizen, consented=("nickname", "website", "name"), scope="openid profile")
    return granted["access_token"]


def say(provider, token, **claims):
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return provider.post("/attributes/self-stated", data=claims, headers=headers)


def test_what_was_said_comes_with_the_next_userinfo_as_self_stated(provider, asking, token):
    with provider.recorded("SelfStated") as events:
        answer = say(provider, token, nickname="  Ami  Kecil ")
    assert (answer.status, answer.json) == (200, {"stored": ["nickname"], "kept": []})
    assert (events[0].client_id, events[0].detail) == ("school", {"claims": ["nickname"]})
    claims = asking.userinfo(token).json
    assert claims["nickname"] == "Ami Kecil"
    origin = claims["claims_provenance"]["nickname"]
    assert (origin["source"], origin["level"]) == ("self", "ial0")
    assert "verified_at" not in origin


def test_a_value_that_is_there_stays(provider, asking, token, citizen):
    assert say(provider, token, nickname="Ami").ok
    with provider.unchanged():
        answer = say(provider, token, nickname="Tina")
    assert answer.json == {"stored": [], "kept": ["nickname"]}
    assert asking.userinfo(token)["nickname"] == "Ami"


@pytest.mark.parametrize(
    "claim", [*sorted(set(CLAIMS) - self_stated.STATABLE), "shoe_size", "sub", "claims_provenance"]
)
def test_no_other_claim_can_be_stated(provider, token, claim):
    with provider.unchanged():
        answer = say(provider, token, **{claim: "x"})
    assert answer.error == "invalid_request"


def test_every_statable_claim_is_the_citizens_own():
    assert all(CLAIMS[name].source == self_stated.SOURCE for name in self_stated.STATABLE)


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"nickname": ""},
        {"nickname": "x" * 201},
        {"nickname": "a\u202eb"},
        {"nickname": "a\x00b"},
        {"website": "javascript:alert(1)"},
        {"website": "contoh.id"},
        {"nickname": "Ami", "name": "Somebody Else"},
    ],
    ids=str,
)
def test_values_nobody_can_use_are_refused_whole(provider, token, claims):
    with provider.unchanged():
        assert say(provider, token, **claims).error == "invalid_request"


def test_saying_needs_no_consent_to_release_but_a_client_that_asks_for_the_claim(provider, asking, citizen):
    token = asking.tokens(citizen, consented=("name",), scope="openid profile")["access_token"]
    assert say(provider, token, nickname="Titin").json["stored"] == ["nickname"]
    assert "nickname" not in asking.userinfo(token).json, (
        "what was said here is not released here without consent"
    )
    with provider.unchanged():
        answer = say(provider, token, given_name="Siti")
    assert (answer.status, answer.error) == (403, "insufficient_scope")


def test_the_token_must_cover_the_claim(provider, asking, citizen):
    token = asking.tokens(citizen, consented=(), scope="openid")["access_token"]
    with provider.unchanged():
        assert say(provider, token, nickname="Titin").error == "insufficient_scope"


def test_without_a_token_or_with_one_that_ended_nothing_is_kept(provider, asking, token):
    assert say(provider, "", nickname="Ami").status == 401
    assert say(provider, "x.y.z", nickname="Ami").error == "invalid_token"
    asking.revoke(token)
    with provider.unchanged():
        assert say(provider, token, nickname="Ami").error == "invalid_token"


def test_a_token_in_the_form_is_no_claim_and_no_token(provider, token):
    answer = provider.post("/attributes/self-stated", data={"access_token": token, "nickname": "Ami"})
    assert answer.status == 401


def test_one_citizen_cannot_be_written_to_without_end(provider, token):
    answers = [say(provider, token, nickname="Ami").status for _ in range(40)]
    assert 429 in answers


def test_the_citizen_sees_it_and_takes_it_back(provider, asking, token, citizen):
    assert say(provider, token, nickname="Titin").ok
    browser = provider.browser().sign_in(citizen)
    page = browser.get("/me/data")
    assert "Titin" in page.text and 'id="data-remove-nickname"' in page.text
    assert 'id="data-remove-name"' not in page.text
    with provider.recorded("SelfStatedRemoved", "AttributesChanged"):
        done = browser.submit(page, "remove-nickname-form")
    assert "Titin" not in done.text and "Sudah dihapus" in done.text
    assert "nickname" not in asking.userinfo(token).json
    assert "Anda menghapus data" in browser.get("/me/history").text


@pytest.mark.parametrize("claim", ["name", "email", "nik", "website", "nothing"])
def test_what_somebody_vouches_for_cannot_be_removed_so(provider, citizen, claim):
    write(provider.services, citizen, "nickname", "Titin")
    browser = provider.browser().sign_in(citizen)
    form = browser.get("/me/data").forms["remove-nickname-form"]
    sent = {**dict(form.filled()), "claim": claim}
    with provider.unchanged():
        assert browser.post(form.action, data=sent).status == 404


def test_removing_needs_the_key_of_our_own_page(provider, citizen):
    write(provider.services, citizen, "nickname", "Titin")
    browser = provider.browser().sign_in(citizen)
    with provider.unchanged():
        assert browser.post("/me/data/remove", data={"claim": "nickname"}).status in (400, 403)
    with provider.services.database.unit_of_work() as db:
        assert self_stated.remove(db, citizen.citizen_id, "nickname", provider.services.clock())
