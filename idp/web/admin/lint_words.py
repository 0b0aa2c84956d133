"""The linter's words in the language of the page."""

from __future__ import annotations

from flask_babel import gettext as _

from idp.domain.inventory import waivers
from idp.domain.inventory.lint import Finding, Verdict
from idp.domain.inventory.matcher import Match, Why
from idp.domain.registry.changes import NotAllowed
from idp.web.admin import refusals
from idp.web.pages.admin import Badge


def verdict(value: Verdict) -> Badge:
    """Say what the linter thinks of a field."""
    return {
        Verdict.ASKED: Badge(_("Sudah diketahui"), "bad"),
        Verdict.WAIVED: Badge(_("Dispensasi"), "warn"),
        Verdict.PERHAPS: Badge(_("Mungkin sudah diketahui"), "warn"),
        Verdict.PREFILLED: Badge(_("Terisi sendiri"), "good"),
        Verdict.HELD: Badge(_("Belum ada di katalog")),
        Verdict.REUSE: Badge(_("Dapat dipakai ulang")),
        Verdict.NEW: Badge(_("Baru")),
    }[value]


def because(match: Match) -> tuple[str, ...]:
    """Say why the matcher thinks so."""
    said = {
        Why.DECLARED: _("formulir sendiri menyebutkannya"),
        Why.LABEL: _("labelnya berbunyi “%(words)s”"),
        Why.NAME: _("namanya berbunyi “%(words)s”"),
        Why.HINT: _("petunjuknya berbunyi “%(words)s”"),
        Why.AUTOCOMPLETE: _("autocomplete: %(words)s"),
        Why.CHOICES: _("pilihannya: %(words)s"),
        Why.UPLOAD: _("salinan “%(words)s”"),
        Why.SPELLING: _("ejaan: %(words)s"),
        Why.OTHER_WORDS: _("di samping “%(words)s”"),
        Why.CONTRADICTED: _("tetapi namanya berbunyi “%(words)s”"),
        Why.TYPE: _("tetapi jenisnya %(words)s"),
        Why.SECTION: _("tetapi bagiannya tentang “%(words)s”"),
    }
    return tuple(str(said[each.why]).replace("%(words)s", each.words) for each in match.reasons)


def advice(finding: Finding) -> str:
    """Say what to do about a field."""
    get = f"scope {finding.scope}, claim {finding.matches[0].claim}"
    instead = ", ".join(finding.instead)
    if finding.verdict is Verdict.WAIVED and finding.leave is not None:
        return str(_("Boleh ditanyakan sampai %(day)s.", day=finding.leave.ends_on.isoformat()))
    if finding.verdict is Verdict.PREFILLED:
        return str(_("Tidak diketik siapa pun."))
    if finding.verdict is Verdict.HELD:
        return str(_("Mintalah agar pemiliknya menerbitkannya."))
    if not finding.scope:
        return str(_("Tidak boleh ditanyakan: hapus isian ini."))
    if finding.verdict is Verdict.REUSE:
        return str(_("Yang pernah diberikan warga datang lewat %(get)s.", get=get))
    said = str(_("Jangan tanyakan: %(get)s.", get=get))
    if instead:
        said = f"{said} {_('Sering cukup: %(claims)s.', claims=instead)}"
    if finding.leave is not None:
        said = f"{said} {_('Dispensasinya berakhir %(day)s.', day=finding.leave.ends_on.isoformat())}"
    return said


def waiver_state(state: str) -> Badge:
    """Say how a waiver stands."""
    return {
        waivers.ASKED: Badge(_("Menunggu"), "warn"),
        waivers.COMING: Badge(_("Akan berlaku")),
        waivers.IN_FORCE: Badge(_("Berlaku"), "good"),
        waivers.OVER: Badge(_("Kedaluwarsa"), "bad"),
        waivers.ENDED: Badge(_("Diakhiri")),
        waivers.REFUSED: Badge(_("Ditolak")),
    }[state]


def wrong_wish(error: ValueError | NotAllowed) -> tuple[str, str]:
    """Say what is wrong with a waiver that was asked for: the field and the words."""
    if not isinstance(error, NotAllowed):
        return "ends", str(_("Tulis tanggal seperti 2027-06-30."))
    return {
        "reason": (
            "reason",
            str(
                _(
                    "Tulis alasannya, %(least)s sampai %(most)s karakter.",
                    least=waivers.SHORTEST_REASON,
                    most=waivers.LONGEST_REASON,
                )
            ),
        ),
        "term": ("ends", str(_("Dispensasi berakhir setelah mulai, paling lama dua belas bulan kemudian."))),
        "past": ("ends", str(_("Tanggal itu sudah lewat."))),
    }.get(error.reason, ("attribute", not_allowed(error)))


def not_allowed(error: NotAllowed) -> str:
    """Say why something was not done; the registry's words for what is the registry's."""
    return {
        "same_person": str(_("Orang lain yang harus menyetujui dispensasi ini, bukan yang memintanya.")),
        "decided": str(_("Dispensasi ini sudah diputuskan.")),
        "past": str(_("Dispensasi ini sudah akan berakhir.")),
        "attribute": str(_("Pilih data yang ditanyakan formulir ini.")),
        "form": str(_("Pilih formulirnya.")),
        "forms": str(_("Terlalu banyak formulir untuk satu klien.")),
        "unknown_form": str(_("Formulir itu tidak tercatat.")),
        "asks_known": str(
            _("Formulir klien ini meminta yang sudah diketahui negara, tanpa dispensasi yang berlaku.")
        ),
    }.get(error.reason) or refusals.not_allowed(error)
