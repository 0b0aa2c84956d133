"""Registration, first question: who are you? Asked of the registry per field, and never a dead end."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Response
from flask_babel import gettext as _

from idp.domain.account import closing
from idp.domain.authenticators import throttle
from idp.domain.citizens import drafts, identifiers, names, nik
from idp.domain.citizens.identifiers import Kind, Malformed
from idp.domain.citizens.models import Account
from idp.domain.citizens.names import BadName
from idp.domain.proofing.levels import ORDER, Level
from idp.domain.proofing.population import Answer, Claims, PopulationRegistry, RegistryUnavailable
from idp.web.context import place, services, unit_of_work
from idp.web.frontchannel import notices, registering
from idp.web.frontchannel.registering import CONTACT, IDENTITY, LATER, MISMATCH, Errors, Form
from idp.web.frontchannel.signed_in import throttle_policy
from idp.web.locale import written_date
from idp.web.pages import (
    FieldError,
    FieldMatch,
    Notice,
    RegisterIdentityPage,
    RegisterLaterPage,
    RegisterMismatchPage,
    RegisterStopPage,
    Way,
)
from idp.web.render import go, show

MOST_TRIES = 5
WARNINGS = throttle.windowed(3, throttle.DAY)
EARLIEST = 1900
TYPED = ("nik", "name", "birth_day", "birth_month", "birth_year")
VERIFIED, PENDING, NONE = "verified", "pending", "none"


def identity_page(
    uid: str | None, typed: dict[str, str] | None = None, errors: Errors = ()
) -> RegisterIdentityPage:
    """Ask for NIK, name and birth date."""
    values = typed or {}
    return RegisterIdentityPage(
        **registering.common(IDENTITY, uid, errors),
        hidden=(("uid", uid),) if uid else (),
        nik=values.get("nik", ""),
        name=values.get("name", ""),
        birth_day=values.get("birth_day", ""),
        birth_month=values.get("birth_month", ""),
        birth_year=values.get("birth_year", ""),
        sign_in_url=registering.way_out(uid),
    )


def later_page(uid: str | None) -> RegisterLaterPage:
    """Say that the check comes later, and go on."""
    return RegisterLaterPage(**registering.common(LATER, uid, back=IDENTITY))


def mismatch_page(uid: str | None, data: dict[str, Any]) -> RegisterMismatchPage:
    """Show the registry's answer per field, with the ways on."""
    typed = {
        "nik": data["nik"],
        "name": data["typed"]["name"],
        "birthdate": written_date(date.fromisoformat(data["birthdate"])),
    }
    labels = {"nik": _("NIK"), "name": _("Nama lengkap"), "birthdate": _("Tanggal lahir")}
    oddities = nik.oddities(data["nik"], date.fromisoformat(data["birthdate"]))
    notice = (
        Notice(
            "info",
            _("Tanggal di NIK berbeda dari yang Anda tulis"),
            _(
                "Itu bisa terjadi dan tidak salah: NIK tidak berubah seumur hidup. Tulis tanggal di KTP atau KK."
            ),
        )
        if nik.Oddity.BIRTHDATE in oddities and data["answer"]["birthdate"] != "match"
        else None
    )
    return RegisterMismatchPage(
        **registering.common(MISMATCH, uid),
        notice=notice,
        results=tuple(FieldMatch(labels[name], typed[name], data["answer"][name]) for name in labels),
        edit_url=f"{registering.ADDRESS}?step={IDENTITY}",
        attempts_left=max(0, MOST_TRIES - int(data["tries"])),
        ways=(
            Way(
                _("Perbaiki data di Dukcapil"),
                "/help#contact",
                _("Bawa KTP atau KK ke kantor Dukcapil terdekat. Gratis."),
            ),
            Way(_("Minta bantuan"), "/help#contact"),
        ),
    )


