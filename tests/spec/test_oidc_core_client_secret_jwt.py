"""OpenID Connect Core 9, client_secret_jwt: a MAC with the client secret, for software that has nothing better."""

import json
import secrets
from datetime import timedelta

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from idp.domain.registry import agencies, registrations
from idp.domain.registry.models import ClientRegistration
from idp.domain.registry.violations import BadMetadata
from tests import factories
from tests.factories import TestClient
from tests.rp import ASSERTION_TYPE, RP
from tests.support.databases import sqlite_only

BY = "operator:ana"
MACHINE = {
    "client_name": "Perangkat lama",
    "grant_types": ["client_credentials"],
    "scope": "openid profile",
    "token_endpoint_auth_method": "client_secret_jwt",
}


class MacRP(RP):
    """A client that proves itself with a MAC."""

    def assertion(self, **overrides):
        now = self.provider.services.clock()
        header = {"alg": "HS256"} | overrides.pop("header", {})
        secret = overrides.pop("secret", self.client.secret)
        claims = {
            "iss": self.client.client_id,
            "sub": self.client.client_id,
            "aud": factories.ISSUER,
            "exp": int((now + timedelta(seconds=60)).timestamp()),
            "jti": secrets.token_urlsafe(16),
        } | overrides
        present = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(header, present, OctKey.import_key(secret), algorithms=["HS256", "HS384", "HS512"])


@pytest.fixture
def register(provider):
    """Register a client as the console does, so that it is the real road the secret takes."""

    def make(client_id="old", **metadata):
        services = provider.services
        now = services.clock()
        with services.database.unit_of_work() as db:
            agencies.put(db, "tax-office", "Kantor Pajak", "Tax Office", by=BY, now=now)
            made = registrations.register(
                db,
                MACHINE | metadata,
                agency_id="tax-office",
                environment="sandbox",
                by=BY,
                now=now,
                seal=services.secret_seal,
                client_id=client_id,
            )
        provider.services.clients.clear()
        provider.secrets.add(made.secret)
        return MacRP(provider, TestClient(client_id, made.secret, None))

    return make


