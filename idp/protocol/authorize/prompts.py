"""What must the citizen still do? A pure question with one answer (OIDC Core §3.1.2.3, §3.1.2.4)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from idp.protocol.authorize import assurance
from idp.protocol.authorize.request import AuthorizationRequest
from idp.protocol.oauth.authorization_details import elements, read_stored
from idp.protocol.oauth.client import Client
from idp.protocol.oauth.errors import (
    AccessDenied,
    AccountSelectionRequired,
    ConsentRequired,
    InteractionRequired,
    LoginRequired,
    ProtocolError,
    UnmetAuthenticationRequirements,
)
from idp.protocol.oidc import acr
from idp.protocol.oidc.catalogue import CLAIMS, Sensitivity
from idp.protocol.oidc.claims import permitted
from idp.protocol.oidc.once_only import TYPES


@dataclass(frozen=True, slots=True)
class SessionView:
    """The browser's session as the policy sees it.

    `login_at_interaction` is true where the citizen signed in after this interaction started: then
    prompt=login and max_age are satisfied (OIDC Core §3.1.2.1).
    """

    account_id: UUID
    auth_time: datetime
    acr: str
    amr: tuple[str, ...] = ()
    login_at_interaction: bool = False


@dataclass(frozen=True, slots=True)
class AuthorizationView:
    """What the citizen gave this client and still stands; `given_at_interaction` where just now."""

    scope: frozenset[str]
    granted: frozenset[str] = frozenset()
    declined: frozenset[str] = frozenset()
    resource: frozenset[str] = frozenset()
    details: frozenset[str] = frozenset()
    """Authorization details one by one, in their stored form (RFC 9396 §2)."""
    given_at_interaction: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """Everything the prompt policy looks at.

    `hint_account_matches` answers for id_token_hint and claims[sub] together: None without either.
    `account_chosen` is true once the citizen picked an account in this interaction. `client_in_session` is
    true where this client already took part in this session (for `isolated_sso`). `confirmed` is false where the
    request began on another screen and the citizen has not yet said that it is theirs. `may_enrol` is true where a
    second factor can be added at sign-in.
    """

    request: AuthorizationRequest
    client: Client
    now: datetime
    session: SessionView | None
    authorization: AuthorizationView | None
    reachable_acr: str = acr.AAL1
    may_enrol: bool = False
    hint_account_matches: bool | None = None
    roles: frozenset[str] = frozenset()
    account_chosen: bool = False
    client_in_session: bool = False
    confirmed: bool = True


@dataclass(frozen=True, slots=True)
class Prompt:
    """A page that is due, and the error that stands for it under prompt=none (OIDC Core §3.1.2.6)."""

    name: str
    due: Callable[[Situation], bool]
    silent: type[ProtocolError]
    before_sign_in: bool = False

    def refusal(self) -> ProtocolError:
        """The answer under prompt=none."""
        return self.silent(f"{self.name} would be needed, and prompt=none allows no page")


def needs_selection(s: Situation) -> bool:
    """prompt=select_account with a session; without one, signing in is the choice (OIDC Core §3.1.2.1)."""
    return (
        "select_account" in s.request.prompt
        and s.session is not None
        and not s.session.login_at_interaction
        and not s.account_chosen
    )


def needs_registration(s: Situation) -> bool:
    """prompt=create until somebody signed in here (Initiating User Registration 1.0 §4.1)."""
    return "create" in s.request.prompt and not (s.session is not None and s.session.login_at_interaction)


def needs_login(s: Situation) -> bool:
    """No session, prompt=login, too old for max_age, another person, or a client that keeps apart."""
    if s.session is None:
        return True
    if s.session.login_at_interaction:
        return False
    if "login" in s.request.prompt or s.hint_account_matches is False:
        return True
    if s.client.isolated_sso and not s.client_in_session:
        return True
    return s.request.max_age is not None and is_older(s.session.auth_time, s.request.max_age, s.now)


def is_older(auth_time: datetime, max_age: int, now: datetime) -> bool:
    """Say whether a sign-in is too old; an earlier one never satisfies max_age=0 (OIDC Core 3.1.2.1)."""
    return max_age == 0 or now - auth_time > timedelta(seconds=max_age)


def needs_step_up(s: Situation) -> bool:
    """The session is not sure enough for this client and request (decision 3, RFC 9470 §4)."""
    level = s.session.acr if s.session is not None else ""
    return not acr.meets(level, assurance.needed(s.request, s.client, _reachable(s)))


def needs_confirmation(s: Situation) -> bool:
    """A request that began on another screen: is it the citizen's own? (RFC 8628 §3.3, §5.4; CIBA Core §9)."""
    return not s.confirmed


