"""A registration with honest defaults, and what is wrong with a broken one."""

from datetime import date
from typing import Any

import pytest
from joserfc.jwk import ECKey

from idp.domain.registry.metadata import accept
from idp.domain.registry.policy import Policy
from idp.domain.registry.violations import BadMetadata, BadRedirectUri, Rule
from idp.outbound import Guard

KEY = ECKey.generate_key("P-256", {"kid": "one", "use": "sig", "alg": "ES256"}, private=True)
JWKS = {"keys": [KEY.as_dict(private=False)]}
SANDBOX = Policy(today=date(2026, 11, 24))
PRODUCTION = Policy(
    environment="production", today=date(2026, 11, 24), check_url=Guard((), loopback=False).check_url
)
CALLBACK = "https://agency.example/callback"
PURPOSE = {"id": "Menulis nama pada surat", "en": "To write the name on the letter"}


def a_registration(**members: Any) -> dict[str, Any]:
    given = {
        "client_name": "Layanan Pajak",
        "client_name#en": "Tax Service",
        "redirect_uris": [CALLBACK],
        "token_endpoint_auth_method": "private_key_jwt",
        "jwks": JWKS,
    } | members
    return {name: value for name, value in given.items() if value is not None}


def broken(given: dict[str, Any], policy: Policy = SANDBOX) -> set[tuple[str, Rule]]:
    with pytest.raises((BadMetadata, BadRedirectUri)) as refused:
        accept(given, policy)
    violations: Any = vars(refused.value)["violations"]
    return {(v.member, v.rule) for v in violations}
