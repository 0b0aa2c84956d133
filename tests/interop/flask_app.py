"""An application of another agency: Flask and Authlib's Flask client, as Authlib's documentation shows it.

Nothing of ours is imported. Run it with the address of the issuer and the registration in the environment.
"""

import os
import secrets

from authlib.integrations.flask_client import OAuth
from flask import Flask, Response, jsonify, redirect, session, url_for
from werkzeug.wrappers import Response as AnyResponse

app = Flask(__name__)
app.secret_key = secrets.token_bytes(32)
oauth = OAuth(app)
oauth.register(
    name="gerbang",
    server_metadata_url=os.environ["ISSUER"] + "/.well-known/openid-configuration",
    client_id=os.environ["CLIENT_ID"],
    client_secret=os.environ["CLIENT_SECRET"],
    client_kwargs={"scope": "openid profile email", "code_challenge_method": "S256"},
)


@app.get("/")
def home() -> Response:
    """Tell who is here."""
    return jsonify(session.get("user"))


@app.get("/login")
def login() -> AnyResponse:
    """Send the citizen to the issuer."""
    answer: AnyResponse = oauth.gerbang.authorize_redirect(url_for("callback", _external=True))
    return answer


@app.get("/callback")
def callback() -> AnyResponse:
    """Take the code, check the ID Token, read UserInfo."""
    token = oauth.gerbang.authorize_access_token()
    session["user"] = {
        "id_token": dict(token["userinfo"]),
        "userinfo": dict(oauth.gerbang.userinfo(token=token)),
        "refreshable": "refresh_token" in token,
    }
    session["hint"] = token["id_token"]
    return redirect(url_for("home"))


@app.get("/logout")
def logout() -> AnyResponse:
    """Sign out here and at the issuer."""
    hint = session.pop("hint", None)
    session.clear()
    goodbye = url_for("home", _external=True)
    there = oauth.gerbang.create_logout_url(post_logout_redirect_uri=goodbye, id_token_hint=hint)
    return redirect(there["url"])


if __name__ == "__main__":
    app.run("127.0.0.1", int(os.environ["PORT"]))
