"""Citizens, administrators, keys and the audit log from the command line (contract section 2)."""

import json

import pyotp

CITIZEN = {
    "name": "Siti Aminah",
    "nik": "9974115705940001",
    "birthdate": "1994-05-17",
    "email": "siti@contoh.id",
    "phone_number": "+6281234567890",
    "password": "melati kuning di tepi sawah",
    "totp_secret": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
    "ial": "ial1",
}


def create(idp, person):
    return idp("citizens", "create", "--json", "-", text=json.dumps(person))


def test_a_citizen_is_made_and_told_by_id_and_identifier(idp):
    answer = json.loads(create(idp, CITIZEN).out)
    assert answer.keys() >= {"id", "identifier"}
    assert answer["identifier"] == CITIZEN["nik"]


def test_only_a_name_is_needed(idp):
    answer = json.loads(create(idp, {"name": "Suharto"}).out)
    assert answer["identifier"].startswith("suharto")


def test_one_nik_is_one_account(idp):
    create(idp, CITIZEN)
    done = create(idp, CITIZEN)
    assert (done.status, done.out) == (1, "")
    assert CITIZEN["nik"] not in done.err


def test_what_cannot_be_is_refused_in_one_line(idp):
    for wrong in (
        {},
        {"name": ""},
        {"name": "Siti", "nik": "12"},
        {"name": "Siti", "nip": "12"},
        {"name": "Siti", "birthdate": "yesterday"},
        {"name": "Siti", "ial": "ial9"},
        {"name": "Siti", "colour": "blue"},
        {"name": "Siti", "email": "nowhere"},
    ):
        done = create(idp, wrong)
        assert done.status == 1, wrong
        assert done.err.count("\n") == 1, done.err


def test_an_administrator_who_lost_every_passkey_begins_anew(idp):
    idp("admins", "create", "--identifier", "rina@contoh.go.id", "--name", "Rina")
    done = idp("admins", "forget-passkeys", "--identifier", "rina@contoh.go.id")
    assert (done.status, done.out) == (0, "0 passkeys removed\n")
    assert idp("admins", "forget-passkeys", "--identifier", "budi@contoh.go.id").status == 1


def test_an_administrator_gets_both_factors(idp):
    done = idp("admins", "create", "--identifier", "rina@contoh.go.id", "--name", "Rina", "--json")
    answer = json.loads(done.out)
    assert pyotp.parse_uri(answer["otpauth_uri"]).secret == answer["totp_secret"]
    assert len(answer["password"]) >= 20
    assert idp("admins", "create", "--identifier", "rina@contoh.go.id", "--name", "Rina").status == 1


def test_an_agency_administrator_belongs_to_an_agency(idp):
    done = idp("admins", "create", "--identifier", "a@b.id", "--name", "A", "--role", "agency")
    assert done.status == 1


def test_keys_rotate_by_the_calendar_or_at_once(idp):
    def states():
        return [(k["alg"], k["state"]) for k in json.loads(idp("keys", "list", "--json").out)]

    first = states()
    assert {state for _alg, state in first} == {"active"}
    idp("keys", "rotate")
    assert ("ES256", "pending") in states()
    idp("keys", "rotate", "--now")
    assert ("ES256", "retiring") in states()
    kid = json.loads(idp("keys", "list", "--json").out)[0]["kid"]
    assert f"{kid} retired" in idp("keys", "retire", kid).out
    found = json.loads(idp("audit", "verify", "--seal", "--json").out)
    assert found["ok"]
    assert found["records"] >= 3


def test_personas_are_of_the_sandbox_only(idp, deployment):
    people = json.loads(idp("personas", "--json").out)
    assert len(people) >= 20
    assert all(p["identifier"].startswith("99") for p in people)
    assert all(len(p["code"]) == 6 and p["code"].isdecimal() for p in people)
    production = {
        "IDP_MODE": "production",
        "IDP_ISSUER": "https://masuk.contoh.go.id",
        "IDP_SMTP_URL": "smtp://localhost",
    }
    done = idp("personas", **production)
    assert done.status == 1
    assert done.out == ""
