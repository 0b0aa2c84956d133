"""RFC 8705: mutual-TLS client authentication and certificate-bound access tokens."""

from datetime import timedelta
from ipaddress import ip_network

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

from tests import factories
from tests.dpop_rp import DpopRP
from tests.support.certificates import SUBJECT, CertifiedRP, an_authority, behind_front, issue, self_signed
from tests.support.databases import sqlite_only

MTLS = "https://mtls.gerbang.example"
DN = {"tls_client_auth_subject_dn": SUBJECT}
BOUND = {"tls_client_certificate_bound_access_tokens": True}
MACHINE = {"grant_types": ["client_credentials"], "scope": "openid registry:read"}


@pytest.fixture
def authority(clock):
    return an_authority(now=clock())


@pytest.fixture
def services(database_url, tmp_path, clock, authority):
    """A deployment with a TLS front at 127.0.0.1, that trusts one authority."""
    file, _ = authority.write(tmp_path, "ca")
    wired = factories.a_deployment(
        database_url,
        tmp_path,
        clock,
        trusted_proxies=(ip_network("127.0.0.1/32"),),
        mtls_base_url=MTLS,
        mtls_client_ca=file,
    )
    yield wired
    wired.close()


@pytest.fixture
def make(provider):
    """Register a client that holds a certificate: `make(identity, method, **metadata)`."""

    def register(identity, method="tls_client_auth", client_id="tax", profile_name="national", **metadata):
        values = {"token_endpoint_auth_method": method} | metadata
        client = factories.a_client(provider.services, client_id, profile_name=profile_name, **values)
        behind_front(provider)
        return CertifiedRP(provider, client).holding(identity)

    return register


def ask(rp, **parameters):
    return rp.call("/token", grant_type="client_credentials", **parameters)


def refused(rp, *events):
    with rp.provider.unchanged(*(events or ("ClientAuthenticationFailed",))):
        answer = ask(rp)
    assert (answer.status, answer.error) == (401, "invalid_client")


# --- 2.1 PKI ---


def test_2_1_the_registered_subject_authenticates(make, authority, clock):
    rp = make(issue(SUBJECT, authority, now=clock()), **MACHINE, **DN)
    assert ask(rp).ok


def test_2_1_2_an_alternative_name_authenticates(make, authority, clock):
    identity = issue("CN=anything", authority, now=clock(), names=(x509.DNSName("api.pajak.example"),))
    assert ask(make(identity, **MACHINE, tls_client_auth_san_dns="api.pajak.example")).ok
    refused(make(identity, client_id="other", **MACHINE, tls_client_auth_san_dns="api.sehat.example"))


@sqlite_only
def test_2_1_a_name_counts_only_when_a_trusted_authority_vouches_for_it(make, authority, clock):
    """The front passes every certificate on, for clients with their own; names in those are worth nothing."""
    impostor = an_authority(now=clock())  # the same name, another key
    refused(make(self_signed(now=clock()), client_id="self-signed", **MACHINE, **DN))
    refused(make(issue(SUBJECT, impostor, now=clock()), client_id="impostor", **MACHINE, **DN))
    leaf = issue("CN=leaf", authority, now=clock())
    refused(make(issue(SUBJECT, leaf, now=clock()), client_id="leaf", **MACHINE, **DN))


@pytest.mark.parametrize("method", ["tls_client_auth", "self_signed_tls_client_auth"])
def test_2_a_certificate_counts_within_its_time(make, authority, clock, method):
    own = method != "tls_client_auth"
    options = {"now": clock(), "starts": timedelta(hours=1), "ends": timedelta(hours=2)}
    identity = self_signed(**options) if own else issue(SUBJECT, authority, **options)
    rp = make(identity, method, **MACHINE, **({"jwks": identity.jwks} if own else DN))
    refused(rp)
    clock.advance(minutes=90)
    assert ask(rp).ok
    clock.advance(minutes=31)
    refused(rp)


def test_2_1_a_time_of_the_authority_counts_too(make, authority, clock):
    rp = make(issue(SUBJECT, authority, now=clock(), ends=timedelta(days=900)), **MACHINE, **DN)
    clock.advance(days=400)
    refused(rp)


def test_t7_another_clients_certificate_is_refused(make, authority, clock):
    mine = issue(SUBJECT, authority, now=clock())
    theirs = issue("CN=sehat,O=Dinas Kesehatan,C=ID", authority, now=clock())
    rp = make(mine, **MACHINE, **DN)
    make(theirs, client_id="health", **MACHINE, tls_client_auth_subject_dn="CN=sehat,O=Dinas Kesehatan,C=ID")
    refused(rp.holding(theirs))
    refused(rp.holding(None))
    assert ask(rp.holding(mine)).ok


# --- 2.2 self-signed ---


def test_2_2_a_registered_certificate_authenticates(make, clock):
    identity = self_signed(now=clock())
    rp = make(identity, "self_signed_tls_client_auth", **MACHINE, jwks=identity.jwks)
    assert ask(rp).ok
    refused(rp.holding(self_signed(now=clock())))
    again = self_signed(
        now=clock(), key=identity.key
    )  # the same key in a certificate that was not registered
    refused(rp.holding(again))
    refused(rp.holding(None))