def take_identity(form: Form) -> Response:
    """Judge what was typed, ask the registry outside of any transaction, and go where its answer leads."""
    uid = registering.wanted_interaction()
    typed = {name: form.text(name) for name in TYPED}
    claims, errors = read_identity(typed)
    with unit_of_work() as db:
        draft = registering.current(db)
        uid = uid or (draft.row.interaction if draft is not None else None)
    if draft is not None and draft.step in (registering.RECOVERY, registering.DONE):
        return go(registering.ADDRESS)
    if claims is None:
        return show(identity_page(uid, typed, errors), 400)
    tries = int(draft.data.get("tries", 0)) + 1 if draft is not None else 1
    if tries > MOST_TRIES or not may_ask(claims.nik):
        return _stopped(uid)
    data: dict[str, Any] = {
        "typed": typed,
        "nik": claims.nik,
        "name": claims.name,
        "birthdate": claims.birthdate.isoformat(),
        "tries": tries,
    }
    return _ask(uid, draft, claims, data)


def stop_page(uid: str | None, title: str, text: str) -> RegisterStopPage:
    """End here, with ways on."""
    return RegisterStopPage(
        **registering.common("stop", uid),
        title=title,
        text=text,
        ways=(
            Way(_("Masuk dengan akun yang sudah ada"), registering.way_out(uid)),
            Way(_("Lupa kata sandi"), f"/recover?uid={uid}" if uid else "/recover"),
            Way(_("Hubungi bantuan"), "/help#contact"),
        ),
    )


def already_page(uid: str | None) -> RegisterStopPage:
    """Answer a person whose NIK has an account, saying no more than needed (ASVS 6.3.8)."""
    return stop_page(
        uid,
        _("Pendaftaran tidak bisa dilanjutkan di sini"),
        _("Bila Anda sudah punya akun, masuklah. Bila bukan Anda yang membuatnya, hubungi kami."),
    )


def returning_page(uid: str | None, *, matched: bool) -> RegisterStopPage:
    """Answer a person whose account was closed and who cannot be proved as surely as before here (ADR 0027).

    Only who has just been matched hears that there was an account.
    """
    title = _("Pendaftaran belum bisa dilanjutkan di sini")
    if not matched:
        return stop_page(uid, title, _("Data kependudukan sedang tidak tersambung. Coba lagi nanti."))
    text = _(
        "NIK ini pernah punya akun yang ditutup, dan pemiliknya dulu diperiksa di loket. Untuk akun baru, datanglah ke"
        " loket dengan KTP."
    )
    return stop_page(uid, title, text)


def warn_owner(number: str) -> None:
    """Tell the owner of an account that somebody tried to register their NIK; nobody floods them with such letters."""
    tree, now = services().tree, services().clock()
    with unit_of_work() as db:
        owner = identifiers.account_of(db, Kind.NIK, identifiers.digest(tree.blind_index, Kind.NIK, number))
        if owner is None:
            return
        name = throttle.key(tree, owner.bytes)
        if throttle.count(db, "registration.owner", name, WARNINGS, now).allowed:
            notices.tell_account(db, owner, "registration_attempt", {})


def _ask(uid: str | None, draft: drafts.Draft | None, claims: Claims, data: dict[str, Any]) -> Response:
    registry = population_registry()
    step, before = CONTACT, _level_before(claims.nik)
    data["checked"] = NONE
    if registry is not None:
        try:
            answer = registry.verify(claims)
            record = registry.record(answer.reference) if answer.matched and answer.reference else None
        except RegistryUnavailable:
            data["checked"], step = PENDING, LATER
        else:
            if record is None:
                return _stopped(uid) if _asked_too_often(claims.nik) else _disagreed(uid, draft, data, answer)
            data |= {"checked": VERIFIED, "record": dict(record)}
            if _has_account(claims.nik):
                warn_owner(claims.nik)
                return registering.forget(show(already_page(uid)))
            data["returning"] = before is not None
    proved = Level.MATCHED if data["checked"] == VERIFIED else Level.STATED
    if before is not None and ORDER.index(before) > ORDER.index(proved):
        return registering.forget(show(returning_page(uid, matched=proved is Level.MATCHED)))
    return _keep(uid, draft, data, step)


def _disagreed(uid: str | None, draft: drafts.Draft | None, data: dict[str, Any], answer: Answer) -> Response:
    if answer.exists and not answer.active:
        text = _("Menurut data kependudukan, NIK ini tidak aktif. Dukcapil dapat mengaktifkannya kembali.")
        return show(stop_page(uid, _("NIK belum bisa dipakai"), text))
    data["answer"] = {name: str(state) for name, state in answer.fields.items()}
    if not answer.exists:
        data["answer"] |= {"name": "unknown", "birthdate": "unknown"}
    return _keep(uid, draft, data, MISMATCH)


