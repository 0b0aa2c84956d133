"""Which language a page speaks, and how dates and numbers are written in it (ui.md, promise 2).

Source texts are Bahasa Indonesia; catalogues live in `templates/locale/`. The order of choice: `ui_locales`
in the address of a page, the cookie of an earlier choice, what a client wishes (`wish`), what a view knows (`use`),
the browser's Accept-Language, Bahasa Indonesia.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from urllib.parse import urlencode

from flask import Flask, Response, g, has_request_context, request
from flask_babel import Babel, format_date, format_datetime, format_decimal, gettext as _, refresh

from idp.web.pages.base import LanguageLink

LANGUAGES = {"id": "Indonesia", "en": "English"}
"""Complete: pages, letters, names of data."""
REGIONAL = {"jv": "Jawa", "su": "Sunda"}
"""Spoken on the citizen's pages as far as their catalogues go; the rest is Bahasa Indonesia (how-to/translate.md)."""
SPOKEN = LANGUAGES | REGIONAL
CONSOLE = "/admin"
DEFAULT = "id"
COOKIE = "lang"
MOST_SECONDS = 120
"""What is longer is said in minutes; the script that counts down knows the same number."""
COOKIE_SECONDS = 365 * 24 * 3600
WISH = "lang_wish"
"""What a client wished last; it goes when the browser is closed."""
CATALOGUES = Path(__file__).parents[2] / "templates" / "locale"


def init_locale(app: Flask, catalogues: Path = CATALOGUES) -> None:
    """Give an application its languages: Flask-Babel, template filters and the context of the layout."""
    app.config.setdefault("BABEL_DEFAULT_LOCALE", DEFAULT)
    app.config.setdefault("BABEL_DEFAULT_TIMEZONE", "Asia/Jakarta")
    Babel(app, default_translation_directories=str(catalogues), locale_selector=spoken)
    app.jinja_env.filters.update(
        date=written_date,
        moment=written_moment,
        nik=masked_nik,
        number=written_number,
        wait=written_wait,
        in_seconds=in_seconds,
        in_minutes=in_minutes,
    )
    app.context_processor(_context)
    app.after_request(_remember)


def language() -> str:
    """The complete language of this request: of letters, of what data and their sources are called."""
    chosen = spoken()
    return chosen if chosen in LANGUAGES else DEFAULT


def spoken() -> str:
    """The language of this page's texts, which may be a regional one; the console has none of those."""
    if not has_request_context():
        return DEFAULT
    chosen = _chosen()
    return DEFAULT if chosen in REGIONAL and request.path.startswith(CONSOLE) else chosen


def _chosen() -> str:
    chosen: str | None = g.get("language")
    if chosen is None:
        chosen = (
            supported(request.args.get("ui_locales", "").split())
            or _kept()
            or supported(tag for tag, quality in request.accept_languages if quality > 0)
            or DEFAULT
        )
        g.language = chosen
    return chosen


def _kept() -> str | None:
    """The language this browser was last asked to speak, by its citizen or else by a client."""
    return supported([request.cookies.get(COOKIE, ""), request.cookies.get(WISH, "")])


def use(ui_locales: Iterable[str]) -> None:
    """Prefer these languages for this request, unless this browser was asked for another one."""
    asked = supported(ui_locales)
    if asked and not request.args.get("ui_locales") and not _kept():
        g.language = asked
        refresh()


def wish(ui_locales: Iterable[str]) -> None:
    """Prefer the languages of a client's request (OIDC Core §3.1.2.1) until the citizen chooses: that choice stays."""
    g.wished = supported(ui_locales)
    g.language = supported([request.cookies.get(COOKIE, "")]) or g.wished or _chosen()
    refresh()


def supported(tags: Iterable[str]) -> str | None:
    """The first of these BCP 47 tags that we speak, ignoring region and script; unknown ones are skipped."""
    primaries = (tag.replace("_", "-").split("-")[0].lower() for tag in tags)
    return next((primary for primary in primaries if primary in SPOKEN), None)


def language_links() -> tuple[LanguageLink, ...]:
    """The same page in every language; none where the address cannot be asked for again by GET."""
    rule = request.url_rule
    if rule is not None and rule.methods is not None and "GET" not in rule.methods:
        return ()
    return links_to("")


def links_to(path: str) -> tuple[LanguageLink, ...]:
    """A page in every language, for pages that answer a form and are asked for again at another address."""
    kept = [(name, value) for name, value in request.args.items(multi=True) if name != "ui_locales"]
    return tuple(
        LanguageLink(
            code, label, f"{path}?{urlencode([*kept, ('ui_locales', code)])}", current=code == spoken()
        )
        for code, label in (LANGUAGES if request.path.startswith(CONSOLE) else SPOKEN).items()
    )


def written_date(day: date) -> str:
    """A date in words: 27 Mei 2024 (ui.md, promise 9)."""
    return str(format_date(day, "d MMMM y"))


def written_moment(moment: datetime) -> str:
    """A moment in words, in the time of Jakarta: 27 Mei 2024, 14.05 WIB."""
    return str(format_datetime(moment, "d MMMM y, HH.mm 'WIB'"))


def written_number(number: int) -> str:
    """A whole number with separators: 12.345 in Bahasa Indonesia, 12,345 in English."""
    return str(format_decimal(number))


def written_wait(seconds: int) -> str:
    """How long somebody has to wait, in the unit they would use: 45 detik, 59 menit."""
    return in_seconds(seconds) if seconds <= MOST_SECONDS else in_minutes(-(-seconds // 60))


def in_seconds(number: int | str) -> str:
    """A number of seconds; `#` for the script that counts them down."""
    return str(_("%(n)s detik", n=number))


def in_minutes(number: int | str) -> str:
    """A number of minutes; `#` for the script that counts them down."""
    return str(_("%(n)s menit", n=number))


def masked_nik(nik: str) -> str:
    """A NIK with only its last four digits in sight (ui.md, promise 9)."""
    return f"•••• •••• •••• {nik[-4:]}" if nik else ""


def _context() -> dict[str, object]:
    return {
        "language": spoken(),
        "data_language": language(),
        "language_links": language_links() if has_request_context() else (),
    }


def _remember(response: Response) -> Response:
    """Keep what was asked for: a preference, no identifier, so it is readable; the citizen's outlives the session."""
    if "wished" in g:
        name, asked, seconds = WISH, g.wished, None
    else:
        name, asked, seconds = COOKIE, supported(request.args.get("ui_locales", "").split()), COOKIE_SECONDS
    if asked and response.mimetype == "text/html" and request.cookies.get(name) != asked:
        response.set_cookie(
            name, asked, max_age=seconds, secure=request.is_secure, httponly=True, samesite="Lax"
        )
    return response
