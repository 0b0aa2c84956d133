"""What ways have in common whose proof is a code that somebody types from something they hold."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from idp.domain.authenticators.sign_in import SignInResult
from idp.domain.store.database import Session
from idp.web import cookies
from idp.web.context import place, services
from idp.web.frontchannel.signed_in import throttle_policy
from idp.web.frontchannel.ways.way import Asking


class TypedCode:
    """A way without a button of its own; `check` judges and spends a code, `wrong` says why one does not do."""

    def __init__(self, check: Callable[..., SignInResult], wrong: Callable[[], str]) -> None:
        self._check = check
        self._wrong = wrong

    def act(self, _db: Session, _asking: Asking, _form: MultiDict[str, str]) -> Response | None:
        """Have no button of its own."""
        return None

    def problem(self, proof: str) -> str:
        """Say why a code does not do."""
        return self._wrong() if proof.strip() else str(_("Isi kodenya dulu."))

    def judge(self, db: Session, asking: Asking, proof: str) -> SignInResult:
        """Spend a code."""
        deployment = services()
        return self._check(
            db,
            deployment.tree,
            asking.session.account_id,
            proof,
            place().network,
            deployment.clock(),
            browser=cookies.browser_digest(),
            policy=throttle_policy(),
        )