@sqlite_only
@pytest.mark.parametrize("key", [None, rsa.generate_private_key(65537, 2048)])
def test_2_2_2_a_key_registered_without_a_certificate_fits_every_certificate_of_it(make, clock, key):
    identity = self_signed(now=clock(), key=key)
    rp = make(identity, "self_signed_tls_client_auth", **MACHINE, jwks={"keys": [identity.jwk]})
    assert ask(rp).ok
    assert ask(rp.holding(self_signed("CN=new", now=clock(), key=identity.key))).ok
    refused(rp.holding(self_signed(now=clock())))


# --- one method, the registered one ---


@sqlite_only
def test_2_a_certificate_is_no_method_of_other_clients(make, authority, clock):
    identity = issue(SUBJECT, authority, now=clock())
    rp = make(identity, "client_secret_basic", **MACHINE, **DN, jwks=identity.jwks)
    rp.authentication = lambda: ({"client_id": rp.client.client_id}, rp.certificate)
    refused(rp)


@sqlite_only
def test_2_the_client_id_is_needed(make, authority, clock):
    rp = make(issue(SUBJECT, authority, now=clock()), **MACHINE, **DN)
    rp.authentication = lambda: ({}, rp.certificate)
    assert ask(rp).error == "invalid_client"


@sqlite_only
@pytest.mark.parametrize("extra", [{"client_secret": "guess"}, {"client_assertion": "a.b.c"}])
def test_2_another_method_beside_the_certificate_is_refused(make, authority, clock, extra):
    rp = make(issue(SUBJECT, authority, now=clock()), **MACHINE, **DN)
    assert ask(rp, **extra).error == "invalid_client"


# --- 3 certificate-bound access tokens ---


def bound(rp, citizen):
    """Tokens of a signed-in citizen, bound to the certificate of this client."""
    tokens = rp.tokens(citizen)
    assert rp.claims(tokens)["cnf"] == {"x5t#S256": rp.identity.thumbprint}
    assert tokens["token_type"] == "Bearer"
    return tokens


def test_3_1_the_token_carries_the_thumbprint_at_every_grant(make, authority, clock, citizen):
    rp = make(
        issue(SUBJECT, authority, now=clock()),
        **DN,
        **BOUND,
        grant_types=["authorization_code", "refresh_token", "client_credentials"],
        scope="openid profile email registry:read",
    )
    tokens = bound(rp, citizen)
    again = rp.refresh(tokens["refresh_token"])
    assert again.ok, again.json
    assert rp.claims(again)["cnf"] == {"x5t#S256": rp.identity.thumbprint}
    assert rp.claims(ask(rp))["cnf"] == {"x5t#S256": rp.identity.thumbprint}


@pytest.mark.parametrize("method", ["private_key_jwt", "client_secret_basic"])
def test_3_binding_does_not_depend_on_how_the_client_authenticates(make, clock, citizen, method):
    rp = make(self_signed(now=clock()), method, **BOUND)
    tokens = bound(rp, citizen)
    assert rp.userinfo(tokens["access_token"]).ok


def test_3_the_holder_of_the_certificate_uses_the_token(make, authority, clock, citizen):
    rp = make(issue(SUBJECT, authority, now=clock()), **DN, **BOUND)
    tokens = bound(rp, citizen)
    assert rp.userinfo(tokens["access_token"]).ok


def test_u9_another_certificate_or_none_is_refused(make, authority, clock, citizen):
    mine = issue(SUBJECT, authority, now=clock())
    rp = make(mine, **DN, **BOUND)
    token = bound(rp, citizen)["access_token"]
    for other in (None, issue(SUBJECT, authority, now=clock()), self_signed(now=clock(), key=mine.key)):
        with rp.provider.unchanged():
            answer = rp.holding(other).userinfo(token)
        assert (answer.status, answer.error) == (401, "invalid_token")
        assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]
    assert rp.holding(mine).userinfo(token).ok


def test_3_a_bound_token_ends_with_its_certificate(make, clock, citizen):
    rp = make(self_signed(now=clock(), ends=timedelta(minutes=3)), "private_key_jwt", **BOUND)
    token = bound(rp, citizen)["access_token"]
    clock.advance(minutes=4)
    assert (rp.userinfo(token).status, rp.userinfo(token).error) == (401, "invalid_token")


def test_3_2_introspection_shows_the_thumbprint(make, authority, clock, citizen):
    rp = make(issue(SUBJECT, authority, now=clock()), **DN, **BOUND)
    answer = rp.introspect(bound(rp, citizen)["access_token"])
    assert answer["active"] is True
    assert answer["cnf"] == {"x5t#S256": rp.identity.thumbprint}
    assert answer["token_type"] == "Bearer"


def test_3_4_a_registered_client_without_a_certificate_gets_nothing(make, clock, citizen):
    rp = make(None, "private_key_jwt", **BOUND)
    code = rp.sign_in(citizen).code
    with rp.provider.unchanged("TokenRefused"):
        answer = rp.redeem(code)
    assert (answer.status, answer.error) == (400, "invalid_request")
    assert rp.holding(self_signed(now=clock())).redeem(code).ok


