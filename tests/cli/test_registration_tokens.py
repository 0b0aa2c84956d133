"""`idp clients token`: made once, listed without its text, revoked; how-to register-a-client.md."""

import json

from tests.cli.test_clients import create


def test_a_token_is_made_listed_and_revoked(idp):
    made = json.loads(idp("clients", "token", "create", "--uses", "3", "--days", "2", "--json").out)
    assert len(made["initial_access_token"]) == 43
    assert (made["environment"], made["uses_left"]) == ("sandbox", 3)
    listed = idp("clients", "token", "list").out
    assert made["id"] in listed
    assert made["initial_access_token"] not in listed
    assert idp("clients", "token", "revoke", made["id"]).out == f"{made['id']}: revoked\n"
    again = idp("clients", "token", "revoke", made["id"])
    assert again.status == 1
    assert json.loads(idp("clients", "token", "list", "--json").out)[0]["state"] == "revoked"


def test_the_token_alone_is_printed_for_scripts(idp):
    assert len(idp("clients", "token", "create").out.strip()) == 43


def test_an_agency_nobody_knows_gets_none(idp):
    create(idp)
    done = idp("clients", "token", "create", "--agency", "nobody")
    assert done.status == 1
    assert "nobody" in done.err
