"""What the machine endpoints share besides the services of the deployment."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

from idp.domain.grants import GrantPolicy
from idp.domain.grants.issuance import Mint
from idp.domain.grants.replay import first_use
from idp.domain.registry.client_secrets import unseal
from idp.keysets import KeySets
from idp.protocol import client_auth
from idp.protocol.client_auth import Audiences
from idp.protocol.oauth.client import Client
from idp.protocol.oauth.dpop_nonces import Nonces
from idp.services import Services
from idp.web.limits import MachineLimits
from idp.web.machine.presented import open_access_token


@dataclass(frozen=True, slots=True)
class Machines:
    """Services, limits, fetched key sets and the nonces of DPoP proofs."""

    services: Services
    limits: MachineLimits
    keysets: KeySets
    grant_policy: GrantPolicy
    assertion_audiences: tuple[str, ...]
    nonces: Nonces
    prove: partial[Client]
    """`client_auth.authenticate` with what does not differ between requests."""

    @classmethod
    def of(cls, services: Services, assertion_audiences: tuple[str, ...]) -> Machines:
        """Wire the endpoints of a deployment."""
        settings = services.settings
        return cls(
            services,
            MachineLimits(settings.redis_url),
            services.keysets,
            GrantPolicy(
                services.session_limits.longest,
                settings.refresh_lifetime,
                settings.issuer,
                services.clients.serving,
                services.clients.get,
                partial(open_access_token, services),
                services.publishing.agreed,
            ),
            assertion_audiences,
            Nonces(partial(services.tree.mac, "dpop-nonce")),
            _prover(services, assertion_audiences),
        )

    def also_for(self, *endpoints: str) -> Machines:
        """Return the same for an endpoint whose addresses assertions may name as their audience (RFC 9126 §2)."""
        audiences = (*self.assertion_audiences, *endpoints)
        return replace(self, assertion_audiences=audiences, prove=_prover(self.services, audiences))

    def mint(self) -> Mint:
        """Return what signs tokens, with the keys in force now."""
        services = self.services
        return Mint(
            services.settings.issuer,
            services.keyring,
            services.tree.sector_salt,
            services.settings.access_token_lifetime,
            services.settings.id_token_lifetime,
            services.clients.serving,
            services.recipients.seal,
            services.clients.get,
            services.publishing.agreed,
        )


def _prover(services: Services, audiences: tuple[str, ...]) -> partial[Client]:
    return partial(
        client_auth.authenticate,
        audiences=Audiences(services.settings.issuer, audiences),
        first_use=partial(first_use, services.database.statements),
        authorities=services.authorities,
        unseal=partial(unseal, services.secret_seal),
    )