def test_3_4_a_client_that_is_not_registered_for_it_gets_plain_tokens(make, authority, clock, citizen):
    rp = make(issue(SUBJECT, authority, now=clock()), **DN)
    tokens = rp.tokens(citizen)
    assert "cnf" not in rp.claims(tokens)
    assert rp.holding(None).userinfo(tokens["access_token"]).ok


def test_4_refresh_tokens_of_public_clients_are_bound(make, clock, citizen):
    mine = self_signed(now=clock())
    rp = make(mine, "none", **BOUND)
    tokens = bound(rp, citizen)
    stolen = rp.holding(self_signed(now=clock())).refresh(tokens["refresh_token"])
    assert (stolen.status, stolen.error) == (400, "invalid_grant")
    assert rp.holding(None).refresh(tokens["refresh_token"]).error == "invalid_request"
    assert rp.holding(mine).refresh(tokens["refresh_token"]).ok


def test_4_confidential_clients_may_renew_their_certificate(make, authority, clock, citizen):
    rp = make(issue(SUBJECT, authority, now=clock()), **DN, **BOUND)
    tokens = bound(rp, citizen)
    renewed = issue(SUBJECT, authority, now=clock())
    again = rp.holding(renewed).refresh(tokens["refresh_token"])
    assert again.ok, again.json
    assert rp.claims(again)["cnf"] == {"x5t#S256": renewed.thumbprint}


# --- 3.3, 5: metadata ---


def test_d16_the_metadata_tells_what_is_on_and_where(provider):
    document = provider.get("/.well-known/openid-configuration").json
    assert document["tls_client_certificate_bound_access_tokens"] is True
    aliases = document["mtls_endpoint_aliases"]
    assert aliases["token_endpoint"] == MTLS + "/token"
    assert aliases["userinfo_endpoint"] == MTLS + "/userinfo"
    assert set(aliases) <= {name for name in document if name.endswith("_endpoint")}
    assert not {"authorization_endpoint", "end_session_endpoint", "jwks_uri"} & set(aliases)
    for endpoint in ("token", "introspection", "revocation"):
        methods = document[f"{endpoint}_endpoint_auth_methods_supported"]
        assert {"tls_client_auth", "self_signed_tls_client_auth"} <= set(methods)


@sqlite_only
def test_5_an_alias_is_an_audience_where_an_endpoint_is_one(make, clock):
    rp = make(self_signed(now=clock()), "private_key_jwt", **MACHINE)
    assert ask_with(rp, MTLS + "/token").ok
    pushed = {"client_assertion": rp.assertion(aud=MTLS + "/par")}
    assert rp.call("/par", **rp.request(), **pushed).error != "invalid_client"
    strict = make(self_signed(now=clock()), "private_key_jwt", "strict", "fapi2", **MACHINE, **BOUND)
    assert ask_with(strict, MTLS + "/token").error == "invalid_client"
    assert ask_with(strict, factories.ISSUER).ok


def ask_with(rp, aud):
    assertion = rp.assertion(aud=aud)
    return rp.call("/token", grant_type="client_credentials", client_assertion=assertion)


# --- beside DPoP (RFC 9449) ---


@sqlite_only
@pytest.mark.parametrize(("metadata", "kind"), [({}, "jkt"), (BOUND, "x5t#S256")])
def test_the_registration_decides_between_a_proof_and_a_certificate(make, authority, clock, metadata, kind):
    """A proof goes first, except where the client is registered for certificates."""
    registered = make(issue(SUBJECT, authority, now=clock()), **MACHINE, **DN, **metadata)
    rp = DpopRP(registered.provider, registered.client)
    answer = rp.provider.post(
        "/token",
        data={"grant_type": "client_credentials", "client_id": rp.client.client_id},
        headers={**registered.certificate, "DPoP": rp.proof("POST", factories.ISSUER + "/token")},
    )
    assert answer.ok, answer.json
    assert set(rp.claims(answer)["cnf"]) == {kind}


@sqlite_only
def test_t14_a_fapi_client_without_any_key_gets_nothing(make, authority, clock):
    identity = issue(SUBJECT, authority, now=clock())
    rp = make(identity, profile_name="fapi2", **MACHINE, **DN)
    answer = ask(rp)
    assert rp.claims(answer)["cnf"] == {"x5t#S256": identity.thumbprint}
    keyed = make(None, "private_key_jwt", "keyed", "fapi2", **MACHINE)
    refusal = ask(keyed)
    assert (refusal.status, refusal.error) == (400, "invalid_dpop_proof")


@sqlite_only
def test_5_a_proof_may_name_the_alias(make, clock):
    registered = make(self_signed(now=clock()), "private_key_jwt", **MACHINE)
    rp = DpopRP(registered.provider, registered.client)
    for address, good in ((MTLS + "/token", True), (MTLS + "/userinfo", False)):
        form, _ = rp.authentication()
        answer = rp.provider.post(
            "/token",
            data={"grant_type": "client_credentials", **form},
            headers={"DPoP": rp.proof("POST", address)},
        )
        assert answer.ok is good
