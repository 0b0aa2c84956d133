"""Which key the caller holds: what it proved with this request decides what its tokens are bound to."""

from __future__ import annotations

from dataclasses import replace

from idp.protocol.authorize.request import AuthorizationRequest
from idp.protocol.oauth.client import Client
from idp.protocol.oauth.dpop import Proof
from idp.protocol.oauth.errors import InvalidDpopProof, InvalidRequest, InvalidToken, KeyNeeded
from idp.protocol.oauth.requests import UserInfoRequest
from idp.protocol.oauth.values import Confirmation
from idp.protocol.oidc.access_token import AccessToken
from idp.web.machine.certificate import binding_certificate, require_certificate
from idp.web.machine.machines import Machines
from idp.web.machine.proofs import HEADER, proven_key, require_proof, shown_proof, use_up
from idp.web.machine.request import MachineRequest


def confirmed(machines: Machines, request: MachineRequest, client: Client) -> Confirmation | None:
    """Find what new tokens of this client are bound to; None where they are plain Bearer tokens.

    Asked before anything is redeemed, so that a caller without its key burns nothing. A client registered for it has
    tokens bound to its certificate and no others (RFC 8705 §3.4). For all others a proof goes first; a certificate
    alone binds in the FAPI profiles, whose tokens must be bound to something.

    Raises:
        InvalidRequest: a certificate is needed and missing, or cannot be used.
        InvalidDpopProof: the proof is wrong, or this client's tokens are bound and no key was shown
            (RFC 9449 §5.2, FAPI 2.0 SP §5.3.2.1-6).
        UseDpopNonce: the proof needs a nonce of ours (RFC 9449 §8).
    """
    now = machines.services.clock()
    if client.tls_client_certificate_bound_access_tokens:
        certificate = binding_certificate(request, now)
        if certificate is None:
            raise InvalidRequest("tokens of this client are bound to its certificate, and there is none")
        return certificate
    if request.headers.get(HEADER) is not None:
        return Confirmation(jkt=proven_key(machines, request, client))
    if client.needs_bound_tokens:
        certificate = None if client.dpop_bound_access_tokens else binding_certificate(request, now)
        if certificate is None:
            raise InvalidDpopProof("tokens of this client are bound to a key: send a DPoP proof")
        return certificate
    return None


def pushed_with(machines: Machines, request: MachineRequest, client: Client) -> Proof | None:
    """Verify the proof that came with a pushed request, if one did.

    Asked before the request is opened: a caller that needs a nonce sends the same request object again.

    Raises:
        InvalidDpopProof: the proof is wrong.
        UseDpopNonce: the proof needs a nonce of ours (RFC 9449 §8).
    """
    return None if request.headers.get(HEADER) is None else shown_proof(machines, request, client)


def bound_to_key(
    machines: Machines, client: Client, asked: AuthorizationRequest, proof: Proof | None
) -> AuthorizationRequest:
    """Bind the code of a pushed request to the key of the proof it came with, and use that up (RFC 9449 §10.1).

    Raises:
        InvalidDpopProof: `dpop_jkt` names another key, or the proof was used before.
    """
    if proof is None:
        return asked
    if asked.dpop_jkt not in (None, proof.jkt):
        raise InvalidDpopProof("dpop_jkt is not the key of the DPoP proof")
    use_up(machines, client.client_id, proof)
    return replace(asked, dpop_jkt=proof.jkt)


def require_key(
    machines: Machines, request: MachineRequest, token: AccessToken, asked: UserInfoRequest
) -> None:
    """Let a bound token be used only by who holds its key, and a plain one only as Bearer.

    That is RFC 9449 §7.1 and §7.2, and RFC 8705 §3.

    Raises:
        InvalidToken: the token is bound to another key or certificate, or to none.
        KeyNeeded: a bound token came as a plain Bearer token.
        InvalidDpopProof: the proof is missing or wrong.
        UseDpopNonce: the proof needs a nonce of ours (RFC 9449 §9).
    """
    bound = token.confirmation
    if bound is None or bound.jkt is None:
        if asked.scheme != "Bearer":
            raise InvalidToken("the access token is not bound to a DPoP key")
        if bound is not None:
            require_certificate(bound, request, machines.services.clock())
        return
    if asked.scheme != "DPoP":
        raise KeyNeeded("the access token is bound to a key: use the DPoP scheme with a proof")
    require_proof(machines, request, token, asked.token, bound.jkt)
