"""A person at a browser without scripts: follows redirects, keeps cookies, fills in our real forms.

The jar is our own, because Python's http.cookiejar does not send `Secure` cookies to http on loopback as browsers do.
"""

import time
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self
from urllib.parse import urlencode, urljoin, urlsplit

import httpx
import pyotp

from tests import forms

MOST_STEPS = 20
SECONDS_PER_CODE = 30


@dataclass(frozen=True)
class Credentials:
    """What a citizen knows and holds."""

    identifier: str
    password: str = field(repr=False)
    totp_secret: str = field(repr=False)


@dataclass(frozen=True)
class Arrived:
    """Where the person ended up, and through which of our pages."""

    url: str
    status: int
    headers: dict[str, str]
    html: str = field(repr=False)
    page: str
    pages: tuple[str, ...]

    @property
    def forms(self) -> dict[str, forms.Form]:
        """The forms of the page, by id."""
        return forms.read(self.html)[1]


class Person:
    """One browser profile and the citizen in front of it."""

    def __init__(self, credentials: Credentials) -> None:
        self.credentials = credentials
        self.pages: list[str] = []
        self._jars: dict[str, dict[str, str]] = {}
        self._http = httpx.Client(timeout=30, trust_env=False)
        self._used_step = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def cookies(self, url: str) -> str:
        """Give the Cookie header for an address."""
        return "; ".join(f"{name}={value}" for name, value in self._jar(url).items())

    def visit(self, url: str, *, until: str | None = None) -> Arrived:
        """Go to an address and do whatever is asked on the way, until an address that begins with `until`.

        Without `until` the journey ends on the first page that is not one of the sign-in's.
        """
        self.pages = []
        here = self.open(url, until=until)
        for _ in range(MOST_STEPS):
            if until is not None and here.url.startswith(until):
                return here
            self.pages.append(here.page)  # a page of an application has no name
            following = self._fill_in(here)
            if following is None:
                return here
            form, pairs = following
            here = self.send(here, form, pairs, until=until)
        raise AssertionError(f"going round in circles: {self.pages}")

    def open(self, url: str, *, until: str | None = None) -> Arrived:
        """Go to an address and follow where it leads."""
        return self._follow("GET", url, None, until)

    def send(
        self, here: Arrived, form: forms.Form, pairs: list[tuple[str, str]], *, until: str | None = None
    ) -> Arrived:
        """Send a form of the page we are on and follow where it leads."""
        return self._follow("POST", urljoin(here.url, form.action), pairs, until)

    def _follow(
        self, method: str, url: str, data: list[tuple[str, str]] | None, until: str | None
    ) -> Arrived:
        for _ in range(MOST_STEPS):
            if until is not None and url.startswith(until):
                return Arrived(url, 0, {}, "", "", tuple(self.pages))
            answer = self._request(method, url, data)
            if not answer.is_redirect:
                page, _found = forms.read(answer.text)
                return Arrived(
                    url, answer.status_code, dict(answer.headers), answer.text, page, (*self.pages, page)
                )
            method, url, data = "GET", urljoin(url, answer.headers["Location"]), None
        raise AssertionError(f"redirected in circles: {url}")

    def _fill_in(self, here: Arrived) -> tuple[forms.Form, list[tuple[str, str]]] | None:
        found = here.forms
        if here.page == "login":
            form, me = found["login-form"], self.credentials
            return form, form.filled(identifier=me.identifier, password=me.password)
        if here.page == "mfa":
            form = found["mfa-form"]
            return form, form.filled(otp=self._code())
        if here.page == "consent":
            form = found["consent-form"]
            everything = tuple(value for _name, value in form.checkboxes)
            return form, form.filled("consent-allow", tick=everything)
        if here.page == "device" and "device-form" in found:
            form = found["device-form"]
            return form, form.filled("device-submit" if form.buttons else None)
        if here.page == "approve" and "approve-form" in found:
            form = found["approve-form"]
            return form, form.filled("approve-allow")
        if here.page == "logout":
            form = found["logout-form"]
            return form, form.filled("logout-confirm")
        return None

    def _code(self) -> str:
        """Read the authenticator; a code opens nothing twice, and the next one is in force a step early."""
        self._used_step = max(self._used_step + 1, int(time.time()) // SECONDS_PER_CODE)
        while self._used_step > int(time.time()) // SECONDS_PER_CODE + 1:
            time.sleep(0.5)
        return pyotp.TOTP(self.credentials.totp_secret).generate_otp(self._used_step)

    def _request(self, method: str, url: str, data: list[tuple[str, str]] | None) -> httpx.Response:
        headers = {"Accept": "text/html", "Accept-Language": "id", "Cookie": self.cookies(url)}
        if method == "POST":
            parts = urlsplit(url)
            headers |= {"Origin": f"{parts.scheme}://{parts.netloc}", "Sec-Fetch-Site": "same-origin"}
        body = None if data is None else urlencode(data)
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        answer = self._http.request(method, url, content=body, headers=headers)
        self._keep(url, answer)
        return answer

    def _keep(self, url: str, answer: httpx.Response) -> None:
        jar = self._jar(url)
        for line in answer.headers.get_list("Set-Cookie"):
            pair, *attributes = line.split(";")
            name, _, value = pair.strip().partition("=")
            gone = any(a.strip().lower() == "max-age=0" for a in attributes)
            if gone:
                jar.pop(name, None)
            else:
                jar[name] = value

    def _jar(self, url: str) -> dict[str, str]:
        return self._jars.setdefault(urlsplit(url).netloc, {})