def needs_consent(s: Situation) -> bool:
    """Something asked for was never put to the citizen, or must be again (OIDC Core §3.1.2.4)."""
    given = s.authorization
    if given is None:
        return True
    if given.given_at_interaction:
        return not _answers(s, given)
    if "consent" in s.request.prompt or not _covers(s, given) or _details_ask_each_time(s.request):
        return True
    return _must_ask(s.client, given, asked_claims(s.request, s.client))


def asked_claims(request: AuthorizationRequest, client: Client) -> tuple[str, ...]:
    """The claims to put to the citizen, in catalogue order; companions ride along with their claim."""
    return permitted(request.scope, request.claims, client).own


def asked_resources(request: AuthorizationRequest, client: Client) -> tuple[str, ...]:
    """The resources of others to put to the citizen: neither ours nor the client's own (RFC 8707 §3)."""
    own = {request.reply_to.issuer, *client.resource_uris}
    return tuple(resource for resource in request.resource if resource not in own)


PROMPTS: Final = (
    Prompt("select-account", needs_selection, AccountSelectionRequired, before_sign_in=True),
    Prompt("register", needs_registration, InteractionRequired, before_sign_in=True),
    Prompt("login", needs_login, LoginRequired, before_sign_in=True),
    Prompt("mfa", needs_step_up, UnmetAuthenticationRequirements),
    Prompt("confirm", needs_confirmation, InteractionRequired),
    Prompt("consent", needs_consent, ConsentRequired),
)


def next_prompt(situation: Situation) -> Prompt | None:
    """The next page, or None when a code may be issued.

    Raises the final answer where no page can help: another person signed in, a role is missing, the acr is
    out of reach. Under prompt=none answer with `prompt.refusal()` instead of the page.
    """
    for prompt in PROMPTS:
        if not prompt.before_sign_in:
            _refuse_hopeless(situation)
        if prompt.due(situation):
            return prompt
    return None


_SPECIFIC: Final = frozenset(
    name for name, claim in CLAIMS.items() if claim.sensitivity is Sensitivity.SPECIFIC
)


def _refuse_hopeless(s: Situation) -> None:
    """Refuse what no further page can mend (OIDC Core §3.1.2.2, §5.5.1)."""
    if s.hint_account_matches is False:
        raise LoginRequired("another account was expected")
    if s.client.required_role is not None and s.client.required_role not in s.roles:
        raise AccessDenied("this service is for people with a role this account does not have")


def _reachable(s: Situation) -> str:
    """What was done already is in reach whatever remains, and what the client needs is by adding a factor."""
    reachable = acr.highest((s.reachable_acr, s.session.acr)) if s.session is not None else s.reachable_acr
    if s.may_enrol and s.client.min_acr == acr.AAL2:
        return acr.highest((reachable, acr.AAL2))
    return reachable


def _answers(s: Situation, given: AuthorizationView) -> bool:
    """Say whether a fresh consent was to all of this request: another tab may have asked for less."""
    answered = given.granted | given.declined
    return _covers(s, given) and answered.issuperset(asked_claims(s.request, s.client))


def _covers(s: Situation, given: AuthorizationView) -> bool:
    """Say whether scope, services of others and details were put to the citizen."""
    return (
        given.scope.issuperset(s.request.scope)
        and given.resource.issuperset(asked_resources(s.request, s.client))
        and given.details.issuperset(elements(s.request.authorization_details))
    )


def _details_ask_each_time(request: AuthorizationRequest) -> bool:
    details = read_stored(request.authorization_details)
    return any(TYPES[str(detail["type"])].asks_each_time(detail) for detail in details)


def _must_ask(client: Client, given: AuthorizationView, names: tuple[str, ...]) -> bool:
    """Specific data each time; others once, again where a refused one became required."""
    if not _SPECIFIC.isdisjoint(names):
        return True
    refused = [name for name in names if name not in given.granted]
    return not given.declined.issuperset(refused) or any(
        (use := client.use(name)) is not None and use.required for name in refused
    )