def _keep(uid: str | None, draft: drafts.Draft | None, data: dict[str, Any], step: str) -> Response:
    response = go(registering.ADDRESS)
    with unit_of_work() as db:
        found = registering.current(db) if draft is not None else None
        if found is None:
            registering.begin(db, response, step, data, uid)
        else:
            kept = {name: found.data[name] for name in ("email", "phone_number") if name in found.data}
            found.data = kept | data
            found.row.interaction = uid
            db.flush()
            drafts.save(db, registering.seal(), found, step)
    return response


def population_registry() -> PopulationRegistry | None:
    """Return the registry of this deployment, if it has one."""
    deployment = services()
    url = deployment.settings.population_registry_url
    if url is None:
        return None
    return PopulationRegistry(deployment.outbound, url, deployment.settings.population_registry_key)


def may_ask(number: str) -> bool:
    """Count a question to the registry by network, and there by NIK: what others do elsewhere keeps no owner out."""
    tree, policy, now = services().tree, throttle_policy(), services().clock()
    network = place().network.encode()
    with unit_of_work() as db:
        verdicts = (
            throttle.count(
                db, "registry.nik", throttle.key(tree, number.encode(), network), policy.sending, now
            ),
            throttle.count(db, "registry.network", throttle.key(tree, network), policy.sending_network, now),
        )
    return all(verdict.allowed for verdict in verdicts)


def _asked_too_often(number: str) -> bool:
    """Count a wrong answer by NIK from anywhere: above the limit nobody is told which field was wrong.

    The registry must not become an oracle for guessing people's data; a whole match goes on all the same (ADR 0026).
    """
    tree, policy, now = services().tree, throttle_policy(), services().clock()
    with unit_of_work() as db:
        verdict = throttle.count(
            db, "registry.wrong", throttle.key(tree, number.encode()), policy.sending, now
        )
    return not verdict.allowed


def _stopped(uid: str | None) -> Response:
    return show(stop_page(uid, _("Terlalu banyak percobaan"), _too_many()), 429)


def _level_before(number: str) -> Level | None:
    tree = services().tree
    with unit_of_work() as db:
        level = closing.level_before(db, identifiers.digest(tree.blind_index, Kind.NIK, number))
    return Level(level) if level is not None else None


def _has_account(number: str) -> bool:
    tree = services().tree
    with unit_of_work() as db:
        owner = identifiers.account_of(db, Kind.NIK, identifiers.digest(tree.blind_index, Kind.NIK, number))
        return owner is not None and db.get(Account, owner) is not None


def _too_many() -> str:
    return str(
        _("Demi keamanan data Anda, coba lagi satu jam lagi. Bantuan kami dapat dihubungi kapan saja.")
    )


def read_identity(typed: dict[str, str]) -> tuple[Claims | None, Errors]:
    """Read what was typed; the errors say what can be nobody's."""
    errors: list[FieldError] = []
    number, name, born = "", "", None
    try:
        number = identifiers.nik(typed["nik"])
    except Malformed as exc:
        reason = _("NIK terdiri dari 16 angka.") if exc.reason == "length" else _("NIK hanya berisi angka.")
        errors.append(FieldError("nik", reason if typed["nik"] else _("Isi NIK Anda, 16 angka.")))
    if number and nik.is_synthetic(number) and services().settings.production:
        errors.append(FieldError("nik", _("NIK ini hanya untuk uji coba.")))
    try:
        name = names.parse(typed["name"]).name
    except BadName as exc:
        empty, odd = _("Isi nama lengkap Anda."), _("Tulis nama persis seperti di KTP atau KK, tanpa angka.")
        errors.append(FieldError("name", empty if exc.reason == "empty" else odd))
    try:
        born = date(int(typed["birth_year"]), int(typed["birth_month"]), int(typed["birth_day"]))
    except (ValueError, OverflowError):
        errors.append(FieldError("birthdate", _("Isi tanggal lahir dengan angka, misalnya 27 5 1990.")))
    if born is not None and not date(EARLIEST, 1, 1) <= born <= services().clock().date():
        errors.append(FieldError("birthdate", _("Tanggal lahir ini belum atau sudah terlalu lama lewat.")))
    if errors or born is None:
        return None, tuple(errors)
    return Claims(number, name, born), ()
