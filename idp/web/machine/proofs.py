"""DPoP proofs at our endpoints: verified by the configured address, used once, with a nonce where one is due."""

from __future__ import annotations

from urllib.parse import urlsplit

from idp.domain.audit.events import ProofReplayed
from idp.domain.audit.record import record
from idp.domain.grants.replay import first_proof
from idp.protocol.oauth.client import Client
from idp.protocol.oauth.dpop import Presentation, Proof, verify
from idp.protocol.oauth.errors import InvalidDpopProof, InvalidToken
from idp.protocol.oidc.access_token import AccessToken
from idp.settings import ALWAYS, FAPI2
from idp.web.machine.machines import Machines
from idp.web.machine.request import MachineRequest

HEADER = "dpop"


def proven_key(machines: Machines, request: MachineRequest, client: Client) -> str:
    """Verify the proof of a request of this client and use it up; return the thumbprint of its key (one statement).

    Raises:
        InvalidDpopProof: the proof is missing, wrong, or was used before.
        UseDpopNonce: it needs a nonce of ours that is still good (RFC 9449 §8).
    """
    proof = shown_proof(machines, request, client)
    use_up(machines, client.client_id, proof)
    return proof.jkt


def shown_proof(machines: Machines, request: MachineRequest, client: Client) -> Proof:
    """Verify the proof of a request of this client; who then acts on it must use it up.

    Raises:
        InvalidDpopProof: the proof is missing or wrong.
        UseDpopNonce: it needs a nonce of ours that is still good (RFC 9449 §8).
    """
    rule = machines.services.settings.dpop_nonce
    return _verified(machines, request, nonce_needed=rule == ALWAYS or (rule == FAPI2 and client.is_fapi))


def require_proof(
    machines: Machines, request: MachineRequest, token: AccessToken, text: str, jkt: str
) -> None:
    """Let a request for a protected resource pass if its proof is for this token, by its key (RFC 9449 §7.1).

    Such a proof names a token that is minutes old: nobody can have made it much earlier, and a nonce adds little.

    Raises:
        InvalidToken: the token is bound to another key.
        InvalidDpopProof: the proof is missing, wrong, or was used before.
        UseDpopNonce: it needs a nonce of ours that is still good (RFC 9449 §9).
    """
    needed = machines.services.settings.dpop_nonce == ALWAYS
    proof = _verified(machines, request, nonce_needed=needed, access_token=text)
    if proof.jkt != jkt:
        raise InvalidToken("the access token is bound to another key")
    use_up(machines, token.client_id, proof)


def use_up(machines: Machines, client_id: str, proof: Proof) -> None:
    """Mark a proof as used (one statement).

    Raises:
        InvalidDpopProof: it was used before (RFC 9449 §11.1).
    """
    services = machines.services
    if not first_proof(services.database.statements, proof.digest, proof.good_until):
        with services.database.unit_of_work() as db:
            record(db, ProofReplayed(client_id=client_id), services.clock())
        raise InvalidDpopProof("DPoP proof: it was used before")


def _verified(
    machines: Machines, request: MachineRequest, *, nonce_needed: bool, access_token: str | None = None
) -> Proof:
    text = request.headers.get(HEADER)
    if text is None:
        raise InvalidDpopProof("a DPoP proof is missing")
    settings = machines.services.settings
    presented = Presentation(
        method=request.method,
        url=_at(settings.issuer, request),
        alias=_at(settings.mtls_base_url, request) if settings.mtls_base_url is not None else None,
        now=machines.services.clock(),
        nonces=machines.nonces,
        nonce_needed=nonce_needed,
        access_token=access_token,
    )
    return verify(text, presented)


def _at(base: str, request: MachineRequest) -> str:
    return base.removesuffix(urlsplit(base).path) + request.path
