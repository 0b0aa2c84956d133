"""What the machine endpoints share besides the services of the deployment."""

from __future__ import annotations

from dataclasses import dataclass

from idp.domain.grants import GrantPolicy
from idp.domain.grants.issuance import Mint
from idp.keysets import KeySets
from idp.services import Services
from idp.web.limits import MachineLimits


@dataclass(frozen=True, slots=True)
class Machines:
    """Services, limits and fetched key sets."""

    services: Services
    limits: MachineLimits
    keysets: KeySets
    grant_policy: GrantPolicy
    assertion_audiences: tuple[str, ...]

    @classmethod
    def of(cls, services: Services, assertion_audiences: tuple[str, ...]) -> Machines:
        """Wire the endpoints of a deployment."""
        settings = services.settings
        return cls(
            services,
            MachineLimits(settings.redis_url),
            services.keysets,
            GrantPolicy(settings.session_lifetime, settings.refresh_lifetime),
            assertion_audiences,
        )

    def mint(self) -> Mint:
        """Return what signs tokens, with the keys in force now."""
        services = self.services
        return Mint(
            services.settings.issuer,
            services.keyring,
            services.tree.sector_salt,
            services.settings.access_token_lifetime,
            services.settings.id_token_lifetime,
        )
