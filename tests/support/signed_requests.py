"""What tests of request objects share: a client somebody consented to, and how a bad object is refused."""

import base64
import json

from tests import factories
from tests.answers import Answer
from tests.factories import TestCitizen
from tests.rp import RP


def consented(rp: RP, citizen: TestCitizen) -> RP:
    """Sign a citizen in who consented to what this client asks for."""
    factories.a_consent(
        rp.provider.services, citizen, rp.client.client_id, "openid profile email", ("name", "email")
    )
    rp.browser.sign_in(citizen)
    return rp


def part(value: object) -> str:
    """Write one part of a compact JWT."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def refused(rp: RP, error: str = "invalid_request_object", **overrides: object) -> Answer:
    """The object is signed by its client, so the error goes to the address inside."""
    with rp.provider.unchanged("AuthorizationRefused"):
        answer = rp.authorize_signed(**overrides)
    assert answer.location is not None, answer.text
    assert answer.location.startswith(factories.REDIRECT)
    assert answer.error == error
    return answer
