"""What is good once is good once, however many ask at the same time (attacks O-035, O-041, O-050; RFC 6749 10.5)."""

import base64
import json
import subprocess
import sys

import pytest

from tests import factories
from tests.dpop_rp import USERINFO, redeemed_with
from tests.rp import ASSERTION_TYPE, RP, VERIFIER
from tests.support import keys, state
from tests.support.processes import ROOT
from tests.support.race import race
from tests.support.together import outcomes

MANY = 20


def test_one_code_redeemed_twenty_times_gives_one_family_and_its_tokens_end_revoked(provider, rp, citizen):
    code = rp.sign_in(citizen).code
    answers = race([lambda: rp.redeem(code) for _ in range(MANY)])
    found = outcomes(answers)
    assert found["200"] <= 1
    assert found == {"200": found["200"], "400 invalid_grant": MANY - found["200"]}
    families = state.rows(provider.database, "family")
    assert len(families) == 1
    assert families[0]["revoked_at"] is not None
    assert families[0]["revoke_reason"] == "code_replayed"
    events = [row.event for row in state.audit(provider.database)]
    assert events.count("TokensIssued") == 1
    assert events.count("CodeReplayed") == 1
    for answer in answers:
        if answer.ok:
            assert rp.userinfo(answer["access_token"]).status == 401
            assert rp.introspect(answer["access_token"]).json == {"active": False}


def test_one_refresh_token_used_twenty_times_rotates_once_and_the_family_ends_revoked(provider, rp, citizen):
    tokens = rp.tokens(citizen)
    answers = race([lambda: rp.refresh(tokens["refresh_token"]) for _ in range(MANY)])
    found = outcomes(answers)
    assert found == {"200": 1, "400 invalid_grant": MANY - 1}
    family = state.rows(provider.database, "family")[0]
    assert family["generation"] == 1
    assert family["revoke_reason"] == "refresh_reused"
    events = [row.event for row in state.audit(provider.database)]
    assert events.count("TokensRefreshed") == 1
    assert events.count("RefreshTokenReused") == 1


def test_one_assertion_used_twenty_times_opens_once(provider):
    client = factories.a_client(provider.services, grant_types=["client_credentials"], scope="openid x")
    rp = RP(provider, client)
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": rp.assertion(),
    }
    found = outcomes(race([lambda: provider.post("/token", data=form) for _ in range(MANY)]))
    assert found == {"200": 1, "401 invalid_client": MANY - 1}
    assert provider.count("jti_mark") == 1


def test_one_proof_used_twenty_times_opens_once(provider, dpop_rp, citizen):
    token = dpop_rp.tokens(citizen)["access_token"]
    marks = provider.count("proof_mark")
    proof = dpop_rp.proof("GET", USERINFO, token)
    found = outcomes(race([lambda: dpop_rp.userinfo(token, proof) for _ in range(MANY)]))
    assert found == {"200": 1, "401 invalid_dpop_proof": MANY - 1}
    assert provider.count("proof_mark") == marks + 1
    assert provider.count("release") == 1
    assert [row.event for row in state.audit(provider.database)].count("ProofReplayed") == MANY - 1


def test_one_proof_with_twenty_codes_gives_one_family(provider, dpop_rp, citizen):
    codes = [dpop_rp.sign_in(citizen).code, *(dpop_rp.authorize().code for _ in range(MANY - 1))]
    proof = dpop_rp.proof()
    found = outcomes(race([lambda code=code: redeemed_with(dpop_rp, code, proof) for code in codes]))
    assert found == {"200": 1, "400 invalid_dpop_proof": MANY - 1}
    assert provider.count("family") == 1


def test_redeeming_and_signing_out_at_once_leaves_no_living_token(rp, citizen, services):
    for _ in range(5):
        code = rp.sign_in(citizen).code
        answers = race([lambda code=code: rp.redeem(code), lambda: factories.sign_out(services, citizen)])
        if answers[0].ok:
            assert rp.userinfo(answers[0]["access_token"]).status == 401
        else:
            assert answers[0].error == "invalid_grant"


REDEEM = """
import json, sys
from datetime import datetime
from pathlib import Path
from idp.clock import FrozenClock
from idp.services import wire
from idp.settings import Settings
from tests.rp import Provider
from tests.support.network import GUARD

job = json.loads(sys.stdin.readline())
GUARD.close()
settings = Settings(database_url=job["database"], data_dir=Path(job["folder"]), master_key=job["key"])
services = wire(settings, FrozenClock(datetime.fromisoformat(job["now"])))
provider = Provider(services)
provider.get("/jwks")
print("ready", flush=True)
sys.stdin.readline()
answers = [provider.post("/token", data=job["form"], headers=job["headers"]) for _ in range(job["times"])]
print(json.dumps([[a.status, a.error] for a in answers]), flush=True)
services.close()
"""


@pytest.mark.parametrize("processes", [4])
def test_one_code_redeemed_by_several_processes_gives_one_family(
    provider, citizen, database_url, tmp_path, clock, processes
):
    client = factories.a_client(provider.services, token_endpoint_auth_method="client_secret_basic")
    rp = RP(provider, client)
    form = {
        "grant_type": "authorization_code",
        "code": rp.sign_in(citizen).code,
        "redirect_uri": client.redirect_uri,
        "code_verifier": VERIFIER,
    }
    pair = base64.b64encode(f"{client.client_id}:{client.secret}".encode()).decode()
    job = {
        "database": database_url,
        "folder": str(tmp_path),
        "key": keys.ROOT_KEY,
        "now": clock().isoformat(),
        "form": form,
        "headers": {"Authorization": f"Basic {pair}"},
        "times": 5,
    }
    running = [
        subprocess.Popen(
            [sys.executable, "-c", REDEEM],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            text=True,
        )
        for _ in range(processes)
    ]
    try:
        for process in running:
            process.stdin.write(json.dumps(job) + "\n")
            process.stdin.flush()
        for process in running:
            assert process.stdout.readline() == "ready\n"
        for process in running:
            process.stdin.close()
        printed = [process.stdout.read() for process in running]
    finally:
        for process in running:
            process.kill()
            process.wait()
            process.stdout.close()
    answers = [tuple(pair) for text in printed for pair in json.loads(text.splitlines()[-1])]
    assert len(answers) == processes * 5
    assert answers.count((200, None)) == 1
    assert answers.count((400, "invalid_grant")) == len(answers) - 1
    families = state.rows(provider.database, "family")
    assert len(families) == 1
    assert families[0]["revoke_reason"] == "code_replayed"
