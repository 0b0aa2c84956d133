"""Settings for client certificates: what is unsafe is not offered, what cannot be read does not start (ADR 0012)."""

from ipaddress import ip_network

import pytest

from idp.settings import Settings, SettingsError
from idp.web.machine.documents import metadata
from tests import factories
from tests.support.certificates import an_authority, self_signed
from tests.support.databases import sqlite_only

PRODUCTION = {
    "mode": "production",
    "issuer": "https://masuk.example.go.id",
    "smtp_url": "smtps://mail.example",
    "trusted_proxies": (ip_network("192.0.2.7/32"),),
}
PKI, OWN = "tls_client_auth", "self_signed_tls_client_auth"
MTLS = "https://mtls.example.go.id"


@pytest.fixture
def offered(database_url, tmp_path, clock):
    """Say what a deployment with these settings offers."""

    def ask(**settings):
        services = factories.a_deployment(database_url, tmp_path, clock, **settings)
        try:
            return metadata(services)
        finally:
            services.close()

    return ask


def methods(document):
    return {PKI, OWN} & set(document["token_endpoint_auth_methods_supported"])


@pytest.mark.parametrize(
    ("base", "problem"),
    [
        ("http://mtls.example", "must be an https URL"),
        ("mtls.example", "must be an https URL"),
        ("https://mtls.example?x=1", "must be an https URL"),
        ("https://mtls.example/", "must have the path of IDP_ISSUER"),
        ("https://mtls.example/other", "must have the path of IDP_ISSUER"),
    ],
)
def test_the_base_address_is_https_and_has_the_issuers_path(base, problem):
    with pytest.raises(SettingsError, match=problem):
        Settings(mtls_base_url=base)
    assert Settings(issuer="https://id.example/sso", mtls_base_url="https://mtls.example/sso")


@sqlite_only
def test_production_offers_no_certificates_that_nobody_may_hand_on(offered):
    """RFC 9440: without a trusted front every `Client-Cert` is taken away, so discovery would lie."""
    with pytest.raises(SettingsError, match="IDP_TRUSTED_PROXIES"):
        offered(mtls_base_url=MTLS, **(PRODUCTION | {"trusted_proxies": ()}))


@sqlite_only
def test_without_a_front_for_certificates_nothing_of_it_is_offered(offered):
    document = offered()
    assert methods(document) == set()
    assert "mtls_endpoint_aliases" not in document
    assert "tls_client_certificate_bound_access_tokens" not in document


@sqlite_only
def test_production_believes_no_name_that_nobody_checked(offered, tmp_path, clock):
    assert methods(offered(mtls_base_url=MTLS)) == {PKI, OWN}
    assert methods(offered(mtls_base_url=MTLS, **PRODUCTION)) == {OWN}
    file, _ = an_authority(now=clock()).write(tmp_path, "ca")
    assert methods(offered(mtls_base_url=MTLS, mtls_client_ca=file, **PRODUCTION)) == {PKI, OWN}


@sqlite_only
@pytest.mark.parametrize("content", [None, b"", b"nonsense", self_signed().pem])
def test_a_file_without_authorities_does_not_start(offered, tmp_path, content):
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SettingsError, match="IDP_MTLS_CLIENT_CA"):
        offered(mtls_client_ca=file)
