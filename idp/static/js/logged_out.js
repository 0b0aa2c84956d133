// Go on once every agency's frame has answered, or after a short while (OIDC Front-Channel Logout 1.0, section 2).
"use strict";

const next = document.getElementById("logout-next");
if (next) {
  const frames = Array.from(document.querySelectorAll("iframe"));
  const answered = frames.map((frame) => new Promise((done) => frame.addEventListener("load", done, { once: true })));
  const patience = new Promise((done) => setTimeout(done, 2500));
  Promise.race([Promise.all(answered), patience]).then(() => window.location.replace(next.href));
}
