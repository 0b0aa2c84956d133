"""The short way of single sign-on: session and consent stand, so the code is issued without a page.

It takes two statements, three for a pushed request. It decides with the same functions as `authorize.py` and answers
only the good case. Whatever else it meets, an error, a page that is due, an answer that is posted or signed, it leaves
to that view, which looks again; so there is one set of rules.
"""

from __future__ import annotations

from idp.domain.grants import situation
from idp.domain.grants.issue_code import CodePolicy, issue_code
from idp.protocol.authorize.checks import resolve, validate
from idp.protocol.authorize.prompts import next_prompt
from idp.protocol.authorize.request import AuthorizationRequest
from idp.protocol.oauth.client import Client
from idp.protocol.oauth.errors import ProtocolError
from idp.protocol.oauth.parameters import Parameters
from idp.services import Services
from idp.web import cookies
from idp.web.frontchannel.check_session import success
from idp.web.frontchannel.request import has_object, is_pushed, policy, pushed, read_parameters
from idp.web.frontchannel.situations import describe


def location_for(services: Services, query: bytes, cookie_header: str) -> str | None:
    """Return where to send the browser with its code, or None when the long way is needed."""
    session = _session_cookie(cookie_header)
    if session is None:
        return None
    try:
        read = _read(services, read_parameters(query))
        if read is None:
            return None
        client, asked = read
        now = services.clock()
        statements = services.database.statements
        standing = situation.read(statements, client, session, now).standing
        if standing is None or next_prompt(describe(services, asked, client, standing)) is not None:
            return None
        lifetimes = CodePolicy(services.settings.code_lifetime, services.session_limits)
        code = issue_code(statements, asked, client, standing, lifetimes, now)
    except ProtocolError:
        return None
    return success(services, asked, standing, code).location


def _read(services: Services, params: Parameters) -> tuple[Client, AuthorizationRequest] | None:
    """Read a request that was pushed or sent plainly; objects are good for one use, so only the view opens them."""
    if is_pushed(params):
        client, asked = pushed(services, params)
    elif has_object(params):
        return None
    else:
        client, reply_to = resolve(params, services.clients.get, services.settings.issuer)
        asked = validate(params, client, reply_to, policy(services))
    return (client, asked) if asked.reply_to.is_plain else None


def _session_cookie(header: str) -> str | None:
    """Find the session in a Cookie field; two of that name are as good as none."""
    prefix = cookies.SESSION + "="
    found = [part[len(prefix) :] for part in header.split("; ") if part.startswith(prefix)]
    return found[0] if len(found) == 1 else None
