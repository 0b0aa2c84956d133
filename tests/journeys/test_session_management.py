"""The frame a client asks about the session, in a real browser (OIDC Session Management 1.0 §3)."""

from collections.abc import Iterator
from uuid import uuid4

import pytest

from idp.protocol.oidc.session_state import browser_state, session_state
from tests.conftest import NewContext
from tests.interop.static_site import serving
from tests.journeys.town import Town

RP_PAGE = """<!doctype html><iframe id="op"></iframe><script>
  const provider = location.hash.slice(1), frame = document.getElementById("op");
  const ready = new Promise((loaded) => frame.addEventListener("load", loaded, {once: true}));
  frame.src = provider + "/check-session";
  window.ask = async (message) => {
    await ready;
    return new Promise((answered, silence) => {
      setTimeout(() => silence("no answer"), 5000);
      window.addEventListener("message", (event) => answered([event.data, event.origin]), {once: true});
      frame.contentWindow.postMessage(message, provider);
    });
  };
</script>"""


@pytest.fixture
def client() -> Iterator[str]:
    """A client of the same site: across sites browsers keep our cookie from the frame (decision 34)."""
    with serving({"/": ("text/html", RP_PAGE.encode())}) as port:
        yield f"http://localhost:{port}"


def test_the_frame_tells_a_client_whether_the_session_is_still_the_same(
    town: Town, new_context: NewContext, client: str
) -> None:
    state = browser_state(uuid4(), b"any")
    mine = f"tax {session_state('tax', client, state)}"
    others = f"tax {session_state('tax', 'https://evil.example', state)}"
    page = new_context().new_page()
    page.goto(f"{town.issuer}/help")
    page.evaluate(f"document.cookie = '__Host-gerbang-state={state}; Secure; Path=/; SameSite=None'")
    page.goto(f"{client}/#{town.issuer}")
    ask = "message => window.ask(message)"
    assert page.evaluate(ask, mine) == ["unchanged", town.issuer]
    assert page.evaluate(ask, others)[0] == "changed", "another origin's state says nothing here"
    assert page.evaluate(ask, mine.replace("tax", "health", 1))[0] == "changed"
    for nonsense in ("", "tax", "tax x.y", "a b c", {"an": "object"}):
        assert page.evaluate(ask, nonsense)[0] == "error", nonsense
    page.context.clear_cookies()
    assert page.evaluate(ask, mine)[0] == "changed"
