"""Who may vouch for the certificates of `tls_client_auth` clients (RFC 8705 §2.1, RFC 5280 §6)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Protocol

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID
from cryptography.x509.verification import (
    Criticality,
    ExtensionPolicy,
    Policy,
    PolicyBuilder,
    Store,
    VerificationError,
)

from idp.protocol.oauth.certificate import ClientCertificate

_CLIENT_USES: Final = {ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE}


class Authorities(Protocol):
    """Decides whether a certificate's names may be believed."""

    def vouch_for(self, certificate: ClientCertificate, now: datetime) -> bool:
        """Tell whether the names in a certificate are true."""
        ...


class IssuingAuthorities:
    """The issuing authorities a deployment names: a certificate must be signed by one of them (RFC 5280 §6.1).

    Roots and intermediates that issue to clients are all named, so that a path is one signature long and needs nothing
    that the caller sends. Revocation is the TLS front's (RFC 5280 §5).
    """

    def __init__(self, certificates: Sequence[x509.Certificate]) -> None:
        self._store = Store(list(certificates))
        self._extensions = {
            "ca_policy": ExtensionPolicy.permit_all().require_present(
                x509.BasicConstraints, Criticality.AGNOSTIC, _is_authority
            ),
            "ee_policy": ExtensionPolicy.permit_all().may_be_present(
                x509.ExtendedKeyUsage, Criticality.AGNOSTIC, _is_for_clients
            ),
        }

    @classmethod
    def of_pem(cls, pem: bytes) -> "IssuingAuthorities":
        """Read a file of certificates.

        Raises:
            ValueError: when it holds none, or one that is no authority.
        """
        certificates = x509.load_pem_x509_certificates(pem)
        for certificate in certificates:
            try:
                constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints)
            except x509.ExtensionNotFound as cause:
                raise ValueError("a certificate is not of an authority") from cause
            if not constraints.value.ca:
                raise ValueError("a certificate is not of an authority")
        return cls(certificates)

    def vouch_for(self, certificate: ClientCertificate, now: datetime) -> bool:
        """Build the path and check signature, times, critical extensions and the extended key usage."""
        builder = PolicyBuilder().store(self._store).time(now).max_chain_depth(0)
        verifier = builder.extension_policies(**self._extensions).build_client_verifier()
        try:
            verifier.verify(certificate.parsed, [])
        except VerificationError:
            return False
        return True


class FrontVerified:
    """The TLS front checked the path, as RFC 9440 §4 expects of it; a self-issued certificate cannot have one."""

    def vouch_for(self, certificate: ClientCertificate, now: datetime) -> bool:
        """Refuse what no front can have verified."""
        return not certificate.is_self_issued


class NoAuthorities:
    """Nobody vouches: `tls_client_auth` is off."""

    def vouch_for(self, certificate: ClientCertificate, now: datetime) -> bool:
        """Refuse everything."""
        return False


def _is_authority(policy: Policy, certificate: x509.Certificate, found: x509.BasicConstraints) -> None:
    if not found.ca:
        raise ValueError("not an authority")


def _is_for_clients(
    policy: Policy, certificate: x509.Certificate, found: x509.ExtendedKeyUsage | None
) -> None:
    """Where a certificate says what it is for, this must be among it (RFC 5280 §4.2.1.12)."""
    if found is not None and _CLIENT_USES.isdisjoint(found):
        raise ValueError("not for client authentication")
