"""Somebody who registers: the answers to each question, through the pages."""

import re

from sqlalchemy import func, select

from idp.domain.authenticators import totp
from tests.visitor import Visitor, letters

SITI = {
    "nik": "9974115705940001",
    "name": "Siti Aminah",
    "birth_day": "17",
    "birth_month": "5",
    "birth_year": "1994",
}
PASSWORD = "empat kuda makan rumput"


def identity(provider, path="/register", **overrides):
    return Visitor(provider).open(path).press("register-submit", **SITI | overrides)


def contact(visitor, email="siti@contoh.id", **more):
    visitor.press("register-submit", email=email, **more)
    if email:
        assert visitor.step == "code"
        code = next(le for le in reversed(letters(visitor.provider)) if le["template"] == "email_code")
        visitor.press("register-submit", code=code["context"]["code"])
    assert visitor.step == "password"
    return visitor


def authenticator(visitor):
    visitor.press("register-submit", password=PASSWORD)
    assert visitor.step == "authenticator"
    return re.search(r'id="totp-secret">([^<]+)<', visitor.text)[1].replace(" ", "")


def finish(visitor, secret):
    code = totp.code_at(secret, totp.step_at(visitor.provider.services.clock()))
    visitor.press("register-submit", otp=code)
    assert visitor.step == "recovery"
    return re.findall(r"<li>((?:[0-9A-Z]{4}-){3}[0-9A-Z]{4})", visitor.text)


def the(services, model):
    with services.database.unit_of_work() as db:
        return db.scalars(select(model)).one()


def count(services, model):
    with services.database.unit_of_work() as db:
        return db.scalar(select(func.count()).select_from(model))
