"""Asking publishers: side by side, two seconds for all of them, and never more than was agreed (features F3).

Each call carries a token of its own: for that publisher, about one citizen, for the names asked, one minute
(decisions 9). A stolen one tells its thief nothing it did not know.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import timedelta
from typing import Final
from urllib.parse import urlencode
from uuid import UUID, uuid4

import structlog

from idp.clock import Clock
from idp.domain.events.outbox import DONE, Delivery, Outcome, later, skipped
from idp.domain.exchange import agreements, due, fetching
from idp.domain.exchange.due import FAILED, KNOWN, REFUSED, UNKNOWN
from idp.domain.exchange.fetching import Heard, Question
from idp.domain.exchange.may_release import Reason
from idp.domain.exchange.publishers import Publications
from idp.domain.exchange.sources import stored_as
from idp.domain.exchange.stated import MOST_BYTES, BadStatement, read_answer
from idp.domain.registry.lookup import ClientCache
from idp.domain.store.database import Database
from idp.outbound import Outbound, OutboundFailed, OutboundRefused, OutboundTooLarge
from idp.protocol.oauth.client import Client
from idp.protocol.oauth.values import seconds
from keys import KeyTree, Signer, compact

log = structlog.get_logger()

TOTAL_SECONDS: Final = 2.0
"""What all publishers together may take while somebody waits."""
TOKEN_SECONDS: Final = 60
SIDE_BY_SIDE: Final = 24
AT_ONE: Final = 6
"""Questions under way at one publisher from this process: a slow one leaves room for the others."""
SCOPE: Final = "attributes"
ALGORITHM: Final = "ES256"
TYP: Final = "at+jwt"


class Publishing:
    """Fills the vault with what publishers know; safe to share between threads."""

    def __init__(
        self,
        database: Database,
        tree: KeyTree,
        signing: Callable[[str], Signer],
        clients: ClientCache,
        outbound: Outbound,
        issuer: str,
        clock: Clock,
    ) -> None:
        self.publications = Publications(database)
        self._database, self._tree, self._signing = database, tree, signing
        self._clients, self._outbound, self._issuer, self._clock = clients, outbound, issuer, clock
        self._pool = ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="publisher")
        self._places: defaultdict[str, threading.BoundedSemaphore] = defaultdict(
            lambda: threading.BoundedSemaphore(AT_ONE)
        )

    def fill(
        self, citizen_id: UUID, attributes: Iterable[str], max_age: timedelta | None = None
    ) -> Mapping[str, Reason]:
        """Ask for what is missing or stale of these attributes; return what stays missing, and why.

        Only what the caller may have is to be named here: whether an agreement is in force was decided before.
        """
        publications, now = self.publications.current(), self._clock()
        with self._database.reading() as db:
            names, failures = due.due(db, publications, citizen_id, attributes, now, max_age)
        if not names:
            return failures
        known = self._known(names)
        with self._database.unit_of_work() as db:
            asked = fetching.questions(db, self._tree, known, publications, citizen_id, names)
            for question in asked:
                fetching.told_publisher(db, question, now)
        if not asked:
            return failures
        heard = self._ask(asked)
        with self._database.unit_of_work() as db:
            for each in heard:
                fetching.keep(db, self._tree, each, self._clock())
        missing = dict(failures)
        for each in heard:
            for name in each.question.names:
                if name not in each.stated:
                    unknown = each.outcome in (UNKNOWN, KNOWN)
                    missing[name] = Reason.UNKNOWN_TO_PUBLISHER if unknown else Reason.PUBLISHER_UNAVAILABLE
        return missing

    def agreed(self, agency_id: str) -> frozenset[str]:
        """Return the attributes of others that agreements in force let an agency have."""
        with self._database.reading() as db:
            return agreements.readable(db, agency_id, self._clock())

    def fill_for(self, client: Client, citizen_id: UUID, names: Iterable[str]) -> Mapping[str, Reason]:
        """Ask for what a client may have of these claims, before its citizen is shown the values."""
        publications = self.publications.current()
        attributes = {stored_as(name) for name in names} & publications.keys()
        others = {name for name in attributes if publications[name].agency_id != client.agency_id}
        if others:
            attributes -= others - self.agreed(client.agency_id)
        return self.fill(citizen_id, sorted(attributes)) if attributes else {}

    def deliver(self, delivery: Delivery) -> Outcome:
        """Try again what a publisher did not answer (outbox kind `fetch`)."""
        if delivery.citizen_id is None:
            return skipped("nobody")
        names = tuple(str(name) for name in delivery.payload.get("names", ()))
        publications, now = self.publications.current(), self._clock()
        known = {name: publications[name] for name in names if name in publications}
        clients = self._known(known)
        with self._database.unit_of_work() as db:
            if not due.is_wanted(db, delivery.citizen_id, known, now):
                return skipped("not_wanted")
            asked = fetching.questions(db, self._tree, clients, publications, delivery.citizen_id, known)
            for question in asked:
                fetching.told_publisher(db, question, now)
        heard = self._ask(asked)
        if any(each.outcome == FAILED for each in heard):
            return later("publisher_unavailable")
        with self._database.unit_of_work() as db:
            for each in heard:
                fetching.keep(db, self._tree, each, self._clock())
        return DONE

    def close(self) -> None:
        """Let the threads go."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _known(self, names: Iterable[str]) -> dict[str, Client]:
        """Return the publishers' own registrations; their `sub` is made for these."""
        publications = self.publications.current()
        ids = {publications[name].client_id for name in names}
        found = {client_id: self._clients.get(client_id) for client_id in ids}
        return {client_id: client for client_id, client in found.items() if client is not None}

    def _ask(self, asked: tuple[Question, ...]) -> list[Heard]:
        """Put all questions at once; who is not done in time has not answered."""
        calls = {self._pool.submit(self._one, question): question for question in asked}
        done, late = wait(calls, timeout=TOTAL_SECONDS)
        for call in late:
            call.cancel()
        return [_heard(call, question, call in done) for call, question in calls.items()]

    def _one(self, question: Question) -> Heard:
        """Ask one publisher; whatever goes wrong becomes an outcome, so that others' answers stand."""
        place = self._places[question.publication.agency_id]
        if not place.acquire(blocking=False):
            return Heard(question, reason="too_many_questions", outcome=FAILED)
        try:
            return self._asked(question)
        finally:
            place.release()

    def _asked(self, question: Question) -> Heard:
        endpoint = question.publication.endpoint or ""
        url = endpoint + ("&" if "?" in endpoint else "?") + urlencode({"claims": " ".join(question.names)})
        headers = {
            "Authorization": f"Bearer {self._token(question)}",
            "Accept": "application/json",
            "Cache-Control": "no-store",
        }
        try:
            answer = self._outbound.get(url, headers, total=TOTAL_SECONDS, most=MOST_BYTES)
        except OutboundRefused:
            return Heard(question, reason="address_refused", outcome=REFUSED)
        except OutboundTooLarge:
            return Heard(question, reason="too_large", outcome=REFUSED)
        except OutboundFailed:
            return Heard(question, reason="no_answer", outcome=FAILED)
        if answer.status == 404:
            return Heard(question, outcome=UNKNOWN)
        if answer.status != 200:
            outcome = FAILED if answer.status in (429, 500, 502, 503, 504) else REFUSED
            pause = _retry_after(answer.headers.get("retry-after"))
            return Heard(question, reason=f"status_{answer.status}", outcome=outcome, retry_after=pause)
        try:
            stated = read_answer(
                answer.body, subject=question.subject, asked=question.names, now=self._clock()
            )
        except BadStatement as exc:
            log.warning("publisher_broke_a_rule", agency=question.publication.agency_id, rule=exc.reason)
            return Heard(question, reason=exc.reason, outcome=REFUSED)
        return Heard(question, stated)

    def _token(self, question: Question) -> str:
        """Mint the token of one question (RFC 9068; `docs/reference/connector.md`)."""
        issued = seconds(self._clock())
        claims: dict[str, object] = {
            "iss": self._issuer,
            "sub": question.subject,
            "aud": question.publication.endpoint,
            "client_id": self._issuer,
            "scope": SCOPE,
            "claims": list(question.names),
            "jti": uuid4().hex,
            "iat": issued,
            "exp": issued + TOKEN_SECONDS,
        }
        if question.nik is not None:
            claims["nik"] = question.nik
        return compact(self._signing(ALGORITHM), claims, TYP)


def _heard(call: Future[Heard], question: Question, in_time: bool) -> Heard:
    """Take the outcome of a call; one that broke in a way nobody foresaw is the publisher's fault, not the others'."""
    if not in_time:
        return Heard(question, reason="too_slow", outcome=FAILED)
    broke = call.exception()
    if broke is not None:
        log.error("publisher_call_broke", agency=question.publication.agency_id, error=type(broke).__name__)
        return Heard(question, reason="broke", outcome=REFUSED)
    return call.result()


def _retry_after(text: str | None) -> timedelta | None:
    """Read `Retry-After` in seconds (RFC 9110 §10.2.3); dates are not waited for."""
    return timedelta(seconds=int(text)) if text is not None and text.isdecimal() and len(text) < 7 else None
