"""What reaches the application when a front adds to what came from outside, in place of replacing it (RFC 9440 4).

A second field named `Client_Cert` cannot be told from the first here: only the front can drop it, and ours do.
"""

from datetime import timedelta
from email.utils import parsedate_to_datetime

import httpx
import pytest

from idp.clock import system_clock
from tests.support.certificates import self_signed


def ask(deployment, *headers):
    form = {"grant_type": "client_credentials", "client_id": deployment.customers[0].client_id}
    with httpx.Client(trust_env=False) as http:
        return http.post(f"http://127.0.0.1:{deployment.port}/token", data=form, headers=list(headers))


@pytest.mark.parametrize("second", ["Client-Cert", "client-cert"])
def test_two_certificates_are_refused(deployment, second):
    mine, other = deployment.identity, self_signed()
    one = ask(deployment, ("Client-Cert", mine.header))
    assert (
        one.json()["error"] == "unauthorized_client"
    )  # known by its certificate, and not registered for this grant
    for first, then in ((mine, other), (other, mine)):
        answer = ask(deployment, ("Client-Cert", first.header), (second, then.header))
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


def test_rfc9110_6_6_1_every_answer_has_a_date(deployment):
    date = parsedate_to_datetime(ask(deployment).headers["Date"])
    assert abs(system_clock() - date) < timedelta(minutes=1)