def ask(rp, assertion):
    rp.provider.secrets.add(assertion)
    form = {"client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion}
    return rp.provider.post("/token", data={"grant_type": "client_credentials", **form})


def refused(rp, assertion):
    with rp.provider.unchanged("ClientAuthenticationFailed"):
        answer = ask(rp, assertion)
    assert (answer.status, answer.error) == (401, "invalid_client")


def stored(rp):
    with rp.provider.services.database.unit_of_work() as db:
        row = db.get_one(ClientRegistration, rp.client.client_id)
        return row.secret_digest, row.secret_sealed


def test_9_a_mac_with_the_secret_authenticates_once(register):
    rp = register()
    assertion = rp.assertion()
    assert ask(rp, assertion).ok
    refused(rp, assertion)


@sqlite_only
@pytest.mark.parametrize("alg", ["HS256", "HS384", "HS512"])
def test_9_every_hs_algorithm_has_a_secret_that_is_long_enough(register, alg):
    rp = register()
    assert len(rp.client.secret) >= 64
    assert ask(rp, rp.assertion(header={"alg": alg})).ok


@sqlite_only
def test_9_the_registered_algorithm_is_the_only_one(register):
    rp = register(token_endpoint_auth_signing_alg="HS512")
    refused(rp, rp.assertion())
    assert ask(rp, rp.assertion(header={"alg": "HS512"})).ok


@sqlite_only
@pytest.mark.parametrize("missing", ["iss", "aud", "exp", "jti"])
def test_9_every_claim_is_needed(register, missing):
    rp = register()
    refused(rp, rp.assertion(**{missing: None}))


@sqlite_only
def test_9_the_claims_are_judged_as_those_of_private_key_jwt(register):
    rp = register()
    assert ask(rp, rp.assertion(aud=factories.ISSUER + "/token")).ok
    refused(rp, rp.assertion(aud="https://other.example"))
    refused(rp, rp.assertion(iss="health"))
    past = rp.provider.services.clock() - timedelta(minutes=5)
    refused(rp, rp.assertion(exp=int(past.timestamp())))


@sqlite_only
def test_9_another_secret_is_refused(register):
    rp, other = register(), register("other")
    refused(rp, rp.assertion(secret=other.client.secret))
    refused(rp, rp.assertion(secret=secrets.token_urlsafe(64)))


# --- only the registered method ---


@sqlite_only
@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_9_the_secret_itself_is_not_accepted(register, method):
    rp = register()
    form = {"client_id": rp.client.client_id, "client_secret": rp.client.secret}
    headers = {}
    if method == "client_secret_basic":
        form, headers = RP.authentication(rp)
    answer = rp.provider.post("/token", data={"grant_type": "client_credentials", **form}, headers=headers)
    assert (answer.status, answer.error) == (401, "invalid_client")


@sqlite_only
def test_9_a_client_with_a_digest_cannot_use_a_mac(register):
    rp = register(token_endpoint_auth_method="client_secret_basic")
    refused(rp, rp.assertion())


@sqlite_only
def test_x4_a_public_key_is_no_secret(provider):
    """RFC 8725 2.1: what everybody knows of a client must not authenticate it."""
    client = factories.a_client(
        provider.services, **{"grant_types": ["client_credentials"], "scope": "openid profile"}
    )
    rp = MacRP(provider, client)
    jwk = client.key.as_dict(private=False)
    for known in (json.dumps(jwk), jwk["x"], client.client_id * 20):
        refused(rp, rp.assertion(secret=known))


@sqlite_only
def test_x4_a_signature_is_no_mac(register, provider):
    rp = register()
    signer = RP(provider, factories.a_client(provider.services, "signer"))
    refused(rp, signer.assertion(iss="old", sub="old"))


@sqlite_only
@pytest.mark.parametrize("profile", ["fapi2", "fapi2_message_signing"])
def test_a_fapi_client_cannot_be_registered_for_it_nor_use_it(register, profile):
    with pytest.raises(BadMetadata, match="private_key_jwt or a client certificate"):
        register(profile=profile)
    rp = register()
    factories.amend(rp.provider.services, "old", profile_name=profile)
    refused(rp, rp.assertion())


# --- what is kept ---


def test_only_the_sealed_secret_is_kept(register, provider):
    rp = register()
    digest, sealed = stored(rp)
    assert digest is None
    assert rp.client.secret.encode() not in sealed


@sqlite_only
def test_other_clients_have_a_digest_only(register):
    digest, sealed = stored(register(token_endpoint_auth_method="client_secret_post"))
    assert digest is not None
    assert sealed is None


@sqlite_only
def test_a_sealed_secret_opens_at_its_own_client_only(register):
    """Somebody who can write to the database cannot give one client the secret of another."""
    rp, other = register(), register("other")
    with rp.provider.services.database.unit_of_work() as db:
        db.get_one(ClientRegistration, "old").secret_sealed = stored(other)[1]
    rp.provider.services.clients.clear()
    answer = ask(rp, rp.assertion(secret=other.client.secret))
    assert not answer.ok


def test_a_rotated_secret_replaces_the_old_one(register):
    rp = register()
    services = rp.provider.services
    with services.database.unit_of_work() as db:
        new = registrations.rotate_secret(db, "old", seal=services.secret_seal, by=BY, now=services.clock())
    services.clients.clear()
    refused(rp, rp.assertion())
    assert ask(rp, rp.assertion(secret=new)).ok


@sqlite_only
def test_a_change_of_method_voids_what_the_new_one_cannot_use(register):
    rp = register()
    services = rp.provider.services
    for method in ("client_secret_basic", "client_secret_jwt"):
        with services.database.unit_of_work() as db:
            row = registrations.find(db, "old")
            registrations.amend(
                db,
                "old",
                MACHINE | {"token_endpoint_auth_method": method},
                base_revision=row.revision,
                by=BY,
                now=services.clock(),
            )
        assert stored(rp) == (None, None)
    services.clients.clear()
    refused(rp, rp.assertion())


@sqlite_only
def test_discovery_names_the_method_and_its_algorithms(provider):
    document = provider.get("/.well-known/openid-configuration").json
    assert "client_secret_jwt" in document["token_endpoint_auth_methods_supported"]
    offered = set(document["token_endpoint_auth_signing_alg_values_supported"])
    assert {"HS256", "HS384", "HS512", "PS256", "ES256"} <= offered
