// Solves the form's challenge while it is being filled in; without this file the form waits instead.
(function () {
  "use strict";
  const proof = document.querySelector("[data-challenge]");
  if (!proof || !window.crypto || !crypto.subtle) return;
  const form = proof.form, text = proof.dataset.challenge, bits = Number(proof.dataset.bits);
  const said = document.getElementById("challenge-status");
  const encoder = new TextEncoder(), BATCH = 128;
  let pressed = null;
  said.hidden = true; // what it says is for who has no script

  const zeros = (digest) => {
    let found = 0;
    for (const byte of new Uint8Array(digest)) {
      if (byte === 0) { found += 8; continue; }
      return found + Math.clz32(byte) - 24;
    }
    return found;
  };
  const hash = (n) => crypto.subtle.digest("SHA-256", encoder.encode(text + "." + n));

  form.addEventListener("submit", (event) => {
    if (proof.value || (event.submitter && event.submitter.value === "cancel")) return;
    event.preventDefault();
    pressed = event.submitter;
    said.textContent = said.dataset.working;
    said.hidden = false;
  });

  (async () => {
    for (let first = 0; ; first += BATCH) {
      const digests = await Promise.all(Array.from({ length: BATCH }, (_, n) => hash(first + n)));
      const found = digests.findIndex((digest) => zeros(digest) >= bits);
      if (found < 0) continue;
      proof.value = String(first + found);
      if (pressed) form.requestSubmit(pressed);
      return;
    }
  })();
})();
